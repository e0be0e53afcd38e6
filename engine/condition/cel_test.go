package condition

import (
	"errors"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/cel"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestCELEvent: CEL expressions see every field of the event under its name.
func TestCELEvent(t *testing.T) {
	e := newEvent(t, request{body: github.body, header: github.header, parameter: map[string][]string{"env": {"prod"}}})
	for _, expression := range []string{
		`body.action == 'opened'`, `rawBody.startsWith('{"action"')`, `headers.header('x-github-event') == 'pull_request'`,
		`parameters.param('env') == 'prod'`, `method == 'POST'`, `path.endsWith('/deploy/REDACTED')`, `requestURL == path + '?env=prod'`, `remoteAddr == '192.0.2.7'`,
		`flow.id == 'deploy'`, `vars.branch == 'main'`, `now == timestamp('2026-11-23T10:30:00Z')`,
		`headers.header('x-token').compareSecret('TOKEN') && headers.header('x-token') == secret('TOKEN')`,
	} {
		c, _, err := CompileCEL(expression)
		if err != nil {
			t.Fatal(err)
		}
		if met, err := c.Holds(t.Context(), e); !met {
			t.Errorf("%s: Holds = %v, %v", expression, met, err)
		}
	}
}

// emptyAccount is a memory account that has nothing.
type emptyAccount struct{}

func (emptyAccount) Take(int64) error { return errors.New("empty") }

// TestCELBounds: the budget of the request and the account of the process bound CEL conditions.
func TestCELBounds(t *testing.T) {
	c, _, err := CompileCEL(`body.s.size() > 0 && [1, 2, 3].map(x, body.s + 'x').size() == 3`)
	if err != nil {
		t.Fatal(err)
	}
	body := `{"s":"` + strings.Repeat("s", 100_000) + `"}`
	tests := []struct {
		name   string
		change func(e *Event)
		want   cel.Reason
	}{
		{"neither is short", func(*Event) {}, ""},
		{"no work is left", func(e *Event) { e.Work.done.Store(requestWork) }, ReasonCost},
		{"no memory is left", func(e *Event) { e.Pebble.Memory = emptyAccount{} }, ReasonBusy},
		{"there are no secrets and there is no account", func(e *Event) { e.Pebble.Secrets, e.Pebble.Memory = nil, nil }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := newEvent(t, request{body: body})
			test.change(e)
			met, err := c.Holds(t.Context(), e)
			var failure *Error
			if errors.As(err, &failure); met != (test.want == "") || !met && (failure == nil || failure.Reason != test.want) {
				t.Errorf("Holds = %v, %v; want reason %q", met, err, test.want)
			}
		})
	}
}

// TestWarningsOfFlows: warnings about conditions are found when a flow is loaded, also about those inside of others.
func TestWarningsOfFlows(t *testing.T) {
	yaml := `- type: io.kestra.plugin.core.condition.Not
  conditions:
    - type: cel
      expression: trigger.headers['a'] == 'b'
`
	conditions, found := load(t, yaml)
	if len(conditions) != 1 || len(found) != 1 || found[0].Severity != flow.SeverityWarning {
		t.Fatalf("%d conditions and the findings %v, want one warning", len(conditions), found)
	}
	if want := "triggers[0].conditions[0].conditions[0].expression"; found[0].Path != want {
		t.Errorf("path %q, want %q", found[0].Path, want)
	}
}
