package cel

import (
	"fmt"
	"time"

	"cel.dev/cel-go/interpreter"
)

// MaxWork is how many units of work one evaluation may do; a unit takes at most about a tenth of a microsecond. Work and
// bytes are counted and time is not, so that the same request has the same answer on every machine, however busy it is.
const MaxWork = 500_000

// maxBytes is how many bytes of values one evaluation may make.
const maxBytes = 64 << 20

// A meter takes from the shared [Work] and [Memory] in pieces. The first units and bytes are free, so that most expressions
// never ask.
const (
	freeWork    = 1_000
	workPiece   = 10_000
	freeMemory  = 16 << 10
	memoryPiece = 256 << 10
)

// meter bounds one evaluation: work is charged before it is done and bytes before they are allocated, by the worst case.
// A nil meter charges nothing; it is for values that are known to be small.
type meter struct {
	request            *Request
	work, workLeft     int // units granted and not yet spent, and units that may still be granted
	memory, memoryLeft int // bytes, likewise
}

func newMeter(r *Request) meter {
	return meter{request: r, work: freeWork, workLeft: MaxWork - freeWork, memory: freeMemory, memoryLeft: maxBytes - freeMemory}
}

// spend charges units of work. When none are left it ends the evaluation as CEL's own limit does, by a panic that the
// interpreter turns into an error. An error value would not end it: || and loops go on after one.
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
	if work := m.request.Work; work != nil && !work.Take(piece) {
		cancel(interpreter.CostLimitExceeded, "took too many steps, together with the conditions before it")
	}
	if !m.request.Deadline.IsZero() && !time.Now().Before(m.request.Deadline) {
		cancel(interpreter.ContextCancelled, "could not be answered in time: the server is too busy")
	}
	m.workLeft -= piece
	m.work += piece
}

// take charges bytes, before they are allocated. Values that the evaluation drops are not given back.
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
		cancel(interpreter.MemoryLimitExceeded, fmt.Sprintf("makes more than %d MiB of values", maxBytes>>20))
	}
	piece := min(max(memoryPiece, need), m.memoryLeft)
	if account := m.request.Memory; account != nil && account.Take(int64(piece)) != nil {
		cancel(interpreter.ContextCancelled, "could not be answered: there is no memory left for it now")
	}
	m.memoryLeft -= piece
	m.memory += piece
}

func cancel(cause interpreter.CancellationCause, message string) {
	panic(interpreter.EvalCancelledError{Cause: cause, Message: message})
}

// meterName is the variable that holds the meter of an evaluation. No expression can write it, since @ starts no name.
const meterName = "@meter"

// meterOf returns the meter of an evaluation; nil where an expression is folded while it is compiled.
func meterOf(frame *interpreter.ExecutionFrame) *meter {
	found, _ := frame.ResolveName(meterName)
	m, _ := found.(*meter)
	return m
}
