package email

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/email/smtptest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// TestAiosmtpd sends mails in all ways to Python's aiosmtpd. Without it on the machine the test is skipped, or fails, see
// [tasktest.Counterpart].
func TestAiosmtpd(t *testing.T) {
	python := smtptest.Python(t)
	s := services(t)
	uri := tasktest.NewDisk(t, s.Files).Put("a.csv", "a,b\n1,é\n")
	variables := fmt.Sprintf(`{"uri":%q,"p":"pass"}`, uri)
	const user = `username: u, password: "{{ p }}", trustedHosts: ["127.0.0.1"]`
	for mode, tests := range map[string][]struct {
		typ, members string
		want         smtptest.Mail // whose text is a part of that of the mail
		err          string
	}{
		"smtps": {
			{"MailSend", user + `, to: b@example.com, cc: c@example.com, subject: Hi, htmlTextContent: "<b>x</b>"`, smtptest.Mail{From: "a@example.com", To: []string{"b@example.com", "c@example.com"}, Safe: true, As: "u", Text: "Subject: Hi"}, ""},
			{"MailSend", user + `, to: b@example.com, plainTextContent: t, attachments: [{name: b.csv, uri: "{{ uri }}", contentType: text/csv}]`, smtptest.Mail{From: "a@example.com", To: []string{"b@example.com"}, Safe: true, As: "u", Text: `filename="b.csv"`}, ""},
			{"MailExecution", user + `, to: b@example.com, executionId: 4Execution`, smtptest.Mail{From: "a@example.com", To: []string{"b@example.com"}, Safe: true, As: "u", Text: "4Execution"}, ""},
			{"MailSend", `username: u, password: wrong, trustedHosts: ["127.0.0.1"], to: b@example.com`, smtptest.Mail{}, "535"},
			{"MailSend", `trustedHosts: ["127.0.0.1"], to: b@example.com`, smtptest.Mail{}, "530"},
			{"MailSend", `username: u, password: "{{ p }}", to: b@example.com`, smtptest.Mail{}, "certificate"},
			{"MailSend", user + `, to: refused@example.com`, smtptest.Mail{}, "550"},
		},
		"starttls": {
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP_TLS, plainTextContent: plain`, smtptest.Mail{From: "a@example.com", To: []string{"b@example.com"}, Safe: true, As: "u", Text: "plain"}, ""},
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP, plainTextContent: plain`, smtptest.Mail{From: "a@example.com", To: []string{"b@example.com"}, Safe: true, As: "u", Text: "plain"}, ""},
		},
		"smtp": {
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP, plainTextContent: plain`, smtptest.Mail{From: "a@example.com", To: []string{"b@example.com"}, Safe: false, As: "u", Text: "plain"}, ""},
			{"MailSend", user + `, to: b@example.com, transportStrategy: SMTP_TLS`, smtptest.Mail{}, "STARTTLS"},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			server := smtptest.NewAiosmtpd(t, python, mode)
			for _, test := range tests {
				r := tasktest.RunServed(t, Specs(), s, `{type: io.kestra.plugin.email.`+test.typ+`, host: 127.0.0.1, port: `+server.Port+`, from: a@example.com, `+test.members+`}`, variables)
				if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) || strings.Contains(r.Err, "pass") {
					t.Errorf("%s: %s, want %s", test.members, r.Err, test.err)
					continue
				}
				taken := server.Taken()
				if (len(taken) == 1) != (test.err == "") {
					t.Errorf("%s: %d mails are taken", test.members, len(taken))
					continue
				}
				if test.err != "" {
					continue
				}
				got := taken[0]
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
