package condition

import (
	"fmt"
	"sync/atomic"
	"time"

	"cel.dev/cel-go/interpreter"
)

// Limits of CEL conditions (spec/expressions.md §5.3). They count work and bytes, never time: the same request has the same
// answer on every machine, however busy it is. A unit of work takes about a tenth of a microsecond at most.
const (
	celWork     = 500_000     // units of one evaluation
	requestWork = 4 * celWork // units of all conditions of one request together
	celMemory   = 64 << 20    // bytes of the values that one evaluation makes
)

// How a meter draws from what it shares with others: nothing before an evaluation is worth it, and then in pieces.
const (
	freeWork    = 1_000
	workPiece   = 10_000
	freeMemory  = 16 << 10
	memoryPiece = 256 << 10
)

// Work counts what the conditions of one request have done so far. Its zero value has done nothing.
type Work struct{ done atomic.Int64 }

// take reports whether the conditions of the request may do n units more.
func (w *Work) take(n int) bool { return w.done.Add(int64(n)) <= requestWork }

// meter bounds one evaluation: each piece of work and each value that is made is charged before, by what it takes at worst.
// A nil meter charges nothing, which is for what is known to be small.
type meter struct {
	event              *Event
	work, workLeft     int // units that may be spent, and that may still be granted after them
	memory, memoryLeft int // bytes, likewise
}

func newMeter(e *Event) meter {
	return meter{event: e, work: freeWork, workLeft: celWork - freeWork, memory: freeMemory, memoryLeft: celMemory - freeMemory}
}

// spend charges units of work. When there are no more, it ends the evaluation as CEL's own limit does, by a panic that the
// interpreter turns into its error: an error value could be passed over by || and by loops.
func (m *meter) spend(units int) {
	if m == nil {
		return
	}
	if m.work -= units; m.work < 0 {
		m.grantWork()
	}
}

func (m *meter) grantWork() {
	need := -m.work
	if need > m.workLeft {
		cancel(interpreter.CostLimitExceeded, "took too many steps")
	}
	piece := min(max(workPiece, need), m.workLeft)
	if !m.event.Work.take(piece) {
		cancel(interpreter.CostLimitExceeded, "took too many steps, together with the conditions before it")
	}
	if !m.event.Deadline.IsZero() && !time.Now().Before(m.event.Deadline) {
		cancel(interpreter.ContextCancelled, "could not be answered in time: the server is too busy")
	}
	m.workLeft -= piece
	m.work += piece
}

// take charges bytes, before they are allocated. What is dropped during the evaluation is not given back.
func (m *meter) take(bytes int) {
	if m == nil {
		return
	}
	if m.memory -= bytes; m.memory < 0 {
		m.grantMemory()
	}
}

func (m *meter) grantMemory() {
	need := -m.memory
	if need > m.memoryLeft {
		cancel(interpreter.MemoryLimitExceeded, fmt.Sprintf("makes more than %d MiB of values", celMemory>>20))
	}
	piece := min(max(memoryPiece, need), m.memoryLeft)
	if account := m.event.Pebble.Memory; account != nil && account.Take(int64(piece)) != nil {
		cancel(interpreter.ContextCancelled, "could not be answered: there is no memory left for it now")
	}
	m.memoryLeft -= piece
	m.memory += piece
}

func cancel(cause interpreter.CancellationCause, message string) {
	panic(interpreter.EvalCancelledError{Cause: cause, Message: message})
}

// meterName is the name under which evaluations give their meter. No expression can write it.
const meterName = "@meter"

// meterOf returns the meter of an evaluation; nil where an expression is folded while it is compiled.
func meterOf(frame *interpreter.ExecutionFrame) *meter {
	found, _ := frame.ResolveName(meterName)
	m, _ := found.(*meter)
	return m
}
