package flowtest

import (
	"context"
	"math"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// seen is what an execution is compared by, wherever it ran.
type seen struct {
	status                  string
	outputs, inputs, labels value.Value // objects
	runs                    map[string][]seenRun
	lines                   []execution.LogLine
}

// seenRun is a task run.
type seenRun struct {
	status, value string
	attempts      int
	outputs       value.Value
}

// see returns an execution of the engine of the case.
func (p *play) see(ctx context.Context, id string) (*seen, error) {
	s, err := p.engine.Get(ctx, id)
	if err == nil && s.Over() {
		s, err = p.engine.Wait(ctx, id) // with its values
	}
	if err != nil {
		return nil, err
	}
	lines, err := p.engine.Logs(ctx, s.ID, 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	labels := value.NewMap(len(s.Labels))
	for _, l := range s.Labels {
		labels.Set(l.Key, value.String(l.Value))
	}
	e := &seen{
		status: string(s.Status()), outputs: members(s.Outputs.JSON), inputs: members(s.Inputs.JSON), labels: value.FromMap(labels),
		runs: map[string][]seenRun{}, lines: lines,
	}
	for i := range s.Runs {
		r := &s.Runs[i]
		e.runs[r.TaskID] = append(e.runs[r.TaskID], seenRun{string(r.Status()), r.Value, len(r.Attempts), members(r.Outputs.JSON)})
	}
	return e, nil
}

func members(text []byte) value.Value {
	if m, err := value.DecodeMembers(text); err == nil {
		return value.FromMap(m)
	}
	return value.FromMap(value.NewMap(0))
}
