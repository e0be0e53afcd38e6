package upkeep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{resumeSpec(), countSpec(), purgeExecutionsSpec(), purgeLogsSpec(), fetchSpec(), toggleSpec()}
}

// statuses are those that executions can have.
var statuses = []string{
	string(flow.Created), string(flow.Queued), string(flow.Running), string(flow.Paused), string(flow.Restarted), string(flow.Retrying), string(flow.AtBreakpoint), string(flow.Killing),
	string(flow.Success), string(flow.Warning), string(flow.Failed), string(flow.Killed), string(flow.Cancelled), string(flow.Retried),
}

// text renders a template; nil renders to the text of nothing.
func text(t *pebble.Template, c *task.Context) (string, error) {
	if t == nil {
		return "", nil
	}
	return t.Render(c.Pebble)
}

// date renders a date-time; nil renders to the zero time.
func date(t *pebble.Template, name string, c *task.Context) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	text, err := t.Render(c.Pebble)
	if err != nil {
		return time.Time{}, err
	}
	at, ok := flow.ParseDateTime(text)
	if !ok {
		return time.Time{}, fmt.Errorf("%s must be a date-time, as in 2024-02-29T11:12:13Z", name)
	}
	return at, nil
}

// words renders a list of texts, each one of allowed if there are some; nil renders to none.
func words(s *pebble.Structure, name string, allowed []string, c *task.Context) ([]string, error) {
	if s == nil {
		return nil, nil
	}
	v, err := s.RenderJSON(c.Pebble)
	if err != nil {
		return nil, err
	}
	if v.Kind() != value.KindList {
		return nil, errors.New(name + " must be a list, or JSON text of one")
	}
	list := make([]string, 0, v.List().Len())
	for _, item := range v.List().All() {
		word := value.Text(item)
		if allowed != nil && !slices.Contains(allowed, word) {
			return nil, fmt.Errorf("%q of %s is none of %s", word, name, strings.Join(allowed, ", "))
		}
		list = append(list, word)
	}
	return list, nil
}

// selection is what several tasks have to say which executions they are about.
type selection struct {
	namespace, flowID, from, to *pebble.Template  // may be nil
	states                      *pebble.Structure // may be nil
}

// The properties of a selection.
var (
	namespaceProperty = flow.Property{Name: "namespace", Type: flow.String, Dynamic: true, Summary: "Only flows of this namespace and, without `flowId`, of those below it."}
	flowProperty      = flow.Property{Name: "flowId", Type: flow.String, Dynamic: true, Summary: "Only this flow of `namespace`."}
	statesProperty    = flow.Property{Name: "states", Type: flow.StringList, Dynamic: true, JSONText: true, Values: statuses, Summary: "Only executions in one of these states."}
)

func newSelection(c *flow.Component) (selection, error) {
	if c.Has("flowId") && !c.Has("namespace") {
		return selection{}, c.Errorf("flowId", "needs `namespace`")
	}
	return selection{c.Template("namespace"), c.Template("flowId"), c.Template("startDate"), c.Template("endDate"), c.Structure("states")}, nil
}

func (s *selection) render(c *task.Context) (f task.ExecutionFilter, err error) {
	if f.Flow.Namespace, err = text(s.namespace, c); err != nil {
		return f, err
	}
	if f.Flow.ID, err = text(s.flowID, c); err != nil {
		return f, err
	}
	if f.From, err = date(s.from, "startDate", c); err != nil {
		return f, err
	}
	if f.To, err = date(s.to, "endDate", c); err != nil {
		return f, err
	}
	states, err := words(s.states, "states", statuses, c)
	for _, state := range states {
		f.Statuses = append(f.Statuses, flow.Status(state))
	}
	return f, err
}

// target is what several tasks have to name one execution.
type target struct{ namespace, flowID, execution *pebble.Template }

var executionProperties = []flow.Property{
	{Name: "executionId", Type: flow.String, Dynamic: true, Summary: "The execution; without it, the one of this task."},
	{Name: "namespace", Type: flow.String, Dynamic: true, Summary: "The namespace of its flow, where it is not an execution of this task's flow."},
	{Name: "flowId", Type: flow.String, Dynamic: true, Summary: "The id of its flow, likewise."},
}

func newTarget(c *flow.Component) (target, error) {
	if c.Has("namespace") != c.Has("flowId") || c.Has("flowId") && !c.Has("executionId") {
		return target{}, errors.New("`namespace` and `flowId` go together, and with `executionId`")
	}
	return target{c.Template("namespace"), c.Template("flowId"), c.Template("executionId")}, nil
}

// render returns the id of an execution that there is.
func (t *target) render(ctx context.Context, c *task.Context) (id string, err error) {
	if t.execution == nil {
		return c.Origin.Execution, nil
	}
	if id, err = t.execution.Render(c.Pebble); err != nil {
		return "", err
	}
	want := task.FlowName{Namespace: c.Origin.Namespace, ID: c.Origin.Flow}
	if t.flowID != nil {
		if want.Namespace, err = t.namespace.Render(c.Pebble); err != nil {
			return "", err
		}
		if want.ID, err = t.flowID.Render(c.Pebble); err != nil {
			return "", err
		}
	}
	got, err := c.Executions.FlowOf(ctx, id)
	if err == nil && got != want {
		err = fmt.Errorf("execution %s is not one of the flow %s/%s: name its flow by `namespace` and `flowId`", id, want.Namespace, want.ID)
	}
	return id, err
}
