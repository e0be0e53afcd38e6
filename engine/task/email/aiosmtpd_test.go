package email

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// delivered is a mail that aiosmtpd has taken.
type delivered struct {
	From string   `json:"from"`
	To   []string `json:"to"`
	Safe bool     `json:"safe"`
	As   string   `json:"as"`
	Text string   `json:"text"`
}

// newAiosmtpd starts Python's aiosmtpd on loopback, which ends with the test. It returns its port, and its mails one by one.
func newAiosmtpd(t *testing.T, python, mode string) (port string, next func() delivered) {
	t.Helper()
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	certified.Close()
	pair := certified.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, block := range map[string]*pem.Block{"certificate": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, "key": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(python, "-W", "ignore", filepath.Join("testdata", "server.py"), mode, filepath.Join(folder, "certificate"), filepath.Join(folder, "key"))
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
	return lines.Text(), func() delivered {
		t.Helper()
		var d delivered
		if !lines.Scan() {
			t.Fatal("no mail was taken")
		}
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
}

// TestAiosmtpd sends mails in all ways to Python's aiosmtpd. Without it on the machine the test is skipped, or fails, see
// [tasktest.Counterpart].
func TestAiosmtpd(t *testing.T) {
	python := tasktest.Counterpart(t, "python3")
	if err := exec.Command(python, "-c", "import aiosmtpd").Run(); err != nil {
		tasktest.Lacks(t, "aiosmtpd is not there for "+python)
	}
	s := services(t)
	uri := tasktest.NewDisk(t, s.Files).Put("a.csv", "a,b\n1,é\n")
	variables := fmt.Sprintf(`{"uri":%q,"p":"pass"}`, uri)
	const user = `username: u, password: "{{ p }}", trustedHosts: ["127.0.0.1"]`
	for mode, tests := range map[string][]struct {
		typ, members string
		want         delivered // whose text is a part of that of the mail
		err          string
	}{
		"smtps": {
			{"MailSend", user + `, to: b@example.com, cc: c@example.com, subject: Hi, htmlTextContent: "<b>x</b>"`, delivered{"a@example.com", []string{"b@example.com", "c@example.com"}, true, "u", "Subject: Hi"}, ""},
			{"MailSend", user + `, to: b@example.com, plainTextContent: t, attachments: [{name: b.csv, uri: "{{ uri }}", contentType: text/csv}]`, delivered{"a@example.com", []string{"b@example.com"}, true, "u", `filename="b.csv"`}, ""},
			{"MailExecution", user + `, to: b@example.com, executionId: 4Execution`, delivered{"a@example.com", []string{"b@example.com"}, true, "u", "4Execution"}, ""},
			{"MailSend", `username: u, password: wrong, trustedHosts: ["127.0.0.1"], to: b@example.com`, delivered{}, "535"},
			{"MailSend", `trustedHosts: ["127.0.0.1"], to: b@example.com`, delivered{}, "530"},
			{"MailSend", `username: u, password: "{{ p }}", to: b@example.com`, delivered{}, "certificate"},
			{"MailSend", user + `, to: refused@example.com`, delivered{}, "550"},
		},
		"starttls": {
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP_TLS, plainTextContent: plain`, delivered{"a@example.com", []string{"b@example.com"}, true, "u", "plain"}, ""},
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP, plainTextContent: plain`, delivered{"a@example.com", []string{"b@example.com"}, true, "u", "plain"}, ""},
		},
		"smtp": {
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP, plainTextContent: plain`, delivered{"a@example.com", []string{"b@example.com"}, false, "u", "plain"}, ""},
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP_TLS`, delivered{}, "STARTTLS"},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			port, next := newAiosmtpd(t, python, mode)
			for _, test := range tests {
				r := tasktest.RunServed(t, Specs(), s, `{type: io.kestra.plugin.email.`+test.typ+`, host: 127.0.0.1, port: `+port+`, from: a@example.com, `+test.members+`}`, variables)
				if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) || strings.Contains(r.Err, "pass") {
					t.Errorf("%s: %s, want %s", test.members, r.Err, test.err)
					continue
				}
				if test.err != "" {
					continue
				}
				got := next()
				if !strings.Contains(got.Text, test.want.Text) {
					t.Errorf("%s: %s", test.members, got.Text)
				}
				got.Text = test.want.Text
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s: %s", test.members, diff)
				}
			}
		})
	}
}
