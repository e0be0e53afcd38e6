package runner

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// What an execution fails with when it needs more memory than there is for one, whatever else is under way.
var (
	errMemory  = errors.New("not enough memory for the evaluation, even alone: see memory_limit")
	errOutputs = errors.New("the outputs of the execution take more memory than one execution may: see memory_limit")
	errRounds  = errors.New("the rounds of the loop take more memory than one execution may: see memory_limit")
)

// noOutputs is the text of the outputs of a task that has none. Nobody changes the text of a datum.
var noOutputs = []byte("{}")

// perform performs an effect on the goroutine of the driver, and returns the event that answers it. An error means that the
// store failed or, for an execution that is not accepted yet, is a refusal of package admission.
//
// An evaluation for which memory ran short is void. An execution that was accepted makes it again with the reserve of
// memory, so that others do not change what becomes of it.
func (a *actor) perform(ctx context.Context, e execution.Effect) (message, error) {
	for {
		m, err := a.try(ctx, e)
		if err == nil && e.What == execution.Recall {
			err = a.goOn(ctx, e.Run)
		}
		void := errors.Is(err, admission.ErrMemory)
		if void || a.comesAgain(err) {
			a.claim.Give(int64(a.journal.forget(a.idOf(e.Run))))
		}
		if !void || a.state.Version == 0 {
			a.spent = false
			return m, err
		}
		err = a.claim.Refill(ctx)
		if a.spent = errors.Is(err, admission.ErrReserved); err != nil && !a.spent {
			return message{}, err
		}
	}
}

// try performs an effect once, when it may evaluate.
func (a *actor) try(ctx context.Context, e execution.Effect) (message, error) {
	patience := admission.Forever
	switch {
	case a.state.Version > 0:
	case a.ahead:
		patience = 0
	default:
		patience = a.runner.admission.Limits().Wait
	}
	if err := a.claim.Enter(ctx, patience); err != nil {
		return message{}, err
	}
	defer a.claim.Leave()
	a.setContext(&a.pebble, &a.functions, e, &a.evaluation)
	ctx, a.attempt = a.traced(e).Begin(ctx)
	a.functions.Context = ctx
	m, err := a.answer(ctx, e)
	a.attempt.End(endOfAttempt(&m.event))
	return m, err
}

// answer evaluates or runs what an effect asks for.
func (a *actor) answer(ctx context.Context, e execution.Effect) (message, error) {
	switch {
	case e.Kind == execution.RunTask:
		a.task = a.taskContext(e, &a.pebble, &a.functions)
		return a.runTask(ctx, e, a.compiled(e.Run), &a.task, &a.evaluation, a.spent)
	case e.What == execution.RunIf:
		return a.runIf(e)
	case e.What == execution.Choose:
		return a.choose(ctx, e)
	case e.What == execution.Pause:
		return a.pause(ctx, e)
	case e.What == execution.Until:
		return a.judge(ctx, e)
	case e.What == execution.Timeout:
		return a.timeout(e)
	case e.What == execution.Assert:
		return a.assertions()
	case e.What == execution.Values:
		return a.values(ctx, e)
	case e.What == execution.Call && a.startsSeveral(e.Run):
		return a.startChildren(ctx, e)
	case e.What == execution.Call:
		return a.startChild(ctx, e)
	case e.What == execution.Recall && a.startsSeveral(e.Run):
		return a.recallChildren(ctx, e)
	case e.What == execution.Recall:
		return a.recall(ctx, e)
	default:
		return a.flowOutputs()
	}
}

// setContext makes c what the expressions of an effect see, and f what answers their functions, once it has a context.
func (a *actor) setContext(c *pebble.Context, f *outside.Functions, e execution.Effect, account *admission.Evaluation) {
	*c = a.variables().Context(e.Run)
	c.Now, c.Seed, c.Memory, c.Logs, c.Outside = e.At, e.Seed, account, a, f
	*f = outside.Functions{Origin: a.origin(e.Run), Now: e.At, Services: a.runner.Services()}
}

