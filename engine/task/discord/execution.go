package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	tasks "github.com/caddy-kestra/kestra-webhook/engine/task/http"
	"github.com/caddy-kestra/kestra-webhook/engine/task/notice"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func executionSpec() flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.discord.DiscordExecution",
		Aliases: []string{"io.kestra.plugin.notifications.discord.DiscordExecution"},
		Summary: "Send a message to a webhook of Discord that says what has become of an execution.",
		Properties: append([]flow.Property{
			urlProperty,
			{Name: "payload", Type: flow.Any, Dynamic: true, Summary: "A message as Discord has it, JSON text or a map, in place of the one that is made of the execution."},
			{Name: "content", Type: flow.String, Dynamic: true, Summary: "The text of the message; without it, that of `customMessage`."},
			{Name: "username", Type: flow.String, Dynamic: true, Summary: "The name of the sender."},
			{Name: "avatarUrl", Type: flow.String, Dynamic: true, Summary: "The address of the sender's picture."},
			{Name: "embedList", Type: flow.Objects, Summary: "What stands in boxes below the message. The first one has what is known of the execution, too.", Properties: []flow.Property{
				{Name: "title", Type: flow.String, Dynamic: true, Summary: "The title."},
				{Name: "websiteUrl", Type: flow.String, Dynamic: true, Summary: "What the title links to."},
				{Name: "description", Type: flow.String, Dynamic: true, Summary: "The text; not that of the first one."},
				{Name: "thumbnail", Type: flow.String, Dynamic: true, Summary: "The address of a picture."},
				{Name: "authorName", Type: flow.String, Dynamic: true, Summary: "Who wrote it."},
				{Name: "color", Type: flow.StringList, Summary: "The colour: how much red, green and blue, from 0 to 255 each."},
				{Name: "footer", Type: flow.String, Dynamic: true, Summary: "The line at the end; not that of the first one."},
			}},
			tasks.ServiceProperty(),
		}, notice.Properties()...),
		Example: `id: alert
type: io.kestra.plugin.discord.DiscordExecution
url: "{{ secret('DISCORD_WEBHOOK') }}"
username: orders
embedList:
  - title: Have a look
    color: [255, 0, 0]
`,
		Compile: compileExecution,
	}
}

func compileExecution(c *flow.Component) (any, error) {
	s, err := newSender(c)
	if err != nil {
		return nil, err
	}
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	x := &execution{sender: s, payload: c.Structure("payload"), notice: notice.New(c), avatar: of("avatarUrl")}
	x.members = []member{{"username", of("username")}, {"avatar_url", x.avatar}, {"content", of("content").Or(of("customMessage"))}}
	for _, m := range c.Objects("embedList") {
		e := embed{
			members: []member{{"title", setting.Of(m, "title")}, {"description", setting.Of(m, "description")}, {"url", setting.Of(m, "websiteUrl")}},
			thumb:   setting.Of(m, "thumbnail"), author: setting.Of(m, "authorName"), footer: setting.Of(m, "footer"), color: value.Null,
		}
		if m.Has("color") {
			if e.color, err = colorOf(m.Value("color")); err != nil {
				return nil, m.Errorf("color", "%w", err)
			}
		}
		x.embeds = append(x.embeds, e)
	}
	return x, nil
}

// colorOf returns the number that Discord has for a colour.
func colorOf(v value.Value) (value.Value, error) {
	err := errors.New("must be three numbers from 0 to 255")
	if v.List().Len() != 3 {
		return value.Null, err
	}
	rgb := 0
	for _, part := range v.List().All() {
		var n int
		if _, bad := fmt.Sscanf(value.Text(part)+"\n", "%d\n", &n); bad != nil || n < 0 || n > 255 {
			return value.Null, err
		}
		rgb = rgb<<8 + n
	}
	return value.Int(int64(rgb)), nil
}

// execution is io.kestra.plugin.discord.DiscordExecution.
type execution struct {
	sender
	payload *pebble.Structure // nil: the message is made of the execution
	notice  notice.Notice
	avatar  setting.Setting
	members []member
	embeds  []embed
}

// member is a member of the message that a property gives.
type member struct {
	name  string
	value setting.Setting
}

// set sets members that are written.
func set(c *task.Context, in value.Value, members []member) error {
	for _, m := range members {
		if !m.value.Written() {
			continue
		}
		text, err := m.value.Text(c)
		if err != nil {
			return err
		}
		in.Map().Set(m.name, value.String(text))
	}
	return nil
}

// embed is a box below a message.
type embed struct {
	members               []member
	thumb, author, footer setting.Setting
	color                 value.Value // null: none
}

func (e *embed) render(c *task.Context, avatar setting.Setting) (value.Value, error) {
	box := value.MapOf()
	if err := set(c, box, e.members); err != nil {
		return box, err
	}
	for _, inner := range []struct {
		name    string
		members []member
	}{
		{"thumbnail", []member{{"url", e.thumb}}},
		{"author", []member{{"name", e.author}, {"url", e.members[2].value}, {"icon_url", avatar}}},
		{"footer", []member{{"text", e.footer}}},
	} {
		if !inner.members[0].value.Written() {
			continue
		}
		m := value.MapOf()
		if err := set(c, m, inner.members); err != nil {
			return box, err
		}
		box.Map().Set(inner.name, m)
	}
	if !e.color.IsNull() {
		box.Map().Set("color", e.color)
	}
	return box, nil
}

func (x *execution) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if x.payload != nil {
		return x.sendPayload(ctx, c, x.payload)
	}
	message, err := x.message(ctx, c)
	if err != nil {
		return task.Result{}, err
	}
	return x.send(ctx, c, message)
}

func (x *execution) message(ctx context.Context, c *task.Context) (value.Value, error) {
	facts, err := x.notice.Facts(ctx, c)
	if err != nil {
		return value.Null, err
	}
	message := value.MapOf("tts", value.Bool(false))
	if err := set(c, message, x.members); err != nil {
		return value.Null, err
	}
	var boxes []value.Value
	for i := range x.embeds {
		box, err := x.embeds[i].render(c, x.avatar)
		if err != nil {
			return value.Null, err
		}
		boxes = append(boxes, box)
	}
	if len(boxes) == 0 {
		boxes = append(boxes, value.MapOf())
	}
	first := boxes[0].Map()
	first.Set("description", value.String(describe(&facts)))
	first.Set("footer", value.MapOf("text", value.String(facts.Outcome("`"))))
	if !first.Has("url") && facts.Link != "" {
		first.Set("url", value.String(facts.Link))
	}
	message.Map().Set("embeds", value.ListOf(boxes...))
	return message, nil
}

// describe returns what is known of an execution, a line each.
func describe(f *notice.Facts) string {
	lines := []string{
		"Namespace: " + f.Flow.Namespace, "Flow ID: " + f.Flow.ID, "Execution ID: " + f.ID, "Execution Status: " + string(f.Status),
	}
	for name, v := range f.Fields.All() {
		lines = append(lines, name+": "+value.Text(v))
	}
	return strings.Join(lines, "\n")
}
