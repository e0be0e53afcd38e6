package condition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func executionStatusSpec() flow.Spec {
	spec := kestraSpec("ExecutionStatus", "Met when the execution is in one of some states, and in none of others. A webhook's is CREATED by then.")
	spec.Properties = statesProperties
	spec.Example = `type: io.kestra.plugin.core.condition.ExecutionStatus
in: [CREATED]
`
	spec.Compile = func(c *flow.Component) (any, error) {
		in, err := newStates(c, "in")
		if err != nil {
			return nil, err
		}
		notIn, err := newStates(c, "notIn")
		return executionStatus{in, notIn}, err
	}
	spec.Check = func(_ *flow.Flow, c *flow.Component, report flow.Report) {
		if x := c.Compiled.(executionStatus); x.in.structure == nil && x.notIn.structure == nil {
			warnConstant(report, "", matches(x.in.fixed, x.notIn.fixed), "the execution of a webhook is CREATED by then")
		}
	}
	return spec
}

// statesProperties are those of ExecutionStatus and HasRetryAttempt.
var statesProperties = []flow.Property{
	{Name: "in", Type: flow.StringList, Dynamic: true, JSONText: true, Values: flow.ExecutionStates, Summary: "States of which it is one; none: any. May be an expression that gives a list."},
	{Name: "notIn", Type: flow.StringList, Dynamic: true, JSONText: true, Values: flow.ExecutionStates, Summary: "States of which it is none, in the same forms."},
}

// executionStatus is Kestra's ExecutionStatus.
type executionStatus struct{ in, notIn states }

// Holds implements [Condition].
func (x executionStatus) Holds(ctx context.Context, e *Event) (bool, error) {
	in, err := x.in.get(ctx, e)
	if err != nil {
		return false, err
	}
	notIn, err := x.notIn.get(ctx, e)
	return err == nil && matches(in, notIn), err
}

// matches reports whether the state of an execution that has not begun fits.
func matches(in, notIn []string) bool {
	const created = string(flow.Created)
	return (len(in) == 0 || slices.Contains(in, created)) && !slices.Contains(notIn, created)
}

// states is a property with a list of states, of which each, or the whole, may be an expression.
type states struct {
	name      string
	fixed     []string
	structure *pebble.Structure // nil: they are fixed
	work      int
}

func newStates(c *flow.Component, name string) (states, error) {
	s := states{name: name}
	structure := c.Structure(name)
	if structure == nil {
		return s, nil
	}
	v, ok := structure.Constant()
	if !ok {
		s.structure, s.work = structure, workOfAll(structure)
		return s, nil
	}
	if v.Kind() == value.KindString { // the JSON text of a list
		v, _ = value.DecodeJSONText(v.Str())
	}
	var err error
	if s.fixed, err = readStates(v); err != nil {
		return s, c.Errorf(name, "%w", err)
	}
	return s, nil
}

func workOfAll(s *pebble.Structure) int {
	if t := s.Template(); t != nil {
		return workOf(t)
	}
	work := 0
	for _, item := range s.Items() {
		if t := item.Template(); t != nil {
			work += workOf(t)
		}
	}
	return work
}

func (s *states) get(ctx context.Context, e *Event) ([]string, error) {
	if s.structure == nil {
		return s.fixed, nil
	}
	if err := mayEvaluate(ctx, e, s.work); err != nil {
		return nil, err
	}
	v, err := s.structure.RenderJSON(e.Pebble)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	names, err := readStates(v)
	if err != nil {
		return nil, failed("property %s %v", s.name, err)
	}
	return names, nil
}

func readStates(v value.Value) ([]string, error) {
	if v.Kind() != value.KindList {
		return nil, errors.New("is no list of states, as in [CREATED, RUNNING]")
	}
	names := make([]string, v.List().Len())
	for i, item := range v.List().All() {
		if !slices.Contains(flow.ExecutionStates, item.Str()) {
			return nil, errors.New("has a member that is none of " + strings.Join(flow.ExecutionStates, ", "))
		}
		names[i] = item.Str()
	}
	return names, nil
}