// origin says for what a service is asked in an effect about a task run.
func (a *actor) origin(row int32) task.Origin {
	if row == execution.RootRow {
		return task.Origin{Namespace: a.state.Namespace, Flow: a.state.FlowID, Execution: a.state.ID}
	}
	return originOf(a.state, row, a.component(row).ID)
}

func originOf(s *execution.State, row int32, taskID string) task.Origin {
	return task.Origin{Namespace: s.Namespace, Flow: s.FlowID, Execution: s.ID, Task: taskID, Run: s.Runs[row].ID}
}

// taskContext returns what a task sees in an effect, with the expressions and functions of [actor.setContext].
func (a *actor) taskContext(e execution.Effect, c *pebble.Context, f *outside.Functions) task.Context {
	return task.Context{Pebble: c, Log: a.taskLog(e.Run), Origin: f.Origin, Services: f.Services, Shared: a.shared(e.Run), Woke: e.Woke, Begun: a.state.Runs[e.Run].Begun()}
}

// prepare returns the call that performs an effect that blocks, on a goroutine of its own. What it sees is as it stands now.
func (a *actor) prepare(e execution.Effect) func(ctx context.Context) message {
	account := new(admission.Evaluation)
	*account = a.claim.Evaluation()
	c, f := new(pebble.Context), new(outside.Functions)
	a.setContext(c, f, e, account)
	at := a.taskContext(e, c, f)
	if e.Kind == execution.Eval {
		s := a.component(e.Run).Compiled.(task.Shared)
		return func(ctx context.Context) message {
			f.Context = ctx
			return a.handleFiles(ctx, e, s, &at, account)
		}
	}
	t, traced := a.compiled(e.Run), a.traced(e)
	return func(ctx context.Context) message {
		ctx, span := traced.Begin(ctx)
		f.Context = ctx
		m, _ := a.runTask(ctx, e, t, &at, account, true) // the only error is that memory is short, which is spent here
		span.End(endOfAttempt(&m.event))
		return m
	}
}

// evaluated ends an evaluation that ended with err, and returns the bytes it took and its error. With void, it ran short
// of memory and is to be made again.
func evaluated(account *admission.Evaluation, spent bool, err error) (made int64, failure, void error) {
	made, short := account.End()
	switch {
	case !short:
		return made, err, nil
	case spent:
		return made, errMemory, nil
	default:
		return made, nil, admission.ErrMemory
	}
}

// guarded calls f, and turns a panic into [guard.ErrInternal].
func guarded(log *task.Logger, f func() error) error {
	return guard.Do(func(message string, fields ...zap.Field) { log.Log(task.Error, message, fields...) }, f)
}

func (a *actor) component(row int32) *flow.Component { return a.plan.Node(a.state.Runs[row].Node).Task }

func (a *actor) compiled(row int32) task.Task { return a.component(row).Compiled.(task.Task) }

// idOf returns the id of a task run; "" of the execution itself.
func (a *actor) idOf(row int32) string {
	if row == execution.RootRow {
		return ""
	}
	return a.state.Runs[row].ID
}

// runIf decides whether a task runs.
func (a *actor) runIf(e execution.Effect) (message, error) {
	log := a.taskLog(e.Run)
	var text string
	err := guarded(&log, func() (err error) {
		text, err = a.component(e.Run).RunIf.Render(&a.pebble)
		return err
	})
	_, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return message{}, void
	}
	if err != nil {
		log.Log(task.Error, "failed to evaluate runIf: "+err.Error())
	}
	return message{event: execution.Event{
		Kind: execution.Evaluated, Run: e.Run, True: err == nil && pebble.Truthy(text), Failed: err != nil,
	}}, nil
}

