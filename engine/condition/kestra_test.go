package condition

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// fixed is a condition with a fixed answer; it counts how often it is asked.
type fixed struct {
	met   bool
	err   error
	asked int
}

func (f *fixed) Holds(context.Context, *Event) (bool, error) { f.asked++; return f.met, f.err }

// TestOrNot holds Kestra's answers, errors included: an error inside makes the whole unmet.
func TestOrNot(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name      string
		make      func(...Condition) Condition
		met       []bool
		failsAt   int // index of the condition that fails, -1 none
		want      bool
		wantErr   bool
		wantAsked int
	}{
		{"or: first met", newOr, []bool{true, false}, -1, true, false, 1},
		{"or: second met", newOr, []bool{false, true}, -1, true, false, 2},
		{"or: none met", newOr, []bool{false, false}, -1, false, false, 2},
		{"or: error before a met one", newOr, []bool{false, true}, 0, false, true, 1},
		{"or: error after a met one", newOr, []bool{true, false}, 1, true, false, 1},
		{"or: error last", newOr, []bool{false, false}, 1, false, true, 2},
		{"not: none met", newNot, []bool{false, false}, -1, true, false, 2},
		{"not: first met", newNot, []bool{true, false}, -1, false, false, 1},
		{"not: second met", newNot, []bool{false, true}, -1, false, false, 2},
		{"not: error", newNot, []bool{false}, 0, false, true, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inner := make([]Condition, len(test.met))
			for i, met := range test.met {
				f := &fixed{met: met}
				if i == test.failsAt {
					f.err = broken
				}
				inner[i] = f
			}
			met, err := test.make(inner...).Holds(t.Context(), nil)
			if met != test.want || (err != nil) != test.wantErr {
				t.Errorf("Holds = %v, %v; want %v, error %v", met, err, test.want, test.wantErr)
			}
			asked := 0
			for _, c := range inner {
				asked += c.(*fixed).asked
			}
			if asked != test.wantAsked {
				t.Errorf("%d conditions were asked, want %d", asked, test.wantAsked)
			}
		})
	}
}

func newOr(inner ...Condition) Condition  { return or(inner) }
func newNot(inner ...Condition) Condition { return not(inner) }

