package slack

import (
	"context"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	tasks "github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/notice"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func executionSpec() flow.Spec {
	return flow.Spec{
		Kind: flow.KindTask,
		Type: "io.kestra.plugin.slack.notifications.SlackExecution",
		Aliases: []string{
			"io.kestra.plugin.slack.SlackExecution",
			"io.kestra.plugin.notifications.slack.SlackExecution",
		},
		Summary: "Send a message to an incoming webhook of Slack that says what has become of an execution.",
		Properties: append([]flow.Property{
			urlProperty,
			{Name: "channel", Type: flow.String, Dynamic: true, Summary: "The channel, for older webhooks that are not bound to one."},
			{Name: "username", Type: flow.String, Dynamic: true, Summary: "The name of the sender, likewise."},
			{Name: "iconUrl", Type: flow.String, Dynamic: true, Summary: "The address of the sender's picture, likewise."},
			{Name: "iconEmoji", Type: flow.String, Dynamic: true, Summary: "The emoji that stands for the sender's picture, likewise."},
			{Name: "payload", Type: flow.Any, Dynamic: true, Summary: "Without effect, as in Kestra: the message is made of the execution."},
			{Name: "messageText", Type: flow.String, Dynamic: true, Summary: "Without effect, as in Kestra; see `customMessage`."},
			tasks.ServiceProperty(),
		}, notice.Properties()...),
		Example: `id: alert
type: io.kestra.plugin.slack.notifications.SlackExecution
url: "{{ secret('SLACK_WEBHOOK') }}"
customMessage: Have a look at the orders.
`,
		Compile: func(c *flow.Component) (any, error) {
			s, err := tasks.NewService(c)
			if err != nil {
				return nil, err
			}
			x := &execution{sender: sender{s, setting.Of(&c.Members, "url")}, notice: notice.New(c)}
			for _, m := range []struct{ property, member string }{
				{"channel", "channel"}, {"username", "username"}, {"iconUrl", "icon_url"}, {"iconEmoji", "icon_emoji"},
			} {
				if s := setting.Of(&c.Members, m.property); s.Written() {
					x.members = append(x.members, member{m.member, s})
				}
			}
			return x, nil
		},
	}
}

// execution is io.kestra.plugin.slack.notifications.SlackExecution.
type execution struct {
	sender
	notice  notice.Notice
	members []member
}

// member is a member of the message that a property gives.
type member struct {
	name  string
	value setting.Setting
}

func (x *execution) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	facts, err := x.notice.Facts(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	message := messageAbout(&facts)
	for _, m := range x.members {
		text, err := m.value.Text(c)
		if err != nil {
			return task.Result{}, err
		}
		message.Map().Set(m.name, value.String(text))
	}
	return task.Result{}, x.send(ctx, c, message)
}

// messageAbout returns the message: a line that links to the execution, and a table of what is known.
func messageAbout(f *notice.Facts) value.Value {
	title := f.Title()
	if f.Link != "" {
		title = "<" + f.Link + "|" + title + ">"
	}
	text := "*" + title + "*\n> " + f.Outcome("`")
	var blocks []value.Value
	if f.Message != "" {
		blocks = append(blocks, section(f.Message))
	}
	about := section(text)
	if f.Link != "" {
		about.Map().Set("accessory", value.MapOf(
			"type", value.String("button"),
			"text", value.MapOf("type", value.String("plain_text"), "text", value.String("Details")),
			"url", value.String(f.Link),
		))
	}
	fields := []value.Value{
		field("Namespace", value.String(f.Flow.Namespace)),
		field("Flow ID", value.String(f.Flow.ID)),
		field("Execution ID", value.String(f.ID)),
		field("Execution Status", value.String(string(f.Status))),
	}
	for name, v := range f.Fields.All() {
		fields = append(fields, field(name, v))
	}
	if f.Last != "" {
		fields = append(fields, field("Final task ID", value.String(f.Last)))
	}
	return value.MapOf(
		"text", value.String(text),
		"blocks", value.ListOf(append(blocks, about)...),
		"attachments", value.ListOf(value.MapOf(
			"color", value.String(color(f.Status)), "fields", value.ListOf(fields...), "ts", value.Int(f.Start.Unix()),
		)),
	)
}

func section(text string) value.Value {
	return value.MapOf("type", value.String("section"), "text", value.MapOf("type", value.String("mrkdwn"), "text", value.String(text)))
}

func field(title string, v value.Value) value.Value {
	return value.MapOf("title", value.String(title), "value", v, "short", value.Bool(true))
}

func color(s flow.Status) string {
	switch s {
	case flow.Success:
		return "good"
	case flow.Warning:
		return "warning"
	default:
		return "danger"
	}
}
