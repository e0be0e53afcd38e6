package smtptest

import (
	"bufio"
	"context"
	"crypto/x509"
	_ "embed" // of the program
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

//go:embed server.py
var server []byte

// Mail is one that aiosmtpd has taken.
type Mail struct {
	From string   `json:"from"`
	To   []string `json:"to"`
	Safe bool     `json:"safe"`
	As   string   `json:"as"`
	Text string   `json:"text"`
}

// Aiosmtpd is Python's aiosmtpd on loopback. The user u with the password pass may send mail.
type Aiosmtpd struct {
	Port string

	t     testing.TB
	in    io.Writer
	lines *bufio.Scanner
}

// Python returns a Python that has aiosmtpd. Without one on the machine the test is skipped, or fails, see [tasktest.Counterpart].
func Python(t testing.TB) string {
	t.Helper()
	python := tasktest.Counterpart(t, "python3")
	if err := exec.CommandContext(t.Context(), python, "-c", "import aiosmtpd").Run(); err != nil {
		tasktest.Lacks(t, "aiosmtpd is not there for "+python)
	}
	return python
}

// NewAiosmtpd starts a server that ends with the test, by the Python that [Python] returns. The mode is smtps, starttls or smtp.
func NewAiosmtpd(t testing.TB, python, mode string) *Aiosmtpd {
	t.Helper()
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	certified.Close()
	pair := certified.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, text := range map[string][]byte{
		"server.py": server, "certificate": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}),
		"key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.CommandContext(context.Background(), python, "-W", "ignore", filepath.Join(folder, "server.py"), mode, filepath.Join(folder, "certificate"), filepath.Join(folder, "key")) //nolint:gosec // a test's own
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out)
		_ = c.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatal("aiosmtpd says no port")
	}
	return &Aiosmtpd{lines.Text(), t, in, lines}
}

// Taken returns the mails that have come since it was last asked for.
func (s *Aiosmtpd) Taken() []Mail {
	s.t.Helper()
	const end = "{}"
	if _, err := io.WriteString(s.in, end+"\n"); err != nil {
		s.t.Fatal(err)
	}
	var mails []Mail
	for s.lines.Scan() {
		if s.lines.Text() == end {
			return mails
		}
		var m Mail
		if err := json.Unmarshal(s.lines.Bytes(), &m); err != nil {
			s.t.Fatal(err)
		}
		mails = append(mails, m)
	}
	s.t.Fatal("aiosmtpd has ended")
	return nil
}
