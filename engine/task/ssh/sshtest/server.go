package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Passphrase and Password are those that [Server] lets in.
const (
	Passphrase = "key's own words"
	Password   = "pass"
)

// Command is a command that a client runs.
type Command struct {
	User, Text     string
	Env            map[string]string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Server is a server of SSH.
type Server struct {
	Host, Port string
	Key        string // the private key of a user who may come in
	Encrypted  string // the same, encrypted with [Passphrase]
	Public     ssh.PublicKey

	t        testing.TB
	listener net.Listener
	config   *ssh.ServerConfig
	run      func(Command) int
	done     sync.WaitGroup
}

// New starts a server that ends with the test. run runs a command and returns what it ends with.
func New(t testing.TB, run func(Command) int) *Server {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, run: run, Public: signer.PublicKey()}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	s.Key = string(pem.EncodeToMemory(block))
	if block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(Passphrase)); err != nil {
		t.Fatal(err)
	}
	s.Encrypted = string(pem.EncodeToMemory(block))
	s.config = &ssh.ServerConfig{
		PasswordCallback: func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if string(given) != Password {
				return nil, errors.New("no")
			}
			return nil, nil
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, given ssh.PublicKey) (*ssh.Permissions, error) {
			if string(given.Marshal()) != string(signer.PublicKey().Marshal()) {
				return nil, errors.New("no")
			}
			return nil, nil
		},
	}
	s.config.AddHostKey(signer)
	if s.listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.Host, s.Port, _ = net.SplitHostPort(s.listener.Addr().String())
	s.done.Go(s.accept)
	t.Cleanup(func() {
		_ = s.listener.Close()
		s.done.Wait()
	})
	return s
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.done.Go(func() { s.serve(conn) })
	}
}

func (s *Server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	c, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return
	}
	s.done.Go(func() { ssh.DiscardRequests(requests) })
	for n := range channels {
		channel, requests, err := n.Accept()
		if err != nil {
			return
		}
		s.done.Go(func() { s.session(c.User(), channel, requests) })
	}
}

func (s *Server) session(user string, channel ssh.Channel, requests <-chan *ssh.Request) {
	defer func() { _ = channel.Close() }()
	env := map[string]string{}
	for r := range requests {
		switch r.Type {
		case "env":
			var pair struct{ Name, Value string }
			if err := ssh.Unmarshal(r.Payload, &pair); err != nil {
				s.t.Error(err)
			}
			env[pair.Name] = pair.Value
			_ = r.Reply(true, nil)
		case "exec":
			var exec struct{ Text string }
			if err := ssh.Unmarshal(r.Payload, &exec); err != nil {
				s.t.Error(err)
			}
			_ = r.Reply(true, nil)
			code := s.run(Command{user, exec.Text, env, channel, channel, channel.Stderr()})
			_, _ = channel.SendRequest("exit-status", false, binary.BigEndian.AppendUint32(nil, uint32(code)))
			return
		default:
			_ = r.Reply(false, nil)
		}
	}
}

// KnownHosts returns the line of a file of known hosts for the server.
func (s *Server) KnownHosts() string {
	return fmt.Sprintf("[%s]:%s %s", s.Host, s.Port, ssh.MarshalAuthorizedKey(s.Public))
}
