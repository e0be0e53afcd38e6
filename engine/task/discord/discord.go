package discord

import (
	"context"
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
var urlProperty = flow.Property{Name: "url", Type: flow.String, Required: true, Dynamic: true, Secret: true, Summary: "The address of Discord's webhook, as in https://discord.com/api/webhooks/…."}

func incomingWebhookSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.discord.DiscordIncomingWebhook",
		Aliases: []string{"io.kestra.plugin.notifications.discord.DiscordIncomingWebhook"},
		Summary: "Send a message to a webhook of Discord.",
		Properties: []flow.Property{
			urlProperty,
			{Name: "payload", Type: flow.Any, Required: true, Dynamic: true, Summary: "The message as Discord has it: JSON text, or a map."},
			tasks.ServiceProperty(),
		},
		Example: `id: tell
type: io.kestra.plugin.discord.DiscordIncomingWebhook
url: "{{ secret('DISCORD_WEBHOOK') }}"
payload:
  username: orders
  content: "{{ trigger.body.text }}"
`,
		Compile: func(c *flow.Component) (any, error) {
			s, err := newSender(c)
			if err != nil {
				return nil, err
			}
			return &incomingWebhook{s, c.Structure("payload")}, nil
		},
	}
}

// sender sends messages to a webhook.
type sender struct {
	service *tasks.Service
	url     setting.Setting
}

// newSender compiles the properties of a sender, and checks a payload that is written as JSON.
func newSender(c *flow.Component) (sender, error) {
	s, err := tasks.NewService(c)
	if err != nil {
		return sender{}, err
	}
	if payload := c.Structure("payload"); payload != nil && payload.Template() != nil {
		if text, constant := payload.Template().Constant(); constant {
			if _, err := notice.Payload(text); err != nil {
				return sender{}, c.Errorf("payload", "%w", err)
			}
		}
	}
	return sender{s, setting.Of(&c.Members, "url")}, nil
}

func (s *sender) send(ctx context.Context, c *task.Context, message value.Value) (task.Result, error) {
	url, err := s.url.Trimmed(c)
	if err != nil {
		return task.Result{}, err
	}
	c.Log.Log(task.Debug, "Send Discord webhook: "+value.JSON(message))
	reply, err := s.service.Send(ctx, c, tasks.Message{Method: http.MethodPost, URL: url, Body: message})
	if err != nil {
		return task.Result{}, err
	}
	c.Log.Log(task.Debug, "Response: "+reply.Text)
	c.Log.Log(task.Info, "Request succeeded")
	return task.Result{}, nil
}

// sendPayload sends the message that a payload is.
func (s *sender) sendPayload(ctx context.Context, c *task.Context, payload *pebble.Structure) (task.Result, error) {
	v, err := payload.Render(c.Pebble)
	if err == nil && v.Kind() == value.KindString {
		if err = c.Pebble.ChargeJSON(v.Str()); err == nil {
			v, err = notice.Payload(v.Str())
		}
	}
	if err != nil {
		return task.Result{}, err
	}
	return s.send(ctx, c, v)
}

// incomingWebhook is io.kestra.plugin.discord.DiscordIncomingWebhook.
type incomingWebhook struct {
	sender
	payload *pebble.Structure
}

func (w *incomingWebhook) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	return w.sendPayload(ctx, c, w.payload)
}