// catalog has the types of conditions, and those that a flow around them needs.
func catalog(t testing.TB) *flow.Catalog {
	t.Helper()
	c, err := newCatalog()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var newCatalog = sync.OnceValues(func() (*flow.Catalog, error) {
	compile := func(c *flow.Component) (any, error) { return c, nil }
	specs := append(Specs(),
		flow.Spec{Kind: flow.KindTask, Type: "test.task", Compile: compile},
		flow.Spec{Kind: flow.KindTrigger, Type: "test.trigger", Compile: compile, Properties: []flow.Property{{Name: "conditions", Type: flow.Conditions}}},
	)
	return flow.NewCatalog(specs...)
})

// load returns the conditions of a flow, written as a YAML list without indentation, and what was found about them.
func load(t testing.TB, conditions string) ([]Condition, flow.Diagnostics) {
	t.Helper()
	text := "id: x\nnamespace: t.conditions\ntasks:\n- {id: t, type: test.task}\ntriggers:\n- id: w\n  type: test.trigger\n  conditions:\n"
	for line := range strings.Lines(conditions) {
		text += "  " + line
	}
	set, found := flow.Load(catalog(t), flow.Options{}, []*flow.Source{{Name: "x.yml", YAML: []byte(text)}})
	f := set.Flow("t.conditions", "x")
	if f == nil {
		return nil, found
	}
	var list []Condition
	for _, c := range f.Triggers[0].Children("conditions") {
		list = append(list, c.Compiled.(Condition))
	}
	return list, found
}

// all reports whether all conditions hold, as the trigger asks them.
func all(t testing.TB, conditions []Condition, e *Event) bool {
	t.Helper()
	for _, c := range conditions {
		if met, err := c.Holds(t.Context(), e); !met || err != nil {
			return false
		}
	}
	return true
}

// TestExpression holds answers measured on Kestra 1.3.25.
func TestExpression(t *testing.T) {
	const body = `{"n":1,"f":false,"t":true,"s":"b","arr":[1,2],"nul":null}`
	tests := []struct {
		expression string
		want       bool
	}{
		{`"{{ trigger.body.s == 'b' }}"`, true},
		{`"{{ trigger.body.s == 'c' }}"`, false},
		{`"{{ trigger.body.missing == 'b' }}"`, false},
		{`"{{ false }}"`, false},
		{`" false "`, false},
		{`"{{ 'false' }}  "`, false},
		{`"False"`, true},
		{`"FALSE"`, true},
		{`"0"`, true},
		{`"-0"`, true},
		{`"no"`, true},
		{`""`, false},
		{`"   "`, false},
		{`"{{ null }}"`, false},
		{`"null"`, true},
		{`"[]"`, true},
		{`"{{ [] }}"`, true},
		{`"{{ {} }}"`, true},
		{`"{{ nope }}"`, false},
		{`"{{ 1/0 }}"`, false},
		{`"{{ trigger.body }}"`, true},
		{`"{{ trigger.body.f }}"`, false},
		{`"{{ trigger.body.n == 1 }}"`, true},
		{`"{{ trigger.body.n == \"1\" }}"`, false},
		{`"{{ trigger.headers['Content-Type'] contains 'application/json' }}"`, true},
		{`"{{ trigger.parameters.a[0] == '1' }}"`, true},
		{`"{{ trigger.parameters.nope[0] ?? '' == 'x' }}"`, false},
		{`"{{ (trigger.body.nope ?? 'd') == 'd' }}"`, true},
		{`"{{ trigger.body.n > 0 }}"`, true},
		{`"{{ flow.id == 'deploy' }}"`, true},
		{`"{{ trigger.body.arr and true }}"`, false},
		{`"{% if trigger.body.n == 1 %}true{% else %}false{% endif %}"`, true},
	}
	e := newEvent(t, request{body: body, header: http.Header{"Content-Type": {"application/json"}}, parameter: http.Header{"a": {"1"}}})
	for _, typ := range []string{
		"io.kestra.plugin.core.condition.Expression",
		"io.kestra.plugin.core.condition.ExpressionCondition",
		"io.kestra.core.models.conditions.types.VariableCondition",
	} {
		for _, test := range tests {
			t.Run(typ[strings.LastIndex(typ, ".")+1:]+" "+test.expression, func(t *testing.T) {
				conditions, found := load(t, "- type: "+typ+"\n  expression: "+test.expression+"\n")
				if found.Err() != nil || len(conditions) != 1 {
					t.Fatalf("load: %v", found)
				}
				for _, d := range found {
					if strings.HasPrefix(d.Message, "always met: ") && !test.want || strings.Contains(d.Message, "never met") && test.want {
						t.Errorf("met = %v, and a warning says: %v", test.want, d)
					}
				}
				if got := all(t, conditions, e); got != test.want {
					t.Errorf("met = %v, want %v", got, test.want)
				}
			})
		}
	}
}

// TestNested: conditions inside conditions, of all kinds, through a flow file.
func TestNested(t *testing.T) {
	conditions, found := load(t, `- type: io.kestra.plugin.core.condition.Or
  conditions:
  - type: io.kestra.plugin.core.condition.Expression
    expression: "{{ trigger.body.a == 1 }}"
  - type: io.kestra.plugin.core.condition.NotCondition
    conditions:
    - type: cel
      expression: body.b != 2
- type: cel
  expression: method == 'POST'
`)
	if found.Err() != nil || len(conditions) != 2 {
		t.Fatalf("load: %v", found)
	}
	tests := []struct {
		body string
		want bool
	}{
		{`{"a":1}`, true},
		{`{"a":0,"b":2}`, true},
		{`{"a":0,"b":3}`, false},
		{`{"b":2}`, false}, // the first one fails
		{`{"a":0}`, false}, // the inner one fails
	}
	for _, test := range tests {
		if got := all(t, conditions, newEvent(t, request{body: test.body})); got != test.want {
			t.Errorf("%s: met = %v, want %v", test.body, got, test.want)
		}
	}
}

// TestLoadErrors: mistakes in a condition are found when the flow is loaded, with their place.
func TestLoadErrors(t *testing.T) {
	tests := []struct{ name, conditions, want string }{
		{"cel type", "- type: cel\n  expression: body.x\n", "cel expression: its result must be true or false"},
		{"cel syntax", "- type: cel\n  expression: body.x == nope\n", "x.yml:10:27: triggers[0].conditions[0].expression: cel expression: undeclared reference to 'nope'"},
		{"cel syntax in a block", "- type: cel\n  expression: |\n    body.x == 1 &&\n      nope\n", "x.yml:12:9: triggers[0].conditions[0].expression: cel expression: undeclared reference to 'nope'"},
		{"cel without expression", "- type: cel\n", "x.yml:9:5: triggers[0].conditions[0].expression: is missing"},
		{"cel with another property", "- type: cel\n  expression: 'true'\n  expresion: 'true'\n", "unknown member `expresion`"},
		{"broken expression", "- type: io.kestra.plugin.core.condition.Expression\n  expression: '{{ 1 +'\n", "triggers[0].conditions[0].expression"},
		{"empty or", "- type: io.kestra.plugin.core.condition.Or\n  conditions: []\n", "triggers[0].conditions[0].conditions: must not be empty"},
		{"a class that does not exist", "- type: io.kestra.plugin.core.condition.Weekends\n", "unknown condition type `io.kestra.plugin.core.condition.Weekends`; did you mean `io.kestra.plugin.core.condition.Weekend`?"},
		{
			"multiple", "- type: io.kestra.plugin.core.condition.MultipleCondition\n  id: m\n  conditions: {}\n  window: P1D\n",
			"invalid webhook: conditions of type MultipleCondition are not supported",
		},
		{
			"multiple, older name, inside or", "- type: io.kestra.plugin.core.condition.Or\n  conditions:\n  - type: io.kestra.core.models.conditions.types.MultipleCondition\n",
			"triggers[0].conditions[0].conditions[0]: invalid webhook: conditions of type MultipleCondition are not supported",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			conditions, found := load(t, test.conditions)
			if err := found.Err(); conditions != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("found %v\nwant  %s", found, test.want)
			}
		})
	}
}

