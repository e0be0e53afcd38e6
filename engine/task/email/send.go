package email

import (
	"context"
	"errors"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{sendSpec(), executionSpec()} }

func sendSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.email.MailSend",
		Aliases: []string{"io.kestra.plugin.notifications.mail.MailSend"},
		Summary: "Send a mail by SMTP.",
		Properties: properties(
			flow.Property{Name: "htmlTextContent", Type: flow.String, Dynamic: true, Summary: "The mail as HTML."},
			flow.Property{Name: "plainTextContent", Type: flow.String, Dynamic: true, Summary: "The mail as text, for programs that show no HTML."},
		),
		Example: `id: mail
type: io.kestra.plugin.email.MailSend
host: smtp.example.com
port: 465
username: "{{ secret('MAIL_USER') }}"
password: "{{ secret('MAIL_PASSWORD') }}"
from: orders@example.com
to: ada@example.com; bob@example.com
subject: "Order {{ trigger.body.id }}"
htmlTextContent: "<b>{{ trigger.body.item }}</b> was ordered."
`,
		Compile: func(c *flow.Component) (any, error) {
			m, err := newMailer(c)
			if err != nil {
				return nil, err
			}
			return &send{m, setting.Of(&c.Members, "htmlTextContent"), setting.Of(&c.Members, "plainTextContent")}, nil
		},
	}
}

// properties returns the properties that all tasks of the package have, and some more.
func properties(more ...flow.Property) []flow.Property {
	return append([]flow.Property{
		{Name: "host", Type: flow.String, Required: true, Dynamic: true, Summary: "The server that takes the mail."},
		{Name: "port", Type: flow.Integer, Required: true, Dynamic: true, Summary: "Its port: mostly 465 for SMTPS, 587 for SMTP_TLS, 25 for SMTP."},
		{Name: "username", Type: flow.String, Dynamic: true, Summary: "The user, if the server asks for one."},
		{Name: "password", Type: flow.String, Dynamic: true, Secret: true, Summary: "Its password; for SMTP_OAUTH2 the token."},
		{Name: "accessToken", Type: flow.String, Dynamic: true, Secret: true, Summary: "The token for SMTP_OAUTH2, in place of `password`."},
		{Name: "transportStrategy", Type: flow.String, Dynamic: true, Values: strategies, Default: smtps, Summary: "How the connection is made safe: SMTPS from the beginning, SMTP_TLS and SMTP_OAUTH2 by STARTTLS, SMTP by that if the server can, and not otherwise."},
		{Name: "sessionTimeout", Type: flow.Integer, Dynamic: true, Default: "10000", Summary: "How many milliseconds to wait for the server, for a connection and then for each answer."},
		{Name: "verifyServerIdentity", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "The certificate must be one for `host`."},
		{Name: "trustedHosts", Type: flow.StringList, Dynamic: true, JSONText: true, Summary: "The servers that are trusted whatever their certificate is; then no other one is."},
		{Name: "from", Type: flow.String, Required: true, Dynamic: true, Summary: "Who sends it, as in `Orders <orders@example.com>`."},
		{Name: "to", Type: flow.String, Required: true, Dynamic: true, Summary: "Who gets it; several addresses are divided by `;` or `,`."},
		{Name: "cc", Type: flow.String, Dynamic: true, Summary: "Who gets it, too."},
		{Name: "subject", Type: flow.String, Dynamic: true, Summary: "What it is about."},
		{Name: "attachments", Type: flow.Any, Dynamic: true, Summary: "Files that go with it: a list of maps of `name`, `uri` and `contentType`, or JSON text of one."},
		{Name: "embeddedImages", Type: flow.Any, Dynamic: true, Summary: "Pictures that HTML shows as `<img src=\"cid:name\">`: a list like that of `attachments`."},
	}, more...)
}

// send is io.kestra.plugin.email.MailSend.
type send struct {
	*mailer
	html, plain setting.Setting
}

func (s *send) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	var text body
	var err error
	if text.html, err = s.html.Text(c); err != nil {
		return task.Result{}, err
	}
	if text.plain, err = s.plain.Text(c); err != nil {
		return task.Result{}, err
	}
	return task.Result{}, s.send(ctx, c, text)
}

// errNoServer is the error of tasks that run where there is nothing outside of the execution.
var errNoServer = errors.New("the task cannot run here: it needs a server")
