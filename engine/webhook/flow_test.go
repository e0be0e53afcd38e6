package webhook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// loadFlows loads flows with a catalog of the webhook trigger, the conditions and one task that does nothing.
func loadFlows(t testing.TB, texts ...string) (*flow.Set, flow.Diagnostics) {
	t.Helper()
	noop := flow.Spec{Kind: flow.KindTask, Type: "noop", Pure: true, Compile: func(*flow.Component) (any, error) { return "noop", nil }}
	catalog, err := flow.NewCatalog(append(append(Specs(), condition.Specs()...), noop)...)
	if err != nil {
		t.Fatal(err)
	}
	var sources []*flow.Source
	for i, text := range texts {
		sources = append(sources, flow.NewSource(fmt.Sprintf("flow%d", i+1), []byte(text)))
	}
	return flow.Load(catalog, flow.Options{}, sources)
}

// webhookFlow returns a flow of namespace company.team with one trigger, whose properties after type are these lines.
// The lines of flow, if any, are members of the flow.
func webhookFlow(id string, trigger string, members ...string) string {
	return "id: " + id + "\nnamespace: company.team\n" + strings.Join(members, "\n") + "\ntasks:\n  - {id: t, type: noop}\ntriggers:\n" +
		"  - id: hook\n    type: " + Type + "\n    " + strings.ReplaceAll(strings.TrimSpace(trigger), "\n", "\n    ") + "\n"
}

// oneTrigger loads a flow and returns its first webhook trigger.
func oneTrigger(t testing.TB, text string) *Trigger {
	t.Helper()
	set, found := loadFlows(t, text)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	for trigger := range Triggers(set) {
		return trigger
	}
	t.Fatal("there is no trigger")
	return nil
}

// scope returns a context with these variables.
func scope(pairs ...any) *pebble.Context {
	return &pebble.Context{Vars: value.MapOf(pairs...).Map()}
}
