package runner

import (
	"fmt"
	"math"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// journal collects the lines of an execution's log until they are committed. Of more than [journalBytes] the oldest go, and a
// line in their place says how many they were.
type journal struct {
	gate   sync.RWMutex // held while lines are on their way into the store, for those who read both
	mu     sync.Mutex
	lines  []execution.LogLine
	bytes  int
	gone   int  // that were left out since the last commit
	closed bool // nothing will be committed any more
}

const (
	journalBytes = 1 << 20
	lineBytes    = 160 // of a line, beside its message
)

// Keep implements [task.Journal].
func (a *actor) Keep(run, taskID string, attempt int32, level task.Level, message string) {
	line := execution.LogLine{
		Execution: a.state.ID, Run: run, Task: taskID, Attempt: attempt, Level: level.String(), At: a.runner.now(), Message: message,
	}
	if grown := a.journal.add(line); grown != 0 {
		a.claim.Charge(int64(grown))
	}
}

// add adds a line, and returns by how many bytes the journal has grown.
func (j *journal) add(line execution.LogLine) (grown int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return 0
	}
	before := j.bytes
	j.lines = append(j.lines, line)
	j.bytes += lineBytes + len(line.Message)
	for j.bytes > journalBytes && len(j.lines) > 1 {
		j.bytes -= lineBytes + len(j.lines[0].Message)
		j.lines[0] = execution.LogLine{}
		j.lines = j.lines[1:]
		j.gone++
	}
	return j.bytes - before
}

// forget drops the lines of a task run, or with "" of the execution itself, that an evaluation wrote which is void, and returns
// how many bytes they took. Nothing else of a run is uncommitted while it evaluates.
func (j *journal) forget(run string) (bytes int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.lines[:0]
	for _, line := range j.lines {
		if line.Run == run {
			bytes += lineBytes + len(line.Message)
			continue
		}
		kept = append(kept, line)
	}
	clear(j.lines[len(kept):])
	j.lines = kept
	j.bytes -= bytes
	return bytes
}

// take empties the journal, and returns the lines and how many bytes they took. When there are some, [journal.taken] must follow
// once they are in the store.
func (j *journal) take() (lines []execution.LogLine, bytes int) {
	j.mu.Lock()
	some := len(j.lines) > 0 // nobody else takes them
	j.mu.Unlock()
	if !some {
		return nil, 0
	}
	j.gate.Lock()
	j.mu.Lock()
	defer j.mu.Unlock()
	lines, bytes = j.lines, j.bytes
	if j.gone > 0 {
		note := execution.LogLine{
			Execution: lines[0].Execution, Level: task.Warn.String(), At: lines[0].At, Message: fmt.Sprintf("%d lines are left out here", j.gone),
		}
		lines = append([]execution.LogLine{note}, lines...)
	}
	j.lines, j.bytes, j.gone = nil, 0, 0 // the store may hold them
	return lines, bytes
}

func (j *journal) taken() { j.gate.Unlock() }

// ErrorLogs implements [pebble.Logs]: the members are Kestra's, but for the name of a thread.
func (a *actor) ErrorLogs() ([]*value.Map, error) {
	j := &a.journal
	j.gate.RLock()
	defer j.gate.RUnlock()
	lines, err := a.runner.store.Logs(a.runner.context, a.state.ID, 0, math.MaxInt)
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	lines = append(lines, j.lines...)
	j.mu.Unlock()
	return errorLogs(a.state, lines), nil
}

// errorLogs returns the lines of level ERROR of an execution's log, as expressions see them.
func errorLogs(s *execution.State, lines []execution.LogLine) []*value.Map {
	var errors []*value.Map
	for i := range lines {
		if l := &lines[i]; l.Level == task.Error.String() {
			errors = append(errors, errorLog(s, l))
		}
	}
	return errors
}

func errorLog(s *execution.State, l *execution.LogLine) *value.Map {
	m := value.NewMap(10)
	add := func(name, text string) {
		if text != "" {
			m.Set(name, value.String(text))
		}
	}
	add("tenantId", flow.Tenant)
	add("namespace", s.Namespace)
	add("flowId", s.FlowID)
	add("taskId", l.Task)
	add("executionId", l.Execution)
	add("taskRunId", l.Run)
	m.Set("attemptNumber", value.Int(int64(l.Attempt)))
	m.Set("timestamp", value.Time(l.At))
	add("level", l.Level)
	m.Set("message", value.String(l.Message))
	return m
}

// close says that nothing will be committed any more.
func (j *journal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines, j.closed = nil, true
}