// choose decides which list of a Choice runs.
func (a *actor) choose(ctx context.Context, e execution.Effect) (message, error) {
	c := &a.task
	*c = a.taskContext(e, &a.pebble, &a.functions)
	var d task.Decision
	err := guarded(&c.Log, func() (err error) {
		d, err = a.component(e.Run).Compiled.(task.Choice).Choose(ctx, c)
		return err
	})
	made, err, void := evaluated(&a.evaluation, a.spent, err)
	if void != nil {
		return message{}, void
	}
	if err != nil {
		c.Log.Log(task.Error, err.Error())
	}
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run, Case: int32(d.Case), Failed: err != nil || d.Failed}}
	if m.event.Outputs, m.outputs, m.kept, err = a.keep(d.Outputs, made, a.spent); err != nil {
		return a.failed(m, &c.Log, err)
	}
	return m, nil
}

// runTask runs an attempt of a task. It does not look at the state, which changes meanwhile.
func (a *actor) runTask(ctx context.Context, e execution.Effect, t task.Task, c *task.Context, account *admission.Evaluation, spent bool) (message, error) {
	var result task.Result
	err := guarded(&c.Log, func() (err error) {
		result, err = t.Run(ctx, c)
		return err
	})
	made, err, void := evaluated(account, spent, err)
	if void != nil {
		return message{}, void
	}
	m := message{event: execution.Event{Kind: execution.TaskEnded, Run: e.Run, Attempt: e.Attempt, Status: execution.Success}}
	switch {
	case err != nil:
		if ctx.Err() == nil { // else it was interrupted, and fails by that
			c.Log.Log(task.Error, err.Error())
		}
		m.event.Status, result = execution.Failed, task.Result{}
	case !result.Wake.IsZero():
		m.event.Status, m.event.Wake = "", result.Wake
		return m, nil
	case result.Failure != nil:
		c.Log.Log(task.Error, result.Failure.Error())
		m.event.Status, result = execution.Failed, task.Result{Outputs: result.Outputs}
	case result.Warning:
		m.event.Status = execution.Warning
	}
	m.event.Labels, m.event.Exit = result.Labels, result.Exit
	if m.event.Outputs, m.outputs, m.kept, err = a.keep(result.Outputs, made, spent); err != nil {
		return a.failed(m, &c.Log, err)
	}
	if len(result.Labels) > 0 {
		var kept int64
		for _, l := range result.Labels {
			kept += int64(len(l.Key) + len(l.Value))
		}
		if err := a.take(kept, spent); err != nil {
			return a.failed(m, &c.Log, err)
		}
		m.kept += kept
	}
	if !result.Variables.IsNull() {
		if m.event.Variables, m.variables, m.ofVariables, err = a.keep(result.Variables, made, spent); err != nil {
			return a.failed(m, &c.Log, err)
		}
	}
	if len(result.Pairs) > 0 {
		w, err := encodeWrites(result.Pairs, e.At)
		if err == nil {
			err = a.take(w.bytes, spent)
		}
		if err == nil {
			if err = a.runner.reserve(ctx, w, e.At); err != nil {
				a.give(w.bytes)
			}
		}
		if err != nil {
			return a.failed(m, &c.Log, err)
		}
		m.writes = w
	}
	return m, nil
}

// failed makes an answer one of an attempt of which something cannot be kept; that memory is short is passed on.
func (a *actor) failed(m message, log *task.Logger, err error) (message, error) {
	a.give(m.kept + m.ofVariables)
	m.kept, m.ofVariables = 0, 0
	if errors.Is(err, admission.ErrMemory) {
		return message{}, err
	}
	log.Log(task.Error, err.Error())
	m.event.Outputs, m.outputs = execution.Datum{JSON: noOutputs}, emptyMap
	if m.event.Kind == execution.Evaluated {
		m.event.Failed = true
	} else {
		m.event.Status, m.event.Exit, m.event.Labels, m.event.Variables = execution.Failed, "", nil, execution.Datum{}
	}
	return m, nil
}

