package condition

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// fixed is a condition with a fixed answer; it counts how often it is asked.
type fixed struct {
	met   bool
	err   error
	asked int
}

func (f *fixed) Holds(context.Context, *Event) (bool, error) { f.asked++; return f.met, f.err }

// TestOrNot holds Kestra's answers, errors included (spec: an error inside makes the whole unmet).
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

// TestSpecs: every type and alias of spec/kestra-webhook.md §6 is there, once.
func TestSpecs(t *testing.T) {
	kinds := map[string]string{}
	for _, spec := range Specs() {
		if spec.Kind != flow.KindCondition {
			t.Errorf("%s has kind %d", spec.Type, spec.Kind)
		}
		if spec.Summary == "" {
			t.Errorf("%s has no summary", spec.Type)
		}
		support := "later"
		if spec.Compile != nil {
			support = "now"
		}
		for _, name := range append([]string{spec.Type}, spec.Aliases...) {
			if kinds[name] != "" {
				t.Errorf("%s is there twice", name)
			}
			kinds[name] = support
		}
	}
	want := map[string]string{
		"cel": "now",
		"io.kestra.core.models.conditions.types.VariableCondition":      "now",
		"io.kestra.plugin.core.condition.MultipleCondition":             "now",
		"io.kestra.core.models.conditions.types.MultipleCondition":      "now",
		"io.kestra.plugin.core.condition.FlowCondition":                 "later",
		"io.kestra.core.models.conditions.types.FlowCondition":          "later",
		"io.kestra.plugin.core.condition.FlowNamespaceCondition":        "later",
		"io.kestra.core.models.conditions.types.FlowNamespaceCondition": "later",
	}
	for name, support := range map[string]string{
		"Expression": "now", "Not": "now", "Or": "now",
		"ExecutionLabels": "later", "ExecutionFlow": "later", "ExecutionNamespace": "later", "ExecutionStatus": "later",
		"ExecutionOutputs": "later", "HasRetryAttempt": "later", "DateTimeBetween": "later", "TimeBetween": "later",
		"DayWeek": "later", "DayWeekInMonth": "later", "Weekend": "later", "PublicHoliday": "later",
	} {
		want["io.kestra.plugin.core.condition."+name] = support
		want["io.kestra.plugin.core.condition."+name+"Condition"] = support
		if name != "Expression" {
			want["io.kestra.core.models.conditions.types."+name+"Condition"] = support
		}
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestMultipleIsRefused(t *testing.T) {
	_, err := multipleSpec().Compile(&flow.Component{})
	if err == nil || err.Error() != "invalid webhook: conditions of type MultipleCondition are not supported" {
		t.Errorf("Compile = %v", err)
	}
}
