package email

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// smtpServer is a server on loopback that takes mail. It notes who logs in, in which way, and what it is sent.
type smtpServer struct {
	t        testing.TB
	listener net.Listener
	tls      *tls.Config
	start    bool   // TLS from the beginning
	offers   string // extensions, divided by commas

	mu    sync.Mutex
	notes []string
	mails []string
	done  sync.WaitGroup
}

// newSMTP starts a server that ends with the test.
func newSMTP(t testing.TB, start bool, offers string) *smtpServer {
	t.Helper()
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	defer certified.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpServer{t: t, listener: l, tls: &tls.Config{Certificates: certified.TLS.Certificates}, start: start, offers: offers}
	s.done.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.done.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.done.Wait()
	})
	return s
}

func (s *smtpServer) port() string {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return port
}

func (s *smtpServer) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, text)
}

// taken returns what was noted since it was last asked for, and the mails.
func (s *smtpServer) taken() (notes, mails []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	notes, mails, s.notes, s.mails = s.notes, s.mails, nil, nil
	return notes, mails
}

func (s *smtpServer) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	safe := ""
	if s.start {
		conn, safe = tls.Server(conn, s.tls), " safely"
	}
	r := textproto.NewReader(bufio.NewReader(conn))
	say := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
	say("220 here")
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		word, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(word) {
		case "EHLO":
			say("250-here")
			for o := range strings.SplitSeq(s.offers, ",") {
				say("250-" + o)
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go")
			conn, safe = tls.Server(conn, s.tls), " safely"
			r = textproto.NewReader(bufio.NewReader(conn))
		case "AUTH":
			mechanism, first, _ := strings.Cut(rest, " ")
			answer, _ := base64.StdEncoding.DecodeString(first)
			if mechanism == "LOGIN" {
				for _, question := range []string{"Username:", "Password:"} {
					say("334 " + base64.StdEncoding.EncodeToString([]byte(question)))
					line, _ := r.ReadLine()
					part, _ := base64.StdEncoding.DecodeString(line)
					answer = append(append(answer, '\x00'), part...)
				}
			}
			s.note(mechanism + safe + strings.NewReplacer("\x00", "|", "\x01", "|").Replace(string(answer)))
			if strings.Contains(string(answer), "wrong") {
				say("535 no")
				continue
			}
			say("235 yes")
		case "MAIL", "RCPT":
			to, _, _ := strings.Cut(rest, "> ")
			s.note(word + safe + " " + strings.TrimSuffix(to, ">") + ">")
			if strings.Contains(rest, "refused@") {
				say("550 no such user")
				continue
			}
			say("250 ok")
		case "DATA":
			say("354 go on")
			data, err := io.ReadAll(r.DotReader())
			if err != nil {
				return
			}
			s.mu.Lock()
			s.mails = append(s.mails, string(data))
			s.mu.Unlock()
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
