package slack

import (
	"context"
	"errors"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	tasks "github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/notice"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{incomingWebhookSpec(), executionSpec()} }

// urlProperty is the address of the webhook: who knows it may write to the channel.
var urlProperty = flow.Property{Name: "url", Type: flow.String, Required: true, Dynamic: true, Secret: true, Summary: "The address of Slack's incoming webhook, as in https://hooks.slack.com/services/…."}

func incomingWebhookSpec() flow.Spec {
	return flow.Spec{
		Kind: flow.KindTask,
		Type: "io.kestra.plugin.slack.notifications.SlackIncomingWebhook",
		Aliases: []string{
			"io.kestra.plugin.slack.SlackIncomingWebhook",
			"io.kestra.plugin.notifications.slack.SlackIncomingWebhook",
		},
		Summary: "Send a message to an incoming webhook of Slack, or of a service that takes the same.",
		Properties: []flow.Property{
			urlProperty,
			{Name: "payload", Type: flow.Any, Dynamic: true, Summary: "The message as Slack has it: JSON text, or a map."},
			{Name: "messageText", Type: flow.String, Dynamic: true, Summary: "The text of the message, when there is no `payload`: `**bold**`, `__italic__` and `[links](https://example.com)` become what Slack writes for them. JSON text of an object is taken as a `payload`."},
			tasks.ServiceProperty(),
		},
		Example: `id: tell
type: io.kestra.plugin.slack.notifications.SlackIncomingWebhook
url: "{{ secret('SLACK_WEBHOOK') }}"
messageText: "**{{ flow.id }}** got {{ trigger.body.text }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			s, err := tasks.NewService(c)
			if err != nil {
				return nil, err
			}
			if !c.Has("payload") && !c.Has("messageText") {
				return nil, errors.New("one of payload and messageText must be written")
			}
			w := &incomingWebhook{sender{s, setting.Of(&c.Members, "url")}, c.Structure("payload"), setting.Of(&c.Members, "messageText")}
			if text, constant := constantText(w.payload); constant {
				if _, err := notice.Payload(text); err != nil {
					return nil, c.Errorf("payload", "%w", err)
				}
			}
			return w, nil
		},
	}
}

// constantText returns the text of a structure that is one, without an expression.
func constantText(s *pebble.Structure) (string, bool) {
	if s == nil || s.Template() == nil {
		return "", false
	}
	return s.Template().Constant()
}

// sender sends messages to a webhook.
type sender struct {
	service *tasks.Service
	url     setting.Setting
}

func (s *sender) send(ctx context.Context, c *task.Context, message value.Value) error {
	url, err := s.url.Trimmed(c)
	if err != nil {
		return err
	}
	c.Log.Log(task.Debug, "Send Slack webhook: "+value.JSON(message))
	reply, err := s.service.Send(ctx, c, tasks.Message{Method: http.MethodPost, URL: url, Body: message})
	if err != nil {
		return err
	}
	c.Log.Log(task.Debug, "Response: "+reply.Text)
	c.Log.Log(task.Info, "Request succeeded")
	return nil
}

// incomingWebhook is io.kestra.plugin.slack.notifications.SlackIncomingWebhook.
type incomingWebhook struct {
	sender
	payload *pebble.Structure // nil: there is text
	text    setting.Setting
}

func (w *incomingWebhook) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	message, err := w.message(c)
	if err != nil {
		return task.Result{}, err
	}
	return task.Result{}, w.send(ctx, c, message)
}

func (w *incomingWebhook) message(c *task.Context) (value.Value, error) {
	if w.payload == nil {
		text, err := w.text.Text(c)
		if err == nil {
			err = c.Pebble.ChargeJSON(text)
		}
		if err != nil {
			return value.Null, err
		}
		return messageOf(text), nil
	}
	v, err := w.payload.Render(c.Pebble)
	if err != nil || v.Kind() != value.KindString {
		return v, err
	}
	if err := c.Pebble.ChargeJSON(v.Str()); err != nil {
		return value.Null, err
	}
	return notice.Payload(v.Str())
}
