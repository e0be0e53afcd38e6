package tasktest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Result is what came of an attempt of a task.
type Result struct {
	Outputs string   // as JSON
	Log     []string // one for each line: level, a blank, message
	Err     string   // its first line
}

// Load loads a flow with one task, a YAML mapping in flow style without its id, and returns the findings about it.
func Load(t testing.TB, specs []flow.Spec, yaml string) (*flow.Component, flow.Diagnostics) {
	t.Helper()
	catalog, err := flow.NewCatalog(specs...)
	if err != nil {
		t.Fatal(err)
	}
	text := "id: hello\nnamespace: company.team\ntasks:\n- {id: a, " + strings.TrimPrefix(strings.TrimSpace(yaml), "{") + "\n"
	set, found := flow.Load(catalog, flow.Options{}, []*flow.Source{{Name: "flow.yml", YAML: []byte(text)}})
	if f := set.Flow("company.team", "hello"); f != nil {
		return f.Tasks[0], found
	}
	return nil, found
}

// Run loads a task as [Load] does, and runs one attempt of it with the trigger body given as JSON.
func Run(t testing.TB, specs []flow.Spec, yaml, body string) Result {
	t.Helper()
	c, found := Load(t, specs, yaml)
	if len(found) > 0 {
		t.Fatalf("%s\n%v", yaml, found)
	}
	b, err := value.DecodeJSONText(body)
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.DebugLevel)
	outputs, err := c.Compiled.(task.Task).Run(context.Background(), &task.Context{
		Pebble: &pebble.Context{Vars: value.MapOf("trigger", value.MapOf("body", b)).Map()},
		Log:    task.Logger{To: zap.New(core), Execution: "e", Namespace: "company.team", Flow: "hello", Task: "a"},
	})
	r := Result{Outputs: value.JSON(outputs)}
	for _, e := range logs.All() {
		r.Log = append(r.Log, fmt.Sprintf("%s %s", e.Level, e.Message))
	}
	if err != nil {
		r.Err, _, _ = strings.Cut(err.Error(), "\n")
	}
	return r
}
