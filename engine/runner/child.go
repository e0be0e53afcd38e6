package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// An execution that a task starts is accepted by the commit of its parent that waits for it, parked and due at once, or at the
// time that the task says. From there on it is like any other. Its end is a signal to its parent, in the same commit.

// mostDepth is how many executions may start each other, one after the other.
const mostDepth = 100

// errShare is why an execution does not begin whose flow has no memory left.
var errShare = errors.New("take all the memory that they may: see memory_limit")

var errDisabled = errors.New("Cannot execute a flow which is disabled") //nolint:staticcheck // Kestra's words

// child is an execution that a task has started, until it is committed.
type child struct {
	setup
	state   *execution.State
	handle  *handle
	waits   bool      // its parent waits for it
	at      time.Time // when it begins
	secrets []string  // of its inputs

	claim *admission.Claim // of what it takes, until it is committed and the store holds that; nil: it takes the place of one that ends
	kept  int64            // bytes that the one that starts it has taken for it, until then
}

// startChild starts the execution that an attempt wants. The next commit accepts it.
func (a *actor) startChild(ctx context.Context, e execution.Effect) (message, error) {
	c := &a.task
	*c = a.taskContext(e, &a.pebble, &a.functions)
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run}}
	ch, err, void := a.makeChild(e, c, func() (task.Call, error) {
		return a.component(e.Run).Compiled.(task.Child).Call(ctx, c)
	})
	if void != nil {
		return message{}, void
	}
	if err != nil {
		c.Log.Log(task.Error, err.Error())
		m.event.Failed = true
		return m, nil
	}
	a.start(ch, &c.Log)
	m.event.True = ch.waits
	if !ch.waits {
		m.event.Outputs = execution.Datum{JSON: outcome(ch.state)}
	}
	return m, nil
}

// makeChild makes the execution that a task calls for, and takes the memory for it. With void, memory ran short and all is to be
// made again.
func (a *actor) makeChild(e execution.Effect, c *task.Context, called func() (task.Call, error)) (ch *child, err, void error) {
	err = guarded(&c.Log, func() error {
		call, err := called()
		if err == nil {
			ch, err = a.newChild(e, call, &c.Log)
		}
		return err
	})
	if _, err, void = evaluated(&a.evaluation, a.spent, err); err != nil || void != nil {
		return nil, err, void
	}
	if err := ch.admit(a.runner.admission); err != nil {
		return nil, err, nil
	}
	ch.kept = size(ch.state)
	if len(ch.secrets) > 0 {
		ch.kept += mask.Size(ch.secrets)
	}
	err = a.take(ch.kept, a.spent)
	switch {
	case err == nil:
		return ch, nil, nil
	case errors.Is(err, errOutputs), errors.Is(err, errMemory):
		ch.dismiss()
		return nil, err, nil
	default:
		ch.dismiss()
		return nil, nil, err
	}
}

// start lets the next commit accept an execution.
func (a *actor) start(ch *child, log *task.Logger) {
	ch.Mask = a.Mask.With(ch.secrets)
	a.children = append(a.children, ch)
	log.Log(task.Info, "Created new execution "+link(ch.state.ID, ch.state.FlowID, ch.state.Namespace))
}

// admit takes the memory of an execution that was started out of its flow's share. Those that start each other are many sooner than
// any of them ends, and nobody refuses them at the door; what other flows take does not count.
func (ch *child) admit(c *admission.Controller) error {
	s := ch.state
	ch.claim = c.Claim(flowName(s))
	if err := ch.claim.TakeShare(size(s)); err != nil {
		ch.dismiss()
		return fmt.Errorf("the executions of flow '%s'.'%s' %w", s.Namespace, s.FlowID, errShare)
	}
	return nil
}

// dismiss gives back what a started execution took.
func (ch *child) dismiss() {
	if ch.claim != nil {
		ch.claim.Release()
	}
}

// link is how Kestra's log names an execution.
func link(id, flowID, namespace string) string {
	return fmt.Sprintf("[[link execution=%q flowId=%q namespace=%q]]", id, flowID, namespace)
}

// newChild returns the execution that a call asks for.
func (a *actor) newChild(e execution.Effect, call task.Call, log *task.Logger) (*child, error) {
	if a.state.Depth >= mostDepth {
		return nil, fmt.Errorf("%d executions have started each other, which is the limit", mostDepth)
	}
	var f *scope.Flow
	if a.Flows != nil {
		f = a.Flows(call.Namespace, call.FlowID)
	}
	if f == nil || call.Revision != 0 && call.Revision != int64(f.Plan().Revision()) {
		return nil, fmt.Errorf("Unable to find flow '%s'.'%s' with revision '%d'", call.Namespace, call.FlowID, call.Revision) //nolint:staticcheck // Kestra's words
	}
	callee := f.Plan().Flow()
	if callee.Disabled {
		return nil, errDisabled
	}
	variables := a.triggerOf(e)
	component := a.component(e.Run)
	s := execution.NewChild(f.Plan(), a.state, e, call.Wait, execution.Trigger{
		ID: component.ID, Type: component.Type, Variables: execution.Datum{JSON: value.AppendJSON(nil, value.FromMap(variables))},
	})
	if span := a.attempt.Parent(); span != "" {
		s.Trace = span
	}
	s.Labels = labelsOf(callee.Labels, a.state.Labels, call)
	ch := &child{
		setup: setup{Setting: Setting{Flow: f, Logger: a.Logger, Flows: a.Flows}},
		state: s, handle: &handle{done: make(chan struct{})}, waits: call.Wait, at: call.At,
	}
	if len(callee.Inputs) == 0 {
		return ch, nil
	}
	vars := scope.Request{Flow: f, Trigger: variables, Candidate: newborn{s}}
	at := f.Context(vars.Vars())
	at.Now, at.Seed, at.Memory = e.At, s.InputsSeed(), &a.evaluation
	resolved, err := flow.ResolveInputs(callee.Inputs, call.Inputs, &at)
	if err != nil {
		return nil, err
	}
	server := *log
	server.Journal = nil // Kestra's execution does not log them
	for _, warning := range resolved.Warnings {
		server.Log(task.Warn, warning.Error())
	}
	s.Inputs.JSON = value.AppendJSON(nil, value.Normal(value.FromMap(resolved.Values)))
	ch.secrets = callee.SecretInputs(resolved.Values)
	return ch, nil
}