// flowOutputs evaluates the outputs that the flow declares. Those that fail are left out.
func (a *actor) flowOutputs() (message, error) {
	log := a.log()
	declared := a.plan.Flow().Outputs
	outputs := value.NewMap(len(declared))
	failed, made := false, int64(0)
	for _, o := range declared {
		var v value.Value
		err := guarded(&log, func() (err error) {
			v, err = a.flowOutput(o)
			return err
		})
		taken, err, void := evaluated(&a.evaluation, a.spent, err)
		if void != nil {
			return message{}, void
		}
		made += taken
		switch {
		case err != nil:
			failed = true
			log.Log(task.Error, "failed to render output values: "+err.Error())
		case !v.IsNull():
			outputs.Set(o.ID, v)
		}
	}
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: execution.RootRow, Failed: failed}}
	var err error
	m.event.Outputs, m.outputs, m.kept, err = a.keep(value.FromMap(outputs), made, a.spent)
	if errors.Is(err, errOutputs) || errors.Is(err, errMemory) {
		log.Log(task.Error, "failed to keep the outputs: "+err.Error())
		m.event.Failed, m.event.Outputs, err = true, execution.Datum{JSON: noOutputs}, nil
	}
	return m, err
}

// flowOutput evaluates one output; null means that it is left out: it is not required, and null or missing
// (case "not required" of the recorded outputs).
func (a *actor) flowOutput(o *flow.Output) (value.Value, error) {
	v, err := renderOutput(o, &a.pebble)
	if err != nil {
		if e := new(pebble.Error); !o.Required && errors.As(err, &e) && e.Class == pebble.ClassMissing {
			return value.Null, nil
		}
		return value.Null, fmt.Errorf("output `%s`: %w", o.ID, err)
	}
	return a.convertOutput(o, v)
}

// renderOutput renders an output to text, but a null stays null, and a list or map does where the type has a use for it.
func renderOutput(o *flow.Output, c *pebble.Context) (value.Value, error) {
	t := o.Value.Template()
	if t == nil {
		return o.Value.Render(c)
	}
	v, err := t.RenderTyped(c)
	switch v.Kind() {
	case value.KindNull, value.KindString:
		return v, err
	case value.KindList, value.KindMap:
		switch o.Type.Name {
		case flow.TypeJSON, flow.TypeYAML, flow.TypeArray, flow.TypeMultiselect:
			return v, err
		default: // text
		}
	default: // text
	}
	return value.String(value.Text(v)), err
}

// keep makes the text of outputs, which the state keeps beside the value, of which an evaluation made so many bytes. The
// error is [errOutputs], or that memory is short.
func (a *actor) keep(v value.Value, made int64, spent bool) (execution.Datum, value.Value, int64, error) {
	if v.IsNull() || v.Kind() == value.KindMap && v.Map().Len() == 0 {
		return execution.Datum{JSON: noOutputs}, emptyMap, 0, nil
	}
	v = value.Normal(v)
	size := value.SizeJSON(v)
	kept := size + min(made, textToValue*size)
	if err := a.take(kept, spent); err != nil {
		return execution.Datum{}, value.Null, 0, err
	}
	return execution.Datum{JSON: value.AppendJSON(make([]byte, 0, size), v)}, v, kept, nil
}

// take takes memory for what the state keeps. The error is [errOutputs], or that memory is short.
func (a *actor) take(bytes int64, spent bool) error {
	a.mu.Lock()
	fits := a.kept+bytes <= a.runner.admission.Limits().RunMemory()
	if fits {
		a.kept += bytes
	}
	a.mu.Unlock()
	if !fits {
		return errOutputs
	}
	err := a.claim.Take(bytes)
	if err == nil {
		return nil
	}
	a.mu.Lock()
	a.kept -= bytes
	a.mu.Unlock()
	a.claim.Short() // told here
	if spent {
		return errMemory
	}
	return err
}

// give gives back what was taken for something that the state does not keep any more.
func (a *actor) give(bytes int64) {
	if bytes == 0 {
		return
	}
	a.mu.Lock()
	a.kept -= bytes
	a.mu.Unlock()
	a.claim.Give(bytes)
}

// textToValue bounds how much larger a value is than its JSON text: an empty object within a list has three characters.
const textToValue = 48
