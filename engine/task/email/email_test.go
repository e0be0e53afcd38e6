package email

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/email/smtptest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func services(t testing.TB) *task.Services {
	c, f := outbound.New(), files.New(t.TempDir())
	t.Cleanup(c.Close)
	t.Cleanup(func() { _ = f.Close() })
	return &task.Services{Network: c, Files: f, Executions: tasktest.Executions{}}
}

// post sends a mail with properties in flow style.
func post(t testing.TB, s *task.Services, server *smtpServer, typ, members, variables string) tasktest.Result {
	t.Helper()
	return tasktest.RunServed(t, Specs(), s, `{type: io.kestra.plugin.email.`+typ+`, host: 127.0.0.1, port: `+server.port()+`, from: a@example.com, `+members+`}`, variables)
}

// TestTransport logs in at servers of all kinds, in all ways.
func TestTransport(t *testing.T) {
	const to = `to: b@example.com, htmlTextContent: x`
	const trust = to + `, trustedHosts: ["127.0.0.1"]`
	const user = `, username: "u", password: "{{ p }}"`
	s := services(t)
	for _, test := range []struct {
		name, offers string
		start        bool
		members      string
		notes        []string
		err          string
	}{
		{"SMTPS is the default", "AUTH PLAIN LOGIN", true, trust + user, []string{"PLAIN safely|u|pass", "MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"SMTPS without a user", "AUTH PLAIN", true, trust, []string{"MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"SMTPS by LOGIN", "AUTH LOGIN", true, trust + user, []string{"LOGIN safely|u|pass", "MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"SMTPS where nobody vouches for the server", "AUTH PLAIN", true, to + user, nil, "certificate"},
		{"SMTPS whose name does not count", "AUTH PLAIN", true, to + user + `, verifyServerIdentity: false`, nil, "unknown authority"},
		{"SMTPS at a server that is not trusted", "AUTH PLAIN", true, to + `, trustedHosts: [other.example.com]`, nil, "127.0.0.1 is none of trustedHosts"},
		{"STARTTLS", "STARTTLS,AUTH PLAIN", false, trust + user + `, transportStrategy: SMTP_TLS`, []string{"PLAIN safely|u|pass", "MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"STARTTLS that is not offered", "AUTH PLAIN", false, trust + user + `, transportStrategy: SMTP_TLS`, nil, "does not support STARTTLS"},
		{"OAuth", "STARTTLS,AUTH XOAUTH2", false, trust + user + `, transportStrategy: SMTP_OAUTH2`, []string{"XOAUTH2 safelyuser=u|auth=Bearer pass||", "MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"OAuth by a token of its own", "STARTTLS,AUTH XOAUTH2", false, trust + `, username: u, password: other, accessToken: "{{ p }}", transportStrategy: SMTP_OAUTH2`, []string{"XOAUTH2 safelyuser=u|auth=Bearer pass||", "MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"a token that is not asked for", "AUTH PLAIN", false, to + user + `, accessToken: other, transportStrategy: SMTP`, []string{"PLAIN|u|pass", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>"}, ""},
		{"SMTP", "AUTH PLAIN", false, to + user + `, transportStrategy: SMTP`, []string{"PLAIN|u|pass", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>"}, ""},
		{"SMTP by STARTTLS", "STARTTLS,AUTH PLAIN", false, trust + user + `, transportStrategy: "{{ 'SMTP' }}"`, []string{"PLAIN safely|u|pass", "MAIL safely FROM:<a@example.com>", "RCPT safely TO:<b@example.com>"}, ""},
		{"a wrong password", "AUTH PLAIN", false, to + `, transportStrategy: SMTP, username: u, password: wrong`, []string{"PLAIN|u|wrong"}, "535"},
		{"nobody of that name", "", false, `to: refused@example.com, transportStrategy: SMTP`, []string{"MAIL FROM:<a@example.com>", "RCPT TO:<refused@example.com>"}, "550"},
		{"a strategy that there is not", "", false, to + `, transportStrategy: "{{ 'X' }}"`, nil, "transportStrategy must be one of"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := newSMTP(t, test.start, test.offers)
			r := post(t, s, server, "MailSend", test.members, `{"p":"pass"}`)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) || strings.Contains(r.Err, "pass") {
				t.Errorf("%s, want %s", r.Err, test.err)
			}
			notes, mails := server.taken()
			if diff := cmp.Diff(test.notes, notes); diff != "" {
				t.Error(diff)
			}
			if (len(mails) == 1) != (test.err == "") {
				t.Errorf("%d mails", len(mails))
			}
		})
	}
}

// TestGuarded checks that no mail goes where no request may go.
func TestGuarded(t *testing.T) {
	r := tasktest.RunServed(t, Specs(), services(t), `{type: io.kestra.plugin.email.MailSend, host: 169.254.169.254, port: 25, from: a@example.com, to: b@example.com}`, "{}")
	if !strings.Contains(r.Err, "requests to 169.254.169.254:25 are refused: it is a link-local address") {
		t.Error(r.Err)
	}
}

// TestMessage compares what mails have in them.
func TestMessage(t *testing.T) {
	s := services(t)
	uri := tasktest.NewDisk(t, s.Files).Put("a.csv", "a,b\n1,é\n")
	variables := fmt.Sprintf(`{"uri":%q,"s":"a\r\nBcc: x@example.com"}`, uri)
	server := newSMTP(t, false, "")
	for _, test := range []struct{ name, typ, members, want, err string }{
		{"HTML", "MailSend", `to: "b@example.com; C <c@example.com>", cc: '"D, E" <d@example.com>', subject: "é {{ 1 }}", htmlTextContent: "<b>é</b>"`, `To: <b@example.com>, "C" <c@example.com>
Cc: "D, E" <d@example.com>
Subject: é 1
multipart/alternative
 text/plain: Please view this email in a modern email client
 text/html: <b>é</b>
`, ""},
		{"text", "MailSend", `to: b@example.com, plainTextContent: "a\nb"`, `To: <b@example.com>
text/plain: a
b

`, ""},
		{"a subject has one line", "MailSend", `to: b@example.com, subject: "{{ s }}"`, `To: <b@example.com>
Subject: a  Bcc: x@example.com
text/plain: Please view this email in a modern email client

`, ""},
		{"attachments", "MailSend", `to: b@example.com, plainTextContent: t, attachments: [{name: b.csv, uri: "{{ uri }}", contentType: text/csv}, {name: c, uri: "{{ uri }}"}]`, `To: <b@example.com>
multipart/mixed
 text/plain: t
 text/csv b.csv: a,b
1,é

 application/octet-stream c: a,b
1,é

`, ""},
		{"attachments as JSON", "MailSend", `to: b@example.com, plainTextContent: t, attachments: "{{ [{'name': 'b', 'uri': uri}] | toJson }}"`, `To: <b@example.com>
multipart/mixed
 text/plain: t
 application/octet-stream b: a,b
1,é

`, ""},
		{"pictures", "MailSend", `to: b@example.com, htmlTextContent: "<img src='cid:p.png'>", embeddedImages: [{name: p.png, uri: "{{ uri }}", contentType: image/png}]`, `To: <b@example.com>
multipart/related
 multipart/alternative
  text/plain: Please view this email in a modern email client
  text/html: <img src='cid:p.png'>
 image/png p.png <p.png>: a,b
1,é

`, ""},
		{"no recipient", "MailSend", `to: "{{ '' }}"`, "", "to names nobody"},
		{"an address that is none", "MailSend", `to: "{{ 'a b' }}"`, "", "a b"},
		{"a file that is not there", "MailSend", `to: b@example.com, attachments: [{name: b, uri: "{{ uri }}x"}]`, "", "attachments[0]: "},
		{"no file", "MailSend", `to: b@example.com, attachments: [{name: b}]`, "", "attachments[0]: must be a map with a name and a uri"},
		{"no list of files", "MailSend", `to: b@example.com, attachments: "{{ 'x' }}"`, "", "attachments: "},
		{"an execution", "MailExecution", `to: b@example.com, subject: s, executionId: failed, customMessage: "<m>", customFields: {k: v}`, `To: <b@example.com>
Subject: s
multipart/alternative
 text/plain: <m>

[company.team] orders ➛ FAILED
Failed on task pay after 00:00:01.500

Namespace: company.team
Flow ID: orders
Execution ID: failed
Execution Status: FAILED
Start date: 2026-01-02T03:04:03Z
k: v
Final task ID: pay

 text/html: <!DOCTYPE html>
<html><body style="font-family: sans-serif">
<p>&lt;m&gt;</p>
<h2>[company.team] orders ➛ FAILED</h2>
<p>Failed on task pay after 00:00:01.500</p>
<table>
<tr><th align="left">Namespace</th><td>company.team</td></tr>
<tr><th align="left">Flow ID</th><td>orders</td></tr>
<tr><th align="left">Execution ID</th><td>failed</td></tr>
<tr><th align="left">Execution Status</th><td>FAILED</td></tr>
<tr><th align="left">Start date</th><td>2026-01-02T03:04:03Z</td></tr>
<tr><th align="left">k</th><td>v</td></tr>
<tr><th align="left">Final task ID</th><td>pay</td></tr>
</table>
</body></html>

`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := post(t, s, server, test.typ, "transportStrategy: SMTP, "+test.members, variables)
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
				t.Errorf("%s, want %s", r.Err, test.err)
			}
			got := ""
			if _, mails := server.taken(); len(mails) > 0 {
				got = smtptest.Show(t, mails[0])
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{" ; ,", nil},
		{"a@b; c@d,e@f ", []string{"a@b", "c@d", "e@f"}},
		{`"a; b" <a@b>; c@d`, []string{`"a; b" <a@b>`, "c@d"}},
		{`"a\"; b" <a@b>`, []string{`"a\"; b" <a@b>`}},
	} {
		if diff := cmp.Diff(test.want, split(test.text)); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ members, want string }{
		{`port: 25, from: a@example.com, to: b@example.com`, "host"},
		{`host: h, port: 25, from: a@example.com, to: nobody`, "nobody"},
		{`host: h, port: 25, from: "a@example.com, b@example.com", to: b@example.com`, "from must be one address"},
		{`host: h, port: 25, from: a@example.com, to: b@example.com, transportStrategy: TLS`, "TLS"},
	} {
		_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.email.MailSend, `+test.members+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.members, err, test.want)
		}
	}
}

// TestTreeCounts checks that memory is taken for the tree of a text before it is made: a short text may have a large one.
func TestTreeCounts(t *testing.T) {
	const bytes = 1 << 20 // more than the text, and less than its tree
	text := "[" + strings.Repeat("[],", 20_000) + "[]]"
	c, store := outbound.New(), files.New(t.TempDir())
	t.Cleanup(c.Close)
	t.Cleanup(func() { _ = store.Close() })
	variables := value.JSON(value.MapOf("x", value.String(text)))
	r := tasktest.RunWithin(t, Specs(), &task.Services{Network: c, Files: store}, bytes, `{type: io.kestra.plugin.email.MailSend, host: 127.0.0.1, port: 1, from: a@b.c, to: a@b.c, attachments: "{{ x }}"}`, variables)
	if !strings.Contains(r.Err, tasktest.ErrMemory.Error()) {
		t.Errorf("%.200s", r.Err)
	}
}
