package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// connection is one to a server on which requests are written byte for byte: clients clean what they send.
type connection struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

// dial connects to a server. Everything on the connection must be done in a minute.
func dial(t *testing.T, s *harness.Server) *connection {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.HTTPPort))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &connection{t, conn, bufio.NewReader(conn)}
}

// begin sends a request that promises a body of this many bytes, and returns when the webhook reads it.
func begin(t *testing.T, s *harness.Server, path string, length int) *connection {
	t.Helper()
	c := dial(t, s)
	c.send(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", path, length))
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = c.reader.ReadString('\n'); err != nil || strings.HasPrefix(line, "HTTP/") && !strings.Contains(line, " 100 ") {
			t.Fatalf("the body was not asked for: %q, %v", line, err)
		}
	}
	return c
}

func (c *connection) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads the answer to a request with this method.
func (c *connection) answer(method string) harness.Answer {
	c.t.Helper()
	a, err := c.read(method)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

func (c *connection) read(method string) (harness.Answer, error) {
	response, err := http.ReadResponse(c.reader, &http.Request{Method: method})
	if err != nil {
		return harness.Answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return harness.Answer{Status: response.StatusCode, Proto: response.Proto, Header: response.Header, Body: string(body)}, err
}
