package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// OpenSSH is the sshd of OpenSSH on loopback. It lets the user who runs the test in by a key, and takes environment variables whose
// names begin with TEST_.
type OpenSSH struct {
	Host, Port, User string
	Key              string // the private key of the user
	Encrypted        string // the same, encrypted with [Passphrase]
	Known            string // the line of a file of known hosts

	t        testing.TB
	listener net.Listener
	program  string
	config   string
	done     sync.WaitGroup
}

// separation is the folder that sshd wants of root, so that what talks to the network sees nothing.
const separation = "/run/sshd"

// NewOpenSSH starts a server that ends with the test. Without OpenSSH's sshd on the machine the test is skipped, or fails, see
// [tasktest.Counterpart].
func NewOpenSSH(t testing.TB) *OpenSSH {
	t.Helper()
	s := &OpenSSH{t: t, program: tasktest.Counterpart(t, "sshd", "/usr/sbin/sshd")}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	s.User = me.Username
	if os.Getuid() == 0 {
		if err := os.MkdirAll(separation, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hostKey, hostPublic := newKey(t, "")
	key, public := newKey(t, "")
	s.Key = key
	private, err := ssh.ParseRawPrivateKey([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKeyWithPassphrase(*private.(*ed25519.PrivateKey), "", []byte(Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	s.Encrypted = string(pem.EncodeToMemory(block))
	s.config = write("sshd_config", strings.Join([]string{
		"HostKey " + write("host", hostKey),
		"AuthorizedKeysFile " + write("authorized", public),
		"StrictModes no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password", "UsePAM no",
		"AcceptEnv TEST_*", "PidFile none", "LogLevel ERROR", "UseDNS no", "PrintLastLog no", "PrintMotd no", "",
	}, "\n"))
	if s.listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.Host, s.Port, _ = net.SplitHostPort(s.listener.Addr().String())
	s.Known = fmt.Sprintf("[%s]:%s %s", s.Host, s.Port, hostPublic)
	s.done.Go(s.accept)
	t.Cleanup(func() {
		_ = s.listener.Close()
		s.done.Wait()
	})
	return s
}

// newKey returns a private key as OpenSSH writes it, and the line that its public key is in a file.
func newKey(t testing.TB, comment string) (private, public string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, comment)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block)), string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
}

func (s *OpenSSH) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.done.Go(func() { s.serve(conn.(*net.TCPConn)) })
	}
}

// serve lets sshd talk on a connection, as inetd would.
func (s *OpenSSH) serve(conn *net.TCPConn) {
	file, err := conn.File()
	if err != nil {
		s.t.Error(err)
		return
	}
	_ = conn.Close() // the program has it
	defer func() { _ = file.Close() }()
	// It closes every file that a process may have, which takes seconds where these are a million.
	c := exec.CommandContext(s.t.Context(), "/bin/sh", "-c", `ulimit -n 256; exec "$0" "$@"`, s.program, "-i", "-e", "-f", s.config) //nolint:gosec // a test's own
	said, err := os.CreateTemp(filepath.Dir(s.config), "said")
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = said.Close() }()
	c.Stdin, c.Stdout, c.Stderr = file, file, said
	_ = c.Run() // it ends with an error when a client is not let in
	if text, _ := os.ReadFile(said.Name()); len(text) > 0 {
		s.t.Logf("sshd says: %s", text)
	}
}
