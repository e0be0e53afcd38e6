package caddymodule

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// refusal is a request that is answered without its body.
type refusal struct {
	method, path string
	status       int
}

// refused returns such requests, and the folder of the flows that they ask for.
func refused(t *testing.T) (flows string, requests map[string]refusal) {
	flows = writeFlows(t, map[string]string{
		"fire.yml":     webhookFlow("fire", ""),
		"disabled.yml": webhookFlow("disabled", "    disabled: true\n"),
	})
	return flows, map[string]refusal{
		"unknown key":  {"POST", webhookPath("fire") + "x", 404},
		"wrong shape":  {"PUT", webhookPath("fire") + "/", 404},
		"wrong method": {"PATCH", webhookPath("fire"), 405},
		"disabled":     {"POST", webhookPath("disabled"), 409},
	}
}

// TestRefusedBodyIsNotWaitedFor declares bodies that never come, to webhooks that do not want them.
func TestRefusedBodyIsNotWaitedFor(t *testing.T) {
	flows, requests := refused(t)
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	for name, r := range requests {
		for _, body := range []string{
			"Content-Length: 1000\r\n\r\n", "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n", "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n",
			"Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		} {
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil { // Caddy waits for a body for a minute
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", r.method, r.path, body)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Errorf("%s, %q: no answer: %v", name, body, err)
			} else {
				response.Body.Close()
				if response.StatusCode != r.status || !response.Close {
					t.Errorf("%s, %q: got %d (close: %v), want %d and a closed connection", name, body, response.StatusCode, response.Close, r.status)
				}
			}
			conn.Close()
		}
	}
}

// TestRefusedBodyIsNotRead sends bodies of 8 MiB to webhooks that do not want them: little is read, and the answer arrives.
func TestRefusedBodyIsNotRead(t *testing.T) {
	flows, requests := refused(t)
	s := newServer(t)
	s.serve("", "route {\nbody_watch\nkestra_webhook * "+flows+"\n}")
	body := strings.Repeat("x", 8<<20)
	sent := 0
	for name, r := range requests {
		for _, reader := range []io.Reader{strings.NewReader(body), io.MultiReader(strings.NewReader(body))} { // declared, chunked
			request, err := http.NewRequestWithContext(t.Context(), r.method, s.url+r.path, reader)
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if sent++; response.StatusCode != r.status {
				t.Errorf("%s: got %d, want %d", name, response.StatusCode, r.status)
			}
		}
	}
	for range sent {
		if read := <-watchedReads; read > 256<<10 {
			t.Errorf("%d bytes of a body were read", read)
		}
	}
}

// TestAnsweredConnectionIsKept has requests whose body was read, or that have none, share a connection.
func TestAnsweredConnectionIsKept(t *testing.T) {
	flows, _ := refused(t)
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for _, request := range []string{
		"POST " + webhookPath("fire") + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
		"POST " + webhookPath("fire") + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
		"POST " + webhookPath("disabled") + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
		"GET " + webhookPath("nowhere") + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil || response.Close {
			t.Errorf("%.30s: error %v, close: %v", request, err, response.Close)
		}
	}
}
