package flowable

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// callProperties are the properties of tasks that start executions of another flow.
func callProperties() []flow.Property {
	return []flow.Property{
		{Name: "namespace", Type: flow.String, Required: true, Dynamic: true, Summary: "Namespace of the flow."},
		{Name: "flowId", Type: flow.String, Required: true, Dynamic: true, Summary: "Id of the flow, which must be known when the task runs."},
		{Name: "revision", Type: flow.Integer, Summary: "The task fails if the flow has another revision."},
		{Name: "inputs", Type: flow.Map, Dynamic: true, Summary: "Values of the flow's inputs by id. One that is missing or wrong fails the task."},
		{Name: "labels", Type: flow.MapOrList, Dynamic: true, Summary: "Labels of the execution, beside those of its flow or instead."},
		{Name: "inheritLabels", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Give it the labels of this execution too."},
		{Name: "wait", Type: flow.Boolean, Default: "true", Summary: "Wait for its end. Without, the task has ended when the execution is accepted."},
		{Name: "transmitFailed", Type: flow.Boolean, Default: "true", Summary: "Fail, warn or be killed as the execution does. Without, the task succeeds whatever becomes of it."},
		{Name: "scheduleDate", Type: flow.String, Dynamic: true, Summary: "When the execution begins, as in 2026-01-02T03:04:05Z."},
		{Name: "restartBehavior", Type: flow.String, Values: []string{"RETRY_FAILED", "NEW_EXECUTION"}, Default: "RETRY_FAILED", Summary: "What becomes of the execution when this one is restarted: it goes on from where it has failed, if it can, or another one begins."},
	}
}

// checkCall refuses a flow that starts itself.
func checkCall(f *flow.Flow, c *flow.Component, report flow.Report) {
	if namespace, id, known := c.Callee(); known && namespace == f.Namespace && id == f.ID {
		report(flow.SeverityError, "flowId", fmt.Sprintf("Recursive call to flow [%s.%s]", namespace, id))
	}
}

func compileCall(c *flow.Component) (*call, error) {
	s := &call{
		namespace: c.Template("namespace"), id: c.Template("flowId"), revision: c.Int("revision"), inputs: c.Structure("inputs"),
		labels: c.Structure("labels"), inherits: c.Bool("inheritLabels"), inheritsIf: c.Template("inheritLabels"),
		wait: !c.Has("wait") || c.Bool("wait"), date: c.Template("scheduleDate"),
		anew: c.Text("restartBehavior") == "NEW_EXECUTION",
	}
	var errs []error
	if c.Has("revision") && s.revision < 1 {
		errs = append(errs, c.Errorf("revision", "must be greater than or equal to 1"))
	}
	for key := range c.Value("labels").Map().All() {
		if strings.HasPrefix(key, flow.SystemLabel) {
			errs = append(errs, c.Errorf("labels", "system labels can only be set by the engine itself, offending label: %s", key))
		}
	}
	if s.date != nil {
		if text, constant := s.date.Constant(); constant {
			if _, err := parseDate(text); err != nil {
				errs = append(errs, c.Errorf("scheduleDate", "%w", err))
			}
		}
	}
	return s, errors.Join(errs...)
}

var errNoDate = errors.New("must be a date-time as in 2024-02-29T11:12:13Z")

// call is what a task calls a flow with.
type call struct {
	namespace, id *pebble.Template
	revision      int64 // 0: any
	inputs        *pebble.Structure
	labels        *pebble.Structure
	inherits      bool
	inheritsIf    *pebble.Template // stands for inherits; may be nil
	wait          bool
	date          *pebble.Template // may be nil
	anew          bool             // restartBehavior is NEW_EXECUTION
}

// render renders it. Its error fails what calls.
func (s *call) render(c *task.Context) (call task.Call, err error) {
	call = task.Call{Revision: s.revision, Wait: s.wait, Inherit: s.inherits}
	if call.Namespace, err = s.namespace.Render(c.Pebble); err != nil {
		return call, err
	}
	if call.FlowID, err = s.id.Render(c.Pebble); err != nil {
		return call, err
	}
	if s.inputs != nil {
		v, err := s.inputs.Render(c.Pebble)
		if err != nil {
			return call, err
		}
		call.Inputs = v.Map()
	}
	if call.Labels, err = s.renderLabels(c); err != nil {
		return call, err
	}
	if s.inheritsIf != nil {
		text, err := s.inheritsIf.Render(c.Pebble)
		if err != nil {
			return call, err
		}
		call.Inherit = strings.TrimSpace(text) == "true"
	}
	if s.date != nil {
		text, err := s.date.Render(c.Pebble)
		if err != nil {
			return call, err
		}
		if call.At, err = parseDate(text); err != nil {
			return call, fmt.Errorf("scheduleDate: %w", err)
		}
	}
	return call, nil
}

// parseDate reads a date-time, as Java's ZonedDateTime prints it too, with the name of its zone at the end.
func parseDate(text string) (time.Time, error) {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "[")
	at, ok := flow.ParseDateTime(text)
	if !ok {
		return time.Time{}, errNoDate
	}
	return at, nil
}

func (s *call) renderLabels(c *task.Context) ([]flow.Label, error) {
	if s.labels == nil {
		return nil, nil
	}
	v, err := s.labels.Render(c.Pebble)
	if err != nil {
		return nil, err
	}
	labels := make([]flow.Label, 0, v.Map().Len())
	for key, text := range v.Map().All() {
		l := flow.Label{Key: key, Value: value.Text(text)}
		switch {
		case strings.HasPrefix(l.Key, flow.SystemLabel):
			return nil, fmt.Errorf("system labels can only be set by the engine itself, offending label: %s", l.Key)
		case l.Key == "" || l.Value == "":
			continue
		}
		labels = append(labels, l)
	}
	return labels, nil
}