// TestTypes: every condition type of Kestra 1.3 is known under all its names.
func TestTypes(t *testing.T) {
	const newer, older = "io.kestra.plugin.core.condition.", "io.kestra.core.models.conditions.types."
	names := []string{
		"cel", newer + "Expression", newer + "ExpressionCondition", older + "VariableCondition", newer + "MultipleCondition",
		older + "MultipleCondition", newer + "FlowCondition", older + "FlowCondition", newer + "FlowNamespaceCondition",
		older + "FlowNamespaceCondition",
	}
	for _, class := range []string{
		"Not", "Or", "ExecutionLabels", "ExecutionFlow", "ExecutionNamespace", "ExecutionStatus", "ExecutionOutputs",
		"HasRetryAttempt", "DateTimeBetween", "TimeBetween", "DayWeek", "DayWeekInMonth", "Weekend", "PublicHoliday",
	} {
		names = append(names, newer+class, newer+class+"Condition", older+class+"Condition")
	}
	c := catalog(t)
	for _, name := range names {
		if spec := c.Lookup(flow.KindCondition, name); spec == nil || spec.Compile == nil {
			t.Errorf("%s is unknown", name)
		}
	}
	for _, spec := range Specs() {
		for _, p := range spec.Properties {
			if p.Summary == "" || spec.Summary == "" {
				t.Errorf("%s.%s has no summary", spec.Type, p.Name)
			}
		}
	}
}
