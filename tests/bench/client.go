package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// answerLimit is how long a connection may take for one answer before the run fails.
const answerLimit = 30 * time.Second

// request is what clients send, and what they must get.
type request struct {
	texts  [][]byte // as they go over the wire; a client sends one after the other
	status int
	prefix string // of the answer's body
}

// post returns the text of a POST of JSON. Headers are lines without their ends.
func post(host, path, body string, headers ...string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", path, host, len(body))
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + body)
	return []byte(b.String())
}

// client is one connection that is kept alive.
type client struct {
	conn net.Conn
	r    *bufio.Reader
	sent int
	body []byte // of the last answer
}

// dial connects a client. It breaks off when ctx is done.
func dial(ctx context.Context, address string) (*client, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return newClient(conn), nil
}

func newClient(conn net.Conn) *client {
	return &client{conn: conn, r: bufio.NewReaderSize(conn, 16<<10)}
}

// do sends a request, reads the answer and checks it. An answer that is not as it must be is an error.
func (c *client) do(q *request) error {
	if _, err := c.conn.Write(q.texts[c.sent%len(q.texts)]); err != nil {
		return err
	}
	c.sent++
	status, err := c.read()
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if status != q.status || !bytes.HasPrefix(c.body, []byte(q.prefix)) {
		return fmt.Errorf("answered %d %.200q; want %d %q", status, c.body, q.status, q.prefix)
	}
	return nil
}

var (
	contentLength    = []byte("content-length:")
	transferEncoding = []byte("transfer-encoding:")
	lineEnd          = []byte("\r\n")
)

// read reads an answer, with its body into c.body.
func (c *client) read() (status int, err error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("begins with %q", line)
	}
	status, err = strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, fmt.Errorf("begins with %q", line)
	}
	size := -1
	for {
		line, err = c.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if bytes.Equal(line, lineEnd) {
			break
		}
		if value, ok := cutName(line, contentLength); ok {
			if size, err = strconv.Atoi(string(value)); err != nil || size < 0 {
				return 0, fmt.Errorf("has Content-Length %q", value)
			}
		}
		if value, ok := cutName(line, transferEncoding); ok {
			return 0, fmt.Errorf("has Transfer-Encoding %q, which this client does not read", value)
		}
	}
	if size < 0 {
		if status != 204 {
			return 0, errors.New("has no Content-Length")
		}
		size = 0
	}
	if cap(c.body) < size {
		c.body = make([]byte, size)
	}
	c.body = c.body[:size]
	_, err = io.ReadFull(c.r, c.body)
	return status, err
}

// cutName returns the value of a header line with this name, which is in lower case and ends with its colon.
func cutName(line, name []byte) ([]byte, bool) {
	if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], name) {
		return nil, false
	}
	return bytes.TrimSpace(line[len(name):]), true
}
