package caddymodule

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func init() {
	caddy.RegisterModule(new(greetings))
	caddy.RegisterModule(new(silence))
}

// greetings is a group of tasks as somebody else may write it, with options.
type greetings struct {
	Word  string `json:"word,omitempty"`  // default: Hello
	Allow bool   `json:"allow,omitempty"` // the task Shout
}

func (*greetings) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.greetings", New: func() caddy.Module { return new(greetings) }}
}

func (g *greetings) Provision(caddy.Context) error {
	if g.Word == "" {
		g.Word = "Hello"
	}
	if g.Word == "bad" {
		return errors.New("word must not be bad")
	}
	return nil
}

func (g *greetings) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the group's name
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		switch d.Val() {
		case "word":
			if !d.AllArgs(&g.Word) {
				return d.ArgErr()
			}
		case "allow":
			g.Allow = true
		default:
			return d.Errf("unrecognized option %q of tasks greetings", d.Val())
		}
	}
	return nil
}

func (g *greetings) Specs() []flow.Spec {
	return []flow.Spec{
		{
			Kind: flow.KindTask, Type: "greetings.Greet", Summary: "Says hello.", Pure: true,
			Outputs: []flow.TaskOutput{{Name: "value", Type: flow.TypeString}},
			Compile: func(*flow.Component) (any, error) { return greet(g.Word), nil },
		},
		{
			Kind: flow.KindTask, Type: "greetings.Shout", Summary: "Says hello to all.", Pure: true,
			Outputs: []flow.TaskOutput{{Name: "value", Type: flow.TypeString}},
			Compile: func(*flow.Component) (any, error) {
				if !g.Allow {
					return nil, errors.New("shouting is off: write `allow` in `tasks greetings`")
				}
				return greet(strings.ToUpper(g.Word)), nil
			},
		},
	}
}

type greet string

func (word greet) Run(context.Context, *task.Context) (task.Result, error) {
	return task.Result{Outputs: value.MapOf("value", value.String(string(word)))}, nil
}

// silence is a group that has no options, and one task less than that.
type silence struct{}

func (*silence) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra.tasks.silence", New: func() caddy.Module { return new(silence) }}
}

func (*silence) Specs() []flow.Spec { return nil }

// groupFlow is a flow that answers with the value of one task.
func groupFlow(id, typ string) string {
	return strings.Replace(webhookFlow(id, waitForOutputs), "type: io.kestra.plugin.core.debug.Return\n    format: \"Hello {{ trigger.parameters.name[0] ?? 'world' }}!\"", "type: "+typ, 1)
}

// TestTaskGroups serves flows with tasks of a group while its options change.
func TestTaskGroups(t *testing.T) {
	flows := writeFlows(t, map[string]string{"greet.yml": groupFlow("greet", "greetings.Greet"), "shout.yml": groupFlow("shout", "greetings.Shout")})
	s := newServer(t)
	const off = "shouting is off: write `allow` in `tasks greetings`"
	for _, step := range []struct {
		name, options string
		greet, shout  string // in the answer; empty: 404
	}{
		{"linked, and not named", "", "Hello", ""},
		{"options", "tasks greetings {\nword Hi\nallow\n}", "Hi", "HI"},
		{"others", "tasks greetings {\nword Moin\nallow\n}", "Moin", "MOIN"},
		{"what was allowed is not allowed any more", "tasks greetings {\nword Hey\n}", "Hey", ""},
		{"allowed again", "tasks greetings {\nallow\n}", "Hello", "HELLO"},
		{"none again", "", "Hello", ""},
		{"none still", "workers 5", "Hello", ""},
	} {
		s.serve("kestra {\n\t\tflows "+flows+"\n\t\tstore memory\n\t\t"+step.options+"\n\t}", "kestra_webhook")
		for id, want := range map[string]string{"greet": step.greet, "shout": step.shout} {
			got := s.get(webhookPath(id))
			if want == "" {
				got.want(t, 404, "Webhook not found")
			} else {
				got.want(t, 200, `{"greeting":"`+want+`"}`)
			}
			if t.Failed() {
				t.Fatalf("%s: %s", step.name, id)
			}
		}
	}
	if !strings.Contains(s.log(), off) {
		t.Errorf("no line of the log says %q", off)
	}
}

// TestUnchangedFlowsAreNotCompiledAgain compares the catalogs of configurations.
func TestUnchangedFlowsAreNotCompiledAgain(t *testing.T) {
	s := newServer(t)
	catalog := func(options string) any {
		s.serve("kestra {\n\t\tstore memory\n\t\t"+options+"\n\t}", "kestra_webhook")
		app, err := caddy.ActiveContext().AppIfConfigured("kestra")
		if err != nil {
			t.Fatal(err)
		}
		return app.(*App).types.catalog
	}
	first, options := catalog(""), "tasks greetings {\nallow\n}"
	if again := catalog("workers 5"); again != first {
		t.Error("without options of groups, the catalog is made anew")
	}
	with := catalog(options)
	if again := catalog(options + "\nworkers 5"); with == first || again == with {
		t.Error("with options of groups, the catalog is not made anew")
	}
}

