package runner

import (
	"context"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// shared returns the task run in whose directory a task works; nothing if there is none.
func (a *actor) shared(row int32) task.Origin {
	parent := a.state.Runs[row].Parent
	if parent == execution.RootRow {
		return task.Origin{}
	}
	r := &a.state.Runs[parent]
	if !a.plan.Node(r.Node).Shared || r.Progress.Stage != execution.StageMain {
		return task.Origin{}
	}
	return a.origin(parent)
}

// handleFiles prepares a directory that tasks share, or collects from it. It does not look at the state, which changes meanwhile.
func (a *actor) handleFiles(ctx context.Context, e execution.Effect, s task.Shared, c *task.Context, account *admission.Evaluation) message {
	var outputs value.Value
	err := guarded(&c.Log, func() (err error) {
		if e.What == execution.Prepare {
			return s.Prepare(ctx, c)
		}
		outputs, err = s.Collect(ctx, c)
		return err
	})
	made, err, _ := evaluated(account, true, err)
	m := message{event: execution.Event{Kind: execution.Evaluated, Run: e.Run, Failed: err != nil}}
	if err != nil {
		outputs = value.Null
		if ctx.Err() == nil { // else it was interrupted
			c.Log.Log(task.Error, err.Error())
		}
	}
	if m.event.Outputs, m.outputs, m.kept, err = a.keep(outputs, made, true); err != nil {
		m, _ = a.failed(m, &c.Log, err) // the only other error is that memory is short, which is spent here
	}
	return m
}

// leaveDirectories notes the directories that nobody needs any more, of the task runs whose status has changed.
func (a *actor) leaveDirectories() {
	for _, row := range a.result.Rows {
		r := &a.state.Runs[row]
		if r.Free() || !a.plan.Node(r.Node).Shared || !r.Status().Terminated() {
			continue
		}
		if o := a.origin(row); !slices.Contains(a.left, o) {
			a.left = append(a.left, o)
		}
	}
}

// removeDirectories removes those, when it is kept that they are not needed.
func (a *actor) removeDirectories() {
	services := a.runner.Services()
	if services != nil && services.Directories != nil {
		for _, o := range a.left {
			services.Directories.RemoveDirectory(o)
		}
	}
	a.left = nil
}
