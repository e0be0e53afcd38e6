package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// keeper does what tasks may do with the executions of an engine. It implements [task.Executions].
type keeper struct{ *Engine }

// FlowOf implements [task.Executions].
func (k keeper) FlowOf(ctx context.Context, id string) (task.FlowName, error) {
	s, err := k.load(ctx, id)
	if err != nil {
		return task.FlowName{}, err
	}
	return task.FlowName{Namespace: s.Namespace, ID: s.FlowID}, nil
}

func (k keeper) load(ctx context.Context, id string) (*execution.State, error) {
	s, err := k.store.Load(ctx, id)
	if errors.Is(err, execution.ErrNotFound) {
		err = fmt.Errorf("No execution found for execution id %s", id) //nolint:staticcheck // Kestra's words
	}
	return s, err
}

// About implements [task.Executions].
func (k keeper) About(ctx context.Context, id string) (task.About, error) {
	s, err := k.load(ctx, id)
	if err != nil {
		return task.About{}, err
	}
	a := task.About{Flow: task.FlowName{Namespace: s.Namespace, ID: s.FlowID}, Status: s.Status(), Start: s.History[0].At}
	if s.Over() {
		a.End = s.History[len(s.History)-1].At
	}
	for i := range s.Runs {
		switch status := s.Runs[i].Status(); {
		case s.Runs[i].Free():
		case status == flow.Failed:
			a.Failed, a.Last = true, s.Runs[i].TaskID
		case status == flow.Success && !a.Failed:
			a.Last = s.Runs[i].TaskID
		}
	}
	return a, nil
}

// Resume implements [task.Executions].
func (k keeper) Resume(ctx context.Context, id string, inputs *value.Map) error {
	return k.runner.Resume(ctx, id, inputs)
}

// Count implements [task.Executions].
func (k keeper) Count(ctx context.Context, f task.ExecutionFilter) (map[task.FlowName]int, error) {
	counts := map[task.FlowName]int{}
	err := k.each(ctx, f, func(s *execution.Summary) error {
		counts[task.FlowName{Namespace: s.Namespace, ID: s.FlowID}]++
		return nil
	})
	return counts, err
}

// Purge implements [task.Executions].
func (k keeper) Purge(ctx context.Context, f task.ExecutionFilter) (gone task.Purged, err error) {
	var all task.Purged
	want := func(s *execution.Summary) (bool, error) {
		has, err := k.belongings(ctx, s)
		all.TaskRuns += has.TaskRuns
		all.Lines += has.Lines
		all.Files += has.Files
		return true, err
	}
	err = k.deleteEnded(ctx, f, false, want, func(n int) {
		all.Executions += n
		gone = all
	})
	return gone, err
}

// belongings counts what goes with an execution.
func (k keeper) belongings(ctx context.Context, s *execution.Summary) (has task.Purged, err error) {
	state, err := k.store.Load(ctx, s.ID)
	if errors.Is(err, execution.ErrNotFound) { // it has gone meanwhile
		return has, nil
	}
	if err != nil {
		return has, err
	}
	files, err := k.files.List(ctx, ofExecution(s))
	if err != nil {
		return has, err
	}
	has.TaskRuns, has.Files = len(state.Runs), len(files)
	err = k.Logs(ctx, s.ID, func(task.Line) error { has.Lines++; return nil })
	return has, err
}

func ofExecution(s *execution.Summary) task.Origin {
	return task.Origin{Namespace: s.Namespace, Flow: s.FlowID, Execution: s.ID}
}

// PurgeFiles implements [task.Executions].
func (k keeper) PurgeFiles(ctx context.Context, f task.ExecutionFilter) (n int, err error) {
	err = k.each(ctx, f, func(s *execution.Summary) error {
		if !s.Head.Over() {
			return nil
		}
		files, err := k.files.List(ctx, ofExecution(s))
		for _, uri := range files {
			var deleted bool
			if deleted, err = k.files.Delete(ctx, ofExecution(s), uri); err != nil {
				return err
			}
			if deleted {
				n++
			}
		}
		return err
	})
	return n, err
}