func TestTaskGroupErrors(t *testing.T) {
	s := newServer(t)
	for _, tt := range []struct{ name, options, want string }{
		{"an option that is refused", "tasks greetings {\nword bad\n}", "kestra: tasks greetings: provision kestra.tasks.greetings: word must not be bad"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := s.load("kestra {\n\t\t"+tt.options+"\n\t}", "kestra_webhook"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
	for _, tt := range []struct{ name, tasks, want string }{
		{"a group that is not linked", `{"greeting": {}}`, "tasks greeting: this Caddy was built without that group: it has greetings, silence"},
		{"an option that there is not", `{"greetings": {"words": 1}}`, `tasks greetings: decoding module config: kestra.tasks.greetings: json: unknown field "words"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := caddy.Validate(&caddy.Config{AppsRaw: caddy.ModuleMap{"kestra": []byte(`{"tasks": ` + tt.tasks + `}`)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// TestCommandsKnowTaskGroups runs commands in a folder with and without a Caddyfile.
func TestCommandsKnowTaskGroups(t *testing.T) {
	const allowed = "{\n\tkestra {\n\t\ttasks greetings {\n\t\t\tallow\n\t\t}\n\t}\n}\n"
	const off = "shout.yml:4:5: error: tasks[0]: shouting is off: write `allow` in `tasks greetings`\n"
	for _, tt := range []struct {
		name, caddyfile, command string
		want                     []string
		fails                    bool
	}{
		{"no options", "", "validate shout.yml", []string{off, "0 flows without errors"}, true},
		{"those of ./Caddyfile", allowed, "validate shout.yml", []string{"1 flow without errors"}, false},
		{"a Caddyfile with an error", "{\n\tkestra {\n\t\tnope\n", "validate greet.yml", []string{"Caddyfile: warning: groups of tasks have no options here: ", "1 flow without errors"}, false},
		{"a Caddyfile with a bad option", strings.Replace(allowed, "allow", "word bad", 1), "validate greet.yml", []string{"Caddyfile: warning: groups of tasks have no options here: ", "word must not be bad"}, false},
		{"those of --config", "", "validate --config other.caddyfile shout.yml", []string{"1 flow without errors"}, false},
		{"--config with an error", "", "validate --config broken.caddyfile greet.yml", []string{"unrecognized option"}, true},
		{"no file", strings.Replace(allowed, "\t}\n}\n", "\t\tflows .\n\t}\n}\n:8080 {\n\tkestra_webhook\n}\n", 1), "validate", []string{"2 flows without errors"}, false},
		{"types", "", "types greetings.Greet", []string{"greetings.Greet, a task\n  Says hello."}, false},
		{"all types", "", "types", []string{"  greetings.Shout\n      Says hello to all.\n"}, false},
		{"types, a Caddyfile with an error", "{", "types", []string{"Caddyfile: warning: groups of tasks have no options here: ", "greetings.Shout"}, false},
		{"schema", "", "schema", []string{`greetings\\.Shout`}, false},
		{"schema, --config with an error", "", "schema --config broken.caddyfile", []string{"unrecognized option"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(writeFlows(t, map[string]string{
				"greet.yml": groupFlow("greet", "greetings.Greet"), "shout.yml": groupFlow("shout", "greetings.Shout"),
				"other.caddyfile": allowed, "broken.caddyfile": "{\n\tkestra {\n\t\tnope\n\t}\n}\n",
			}))
			if tt.caddyfile != "" {
				if err := os.WriteFile("Caddyfile", []byte(tt.caddyfile), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			c := &cobra.Command{Use: "kestra"}
			addCommands(c)
			c.SetOut(&out)
			c.SetErr(&out)
			c.SetArgs(strings.Fields(tt.command))
			if err := c.ExecuteContext(t.Context()); (err != nil) != tt.fails {
				t.Errorf("error %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("printed %.2000q, want %q", out.String(), want)
				}
			}
		})
	}
}

// TestTaskGroupsOfCaddyfiles adapts what is written about groups.
func TestTaskGroupsOfCaddyfiles(t *testing.T) {
	for _, tt := range []struct{ name, options, want, err string }{
		{"options", "tasks greetings {\nword Hi\n}", `"tasks":{"greetings":{"word":"Hi"}}`, ""},
		{"no options", "tasks greetings\nworkers 1", `"tasks":{"greetings":{}}`, ""},
		{"nothing", "tasks", "", "tasks takes a group and its options: write `tasks <group> {`, at "},
		{"a group that is not linked", "tasks greeting", "", "tasks greeting: this Caddy was built without that group: it has greetings, silence"},
		{"a group without options", "tasks silence", "", "tasks silence: the group has no options, and is there without being named"},
		{"twice", "tasks greetings\ntasks greetings", "", "tasks greetings is given twice"},
		{"an option that there is not", "tasks greetings {\nwords\n}", "", `unrecognized option "words" of tasks greetings`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			indented, err := adapt(t, filepath.Join(t.TempDir(), "Caddyfile"), "{\nkestra {\n"+tt.options+"\n}\n}\n")
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v, want %s", err, tt.err)
				}
				return
			}
			if got := strings.Join(strings.Fields(indented), ""); err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("%s, %v, want %s", got, err, tt.want)
			}
		})
	}
}