// newborn is an execution whose inputs are being resolved. It implements [scope.Candidate].
type newborn struct{ state *execution.State }

// Execution implements [scope.Candidate].
func (n newborn) Execution() *execution.State { return n.state }

// Labels implements [scope.Candidate].
func (n newborn) Labels() []flow.Label { return n.state.Labels }

// Inputs implements [scope.Candidate].
func (n newborn) Inputs() value.Value { return value.Null }

// triggerOf returns the variable `trigger` of the execution that an attempt starts.
func (a *actor) triggerOf(e execution.Effect) *value.Map {
	s, r := a.state, &a.state.Runs[e.Run]
	m := value.NewMap(8)
	m.Set("executionId", value.String(s.ID))
	m.Set("namespace", value.String(s.Namespace))
	m.Set("flowId", value.String(s.FlowID))
	m.Set("flowRevision", value.Int(int64(s.Revision)))
	m.Set("taskId", value.String(r.TaskID))
	m.Set("taskRunId", value.String(r.ID))
	switch n := a.plan.Node(r.Node); {
	case n.Shape == flow.ShapeChildren:
		m.Set("taskRunIteration", value.Int(int64(a.place(e.Run, e.Iteration))))
	case n.Looped:
		m.Set("taskRunValue", value.String(r.Value))
		m.Set("taskRunIteration", value.Int(int64(r.Iteration)))
	}
	return m
}

// The labels of the engine that an execution hands on to those that it starts, at their places among the others.
const (
	labelFrom        = "system.from"
	labelCorrelation = "system.correlationId"
)

// labelsOf returns the labels of an execution that a task starts: those of its flow, those of the execution that starts it if
// they are inherited, and those of the task. A label of the task replaces one of the flow at its place, which an inherited one
// does not, as in Kestra (recorded cases "Subflow inputs, labels" and "Subflow inheritLabels").
func labelsOf(own, parent []flow.Label, call task.Call) []flow.Label {
	labels := make([]flow.Label, 0, len(own)+len(parent)+len(call.Labels))
	at := make(map[string]int, cap(labels))
	add := func(l flow.Label, replaces bool) {
		i, ok := at[l.Key]
		switch {
		case !ok:
			at[l.Key] = len(labels)
			labels = append(labels, l)
		case replaces:
			labels[i].Value = l.Value
		}
	}
	given := make(map[string]string, len(call.Labels))
	for _, l := range call.Labels {
		given[l.Key] = l.Value
	}
	for _, l := range own {
		if text, ok := given[l.Key]; ok {
			l.Value = text
		}
		add(l, true)
	}
	handOn := func(key string) {
		for _, l := range parent {
			if l.Key == key {
				add(l, true)
			}
		}
	}
	handOn(labelFrom)
	if call.Inherit {
		for _, l := range parent {
			if !strings.HasPrefix(l.Key, flow.SystemLabel) {
				add(l, false)
			}
		}
	}
	handOn(labelCorrelation)
	for _, l := range call.Labels {
		add(l, true)
	}
	return labels
}

// killChild kills the execution that an attempt has started. One that was not accepted yet never is.
func (a *actor) killChild(e execution.Effect) {
	id := a.state.ChildID(e.Run, e.Attempt, e.Iteration)
	left := slices.DeleteFunc(a.children, func(ch *child) bool {
		gone := ch.state.ID == id
		if gone {
			ch.dismiss()
			a.give(ch.kept)
		}
		return gone
	})
	if len(left) == len(a.children) {
		a.kills = append(a.kills, id)
	}
	a.children = left
}

// addChildren adds to a batch the executions that were started since the last commit, and returns them, and the ends of those that
// are to be killed. They can be resumed from now on: the store may find them due at once.
func (a *actor) addChildren(ctx context.Context, b *execution.Batch) []*child {
	for _, id := range a.kills {
		b.Signals = append(b.Signals, killSignal(a.runner.lastTry(ctx, id)))
	}
	started := a.children
	a.children, a.kills = nil, nil
	if len(started) == 0 {
		return nil
	}
	r := a.runner
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ch := range started {
		if now := r.now(); ch.at.Before(now) {
			ch.at = now
		}
		b.Accept = append(b.Accept, execution.Accept{State: ch.state, Park: &execution.Park{Wake: ch.at}})
		r.parked[ch.state.ID] = &parked{setup: ch.setup, handle: ch.handle}
	}
	return started
}

// forget undoes that executions can be resumed which were not accepted.
func (r *Runner) forget(started []*child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ch := range started {
		delete(r.parked, ch.state.ID)
		ch.dismiss()
	}
}

// launch lets executions that were accepted begin.
func (r *Runner) launch(started []*child) {
	if len(started) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ch := range started {
		r.wakeAt(ch.at)
		ch.dismiss()
	}
}