// PurgeLogs implements [task.Executions].
func (k keeper) PurgeLogs(ctx context.Context, f task.ExecutionFilter, lines task.LineFilter) (n int, err error) {
	err = k.each(ctx, f, func(s *execution.Summary) error {
		deleted, err := k.store.DeleteLogs(ctx, s.ID, execution.LogFilter{Levels: lines.Levels, From: lines.From, To: lines.To})
		n += deleted
		return err
	})
	return n, err
}

// linesAtOnce is how many lines of a log are read at once.
const linesAtOnce = 1000

// Logs implements [task.Executions].
func (k keeper) Logs(ctx context.Context, id string, yield func(task.Line) error) error {
	for after := int64(0); ; {
		lines, err := k.store.Logs(ctx, id, after, linesAtOnce)
		if err != nil || len(lines) == 0 {
			return err
		}
		for i := range lines {
			l := &lines[i]
			level, err := task.ParseLevel(l.Level)
			if err != nil {
				return err
			}
			if err := yield(task.Line{Task: l.Task, Run: l.Run, Attempt: int(l.Attempt), Level: level, At: l.At, Message: l.Message}); err != nil {
				return err
			}
			after = l.Seq
		}
	}
}

// each calls do for the executions that f asks for, the newest first. What do does to them does not change which come.
func (k keeper) each(ctx context.Context, f task.ExecutionFilter, do func(s *execution.Summary) error) error {
	q := execution.Query{FlowID: f.Flow.ID, Statuses: f.Statuses, Before: math.MaxInt64, Limit: execution.MaxListLimit}
	if f.Flow.ID != "" {
		q.Namespace = f.Flow.Namespace
	}
	for q.Before > 0 {
		found, next, err := k.store.List(ctx, q)
		if err != nil {
			return err
		}
		for i := range found {
			s := &found[i]
			in := f.Flow.Namespace == "" || s.Namespace == f.Flow.Namespace || strings.HasPrefix(s.Namespace, f.Flow.Namespace+".")
			if !in || f.Execution != "" && f.Execution != s.ID || !execution.Within(s.Head.History.Start(), f.From, f.To) {
				continue
			}
			if err := do(s); err != nil {
				return err
			}
		}
		q.Before = next
	}
	return nil
}

// Toggle implements [task.Executions].
func (k keeper) Toggle(ctx context.Context, name task.FlowName, trigger string, on bool) error {
	served, ok := k.served.get(name)
	if !ok {
		return fmt.Errorf("Unable to find flow %s.%s", name.Namespace, name.ID) //nolint:staticcheck // Kestra's words
	}
	if !slices.Contains(served.triggers, trigger) {
		return fmt.Errorf("Unable to find trigger %s for the flow %s.%s", trigger, name.Namespace, name.ID) //nolint:staticcheck // Kestra's words
	}
	state := execution.TriggerState{Namespace: name.Namespace, FlowID: name.ID, TriggerID: trigger, Hash: served.hash, Disabled: !on}
	if err := k.store.Commit(ctx, &execution.Batch{Triggers: []execution.TriggerState{state}}); err != nil {
		return err
	}
	k.triggers.Load([]execution.TriggerState{state})
	return nil
}

// served are the flows that sites have, as they were opened last.
type served struct {
	mu    sync.RWMutex
	flows map[task.FlowName]servedFlow
}

// servedFlow is what is needed of a flow to switch its triggers.
type servedFlow struct {
	hash     [32]byte
	triggers []string // ids
}

func (s *served) add(f *flow.Flow) {
	known := servedFlow{hash: f.Hash}
	for _, t := range f.Triggers {
		known.triggers = append(known.triggers, t.ID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flows == nil {
		s.flows = map[task.FlowName]servedFlow{}
	}
	s.flows[task.FlowName{Namespace: f.Namespace, ID: f.ID}] = known
}

func (s *served) get(name task.FlowName) (servedFlow, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, ok := s.flows[name]
	return f, ok
}
