package condition

import (
	"os"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// deploy loads a flow company.team/deploy with labels and one condition; nil when it is refused.
func deploy(t testing.TB, condition string) (*flow.Flow, flow.Diagnostics) {
	t.Helper()
	text := "id: deploy\nnamespace: company.team\nlabels: {team: red, n: 1}\ntasks:\n- {id: t, type: test.task}\ntriggers:\n- id: w\n  type: test.trigger\n" +
		"  conditions:\n  - " + condition + "\n"
	set, found := flow.Load(catalog(t), flow.Options{}, []*flow.Source{{Name: "x.yml", YAML: []byte(text)}})
	return set.Flow("company.team", "deploy"), found
}

// deployEvent returns a request for a flow that deploy has loaded.
func deployEvent(t testing.TB, f *flow.Flow, body value.Value) *Event {
	t.Helper()
	e := newEvent(t, request{})
	e.Flow = f
	e.Labels = func() []flow.Label {
		return append([]flow.Label{{Key: "system.from", Value: "trigger"}}, f.Labels...)
	}
	e.Pebble.Vars = value.MapOf("trigger", value.MapOf("body", body)).Map()
	e.Pebble.Now = e.Now
	return e
}

// TestKestraClasses holds what Kestra 1.3.25's own classes answer, with a body that is text (testdata/kestra.tsv, which says where we
// differ). What fails there for every request may be refused here when the flow is loaded.
func TestKestraClasses(t *testing.T) {
	content, err := os.ReadFile("testdata/kestra.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	for i, line := range lines[1:] {
		columns := strings.Split(line, "\t")
		if len(columns) != 5 {
			t.Fatalf("kestra.tsv:%d: %q", i+2, line)
		}
		class, properties, body, want := columns[0], columns[1], columns[2], columns[3]
		if columns[4] != "" {
			want = columns[4]
		}
		got := answer(t, class, properties, body)
		if got != want && !(got == "refused" && want == "error") {
			t.Errorf("kestra.tsv:%d: %s %s, body %s: %s, want %s", i+2, class, properties, body, got, want)
		}
		if columns[4] != "" && columns[4] == columns[3] {
			t.Errorf("kestra.tsv:%d: differs in nothing", i+2)
		}
	}
}

// answer returns true, false, error or refused.
func answer(t *testing.T, class, properties, body string) string {
	t.Helper()
	f, _ := deploy(t, "{type: io.kestra.plugin.core.condition."+class+", "+strings.TrimPrefix(properties, "{"))
	if properties == "" {
		f, _ = deploy(t, "{type: io.kestra.plugin.core.condition."+class+"}")
	}
	if f == nil {
		return "refused"
	}
	met, err := Placed(f.Triggers[0].Children("conditions")[0]).Holds(t.Context(), deployEvent(t, f, value.String(body)))
	switch {
	case err != nil && met:
		return "both"
	case err != nil:
		return "error"
	case met:
		return "true"
	default:
		return "false"
	}
}
