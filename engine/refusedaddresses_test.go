package engine_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/discord"
	"github.com/caddy-kestra/kestra-webhook/engine/task/email"
	"github.com/caddy-kestra/kestra-webhook/engine/task/git"
	"github.com/caddy-kestra/kestra-webhook/engine/task/github"
	taskhttp "github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/postgresql"
	"github.com/caddy-kestra/kestra-webhook/engine/task/slack"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// reaching are the tasks that reach other servers, with HOST and PORT in the place of theirs.
var reaching = []struct {
	specs     []flow.Spec
	task      string
	redirects bool // it speaks HTTP, and follows where a server sends it
}{
	{taskhttp.Specs(), `core.http.Request, uri: "http://HOST:PORT/"`, true},
	{taskhttp.Specs(), `core.http.Download, uri: "http://HOST:PORT/"`, true},
	{taskhttp.Specs(), `core.http.SseRequest, uri: "http://HOST:PORT/"`, true},
	{slack.Specs(), `slack.SlackIncomingWebhook, url: "http://HOST:PORT/x", messageText: a`, true},
	{slack.Specs(), `slack.SlackExecution, url: "http://HOST:PORT/x", executionId: 4Execution`, true},
	{discord.Specs(), `discord.DiscordIncomingWebhook, url: "http://HOST:PORT/x", payload: '{}'`, true},
	{discord.Specs(), `discord.DiscordExecution, url: "http://HOST:PORT/x", executionId: 4Execution`, true},
	{github.Specs(github.Options{}), `github.issues.Create, endpoint: "http://HOST:PORT", repository: o/r, title: t`, true},
	{github.Specs(github.Options{}), `github.issues.Create, endpoint: "http://HOST:PORT", repository: o/r, title: t, fields: {a: b}`, true},
	{github.Specs(github.Options{}), `github.issues.Comment, endpoint: "http://HOST:PORT", repository: o/r, issueNumber: 1, body: b`, true},
	{github.Specs(github.Options{}), `github.pulls.Create, endpoint: "http://HOST:PORT", repository: o/r, sourceBranch: a, targetBranch: b, title: t`, true},
	{github.Specs(github.Options{}), `github.actions.RunWorkflow, endpoint: "http://HOST:PORT", repository: o/r, workflowId: w, ref: main`, true},
	{git.Specs(git.Options{}), `git.Clone, url: "http://HOST:PORT/r"`, true},
	{git.Specs(git.Options{}), `git.Clone, url: "ssh://git@HOST:PORT/r", password: x`, false},
	{ssh.Specs(ssh.Options{}), `fs.ssh.Command, host: "HOST", port: "PORT", username: u, password: x, commands: [a]`, false},
	{email.Specs(), `email.MailSend, host: "HOST", port: PORT, from: a@example.com, to: b@example.com`, false},
	{email.Specs(), `email.MailSend, host: "HOST", port: PORT, transportStrategy: SMTP, from: a@example.com, to: b@example.com`, false},
	{email.Specs(), `email.MailExecution, host: "HOST", port: PORT, from: a@example.com, to: b@example.com, executionId: 4Execution`, false},
	{postgresql.Specs(), `jdbc.postgresql.Query, url: "jdbc:postgresql://HOST:PORT/x", username: u, sql: select 1`, false},
	{postgresql.Specs(), `jdbc.postgresql.Queries, url: "jdbc:postgresql://HOST:PORT/x", username: u, sql: select 1`, false},
	{postgresql.Specs(), `jdbc.postgresql.CopyIn, url: "jdbc:postgresql://HOST:PORT/x", username: u, from: "{{ f }}", table: t`, false},
}

// TestNothingIsReached lets the tasks of all groups ask for what no request may reach: by address, by name, and by a redirect.
func TestNothingIsReached(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "http://169.254.169.254/latest/", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	_, here, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, test := range []struct {
		host, port string
		options    outbound.Options
		redirected bool
		want       string
	}{
		{"169.254.169.254", "80", outbound.Options{}, false, "it is a link-local address"},
		{"[::ffff:169.254.169.254]", "80", outbound.Options{}, false, "it is a link-local address"},
		{"[fd00:ec2::254]", "80", outbound.Options{}, false, "are refused"},
		{"localhost", here, outbound.Options{DenyPrivate: true}, false, "are refused"},
		{"127.0.0.1", here, outbound.Options{DenyPrivate: true}, false, "are refused"},
		{"10.0.0.1", here, outbound.Options{DenyPrivate: true}, false, "are refused"},
		{"127.0.0.1", here, outbound.Options{Admin: []string{"localhost:" + here}}, false, "are refused"},
		{"localhost", here, outbound.Options{Admin: []string{"localhost:" + here}}, false, "are refused"},
		{"127.0.0.1", here, outbound.Options{}, true, "it is a link-local address"},
	} {
		c, store := outbound.New(), files.New(t.TempDir())
		c.Configure(test.options)
		d := tasktest.NewDisk(t, store)
		variables := fmt.Sprintf(`{"f":%q}`, d.Put("in", "x"))
		for _, to := range reaching {
			if test.redirected && !to.redirects {
				continue
			}
			host := test.host
			if !strings.Contains(to.task, "://") { // without the brackets of addresses
				host = strings.Trim(host, "[]")
			}
			asked = 0
			yaml := `{type: io.kestra.plugin.` + strings.NewReplacer("HOST", host, "PORT", test.port).Replace(to.task) + `}`
			r := tasktest.RunServed(t, to.specs, &task.Services{HTTP: c, Network: c, Files: store, Directories: store, Executions: tasktest.Executions{}}, yaml, variables)
			if !strings.Contains(r.Err, test.want) || (asked > 0) != test.redirected {
				t.Errorf("%s, %+v: %s (asked %d times), want %s", yaml, test.options, r.Err, asked, test.want)
			}
		}
		c.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}
