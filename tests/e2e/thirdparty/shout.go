// Package shout is a group of tasks as anybody may write one for kestra_webhook: a Go module of its own, built in with
//
//	xcaddy build --with github.com/caddy-kestra/kestra-webhook/caddymodule --with example.com/shout
package shout

import (
	"context"
	"errors"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func init() { caddy.RegisterModule(new(Group)) }

// Group is the module kestra.tasks.shout.
type Group struct {
	// What stands behind every text, at most 10 bytes. Default: `!`.
	Mark string `json:"mark,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (*Group) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.shout", New: func() caddy.Module { return new(Group) }}
}

// Provision checks the options, of which there may be none.
func (g *Group) Provision(caddy.Context) error {
	if g.Mark == "" {
		g.Mark = "!"
	}
	if len(g.Mark) > 10 {
		return errors.New("mark has more than 10 bytes")
	}
	return nil
}

// UnmarshalCaddyfile reads the options:
//
//	tasks shout {
//		mark <text>
//	}
func (g *Group) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the group's name
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		if d.Val() != "mark" {
			return d.Errf("unrecognized option %q of tasks shout: there is mark", d.Val())
		}
		if !d.AllArgs(&g.Mark) {
			return d.ArgErr()
		}
	}
	return nil
}

// Specs implements caddymodule.TaskGroup.
func (g *Group) Specs() []flow.Spec {
	return []flow.Spec{{
		Kind:    flow.KindTask,
		Type:    "com.example.shout.Shout",
		Summary: "Write a text in capitals.",
		Pure:    true, // running it again changes nothing outside of the execution
		Properties: []flow.Property{
			{Name: "text", Type: flow.String, Required: true, Dynamic: true, Summary: "The text."},
			{Name: "times", Type: flow.Integer, Default: "1", Summary: "How many marks stand behind it, up to 10."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "text", Type: flow.TypeString, Summary: "The text in capitals."},
		},
		Example: "id: shout\ntype: com.example.shout.Shout\ntext: \"Hello {{ trigger.body.name }}\"\n",
		Compile: func(c *flow.Component) (any, error) {
			times := int64(1)
			if c.Has("times") {
				times = c.Int("times")
			}
			if times < 0 || times > 10 {
				return nil, c.Errorf("times", "must be 0 to 10, is %d", times)
			}
			return &shout{text: c.Template("text"), marks: strings.Repeat(g.Mark, int(times))}, nil
		},
	}}
}

// shout is one task of a flow. Executions run it at the same time, so it does not change.
type shout struct {
	text  *pebble.Template
	marks string
}

// Run implements task.Task. An error would fail the attempt, and be logged.
func (s *shout) Run(_ context.Context, c *task.Context) (task.Result, error) {
	text, err := s.text.Render(c.Pebble)
	if err != nil {
		return task.Result{}, err
	}
	text = strings.ToUpper(text) + s.marks
	c.Log.Log(task.Info, "shouted "+text)
	return task.Result{Outputs: value.MapOf("text", value.String(text))}, nil
}
