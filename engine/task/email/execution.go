package email

import (
	"context"
	"html/template"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/notice"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func executionSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.email.MailExecution",
		Aliases: []string{"io.kestra.plugin.notifications.mail.MailExecution"},
		Summary: "Send a mail that says what has become of an execution.",
		Properties: properties(append([]flow.Property{
			{Name: "htmlTextContent", Type: flow.String, Dynamic: true, Summary: "Without effect, as in Kestra: the mail is made of the execution."},
			{Name: "plainTextContent", Type: flow.String, Dynamic: true, Summary: "Without effect, as in Kestra; see `customMessage`."},
		}, notice.Properties()...)...),
		Example: `id: alert
type: io.kestra.plugin.email.MailExecution
host: smtp.example.com
port: 587
transportStrategy: SMTP_TLS
username: "{{ secret('MAIL_USER') }}"
password: "{{ secret('MAIL_PASSWORD') }}"
from: orders@example.com
to: ada@example.com
subject: "{{ flow.id }} failed"
`,
		Compile: func(c *flow.Component) (any, error) {
			m, err := newMailer(c)
			return &execution{m, notice.New(c)}, err
		},
	}
}

// execution is io.kestra.plugin.email.MailExecution.
type execution struct {
	*mailer
	notice notice.Notice
}

func (x *execution) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	facts, err := x.notice.Facts(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	text, err := textAbout(&facts)
	if err != nil {
		return task.Result{}, err
	}
	return task.Result{}, x.send(ctx, c, text)
}

// row is a line of the table of what is known.
type row struct{ Name, Value string }

// page is the mail as HTML.
var page = template.Must(template.New("execution").Parse(`<!DOCTYPE html>
<html><body style="font-family: sans-serif">
{{with .Message}}<p>{{.}}</p>
{{end}}<h2>{{if .Link}}<a href="{{.Link}}">{{.Title}}</a>{{else}}{{.Title}}{{end}}</h2>
<p>{{.Outcome}}</p>
<table>
{{range .Rows}}<tr><th align="left">{{.Name}}</th><td>{{.Value}}</td></tr>
{{end}}</table>
</body></html>
`))

// textAbout returns the mail: what is known of an execution, as a table and as lines.
func textAbout(f *notice.Facts) (body, error) {
	rows := []row{
		{"Namespace", f.Flow.Namespace},
		{"Flow ID", f.Flow.ID},
		{"Execution ID", f.ID},
		{"Execution Status", string(f.Status)},
		{"Start date", string(value.AppendInstant(nil, f.Start))},
	}
	for name, v := range f.Fields.All() {
		rows = append(rows, row{name, value.Text(v)})
	}
	if f.Last != "" {
		rows = append(rows, row{"Final task ID", f.Last})
	}
	var html, plain strings.Builder
	err := page.Execute(&html, map[string]any{
		"Message": f.Message, "Link": f.Link, "Title": f.Title(), "Outcome": f.Outcome(""), "Rows": rows,
	})
	if f.Message != "" {
		plain.WriteString(f.Message + "\n\n")
	}
	plain.WriteString(f.Title() + "\n" + f.Outcome("") + "\n\n")
	for _, r := range rows {
		plain.WriteString(r.Name + ": " + r.Value + "\n")
	}
	if f.Link != "" {
		plain.WriteString("\n" + f.Link + "\n")
	}
	return body{html.String(), plain.String()}, err
}
