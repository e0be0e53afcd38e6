package meter

import "time"

// Limits bound what one evaluation can cost. All of them count; none has a default here.
type Limits struct {
	Steps       int           // pieces of work, of about 100 ns each
	OutputBytes int           // text, intermediate texts included
	Depth       int           // nesting of expressions, macros and render() calls
	RangeItems  int           // items of one list or map that the language makes
	Memory      int           // bytes of texts, lists and maps
	RegexTime   time.Duration // processor time of searches whose work cannot be foretold
}

// Account is the memory that evaluations take memory from before they make something large.
type Account interface {
	// Take takes bytes; an error means that there are not as many left now. Nobody gives them back one by one: the owner
	// of the account does when the evaluation has ended.
	Take(bytes int64) error
}

// Meter is what one evaluation may still spend. It serves one goroutine, and is made ready by [Meter.Reset].
type Meter struct {
	limits    *Limits
	account   Account       // nil: memory is bounded by the limits alone
	steps     int           // left
	bytes     int           // of text, left
	depth     int           // left
	memory    int           // bytes left
	granted   int           // bytes of them that the account has given and that are not used yet
	texts     int           // total text bytes seen by the last walk
	regexTime time.Duration // left
	paid      []paid        // entries of caches that need no further steps
}

// Reset gives the meter all that limits allow, and an account or nil.
func (m *Meter) Reset(limits *Limits, account Account) {
	m.limits, m.account = limits, account
	m.steps, m.bytes, m.depth = limits.Steps, limits.OutputBytes, limits.Depth
	m.memory, m.granted = limits.Memory, FreeMemory
	m.regexTime = limits.RegexTime
	m.texts, m.paid = 0, m.paid[:0]
}

// Release forgets the last evaluation, of which a meter that rests in a pool keeps nothing alive.
func (m *Meter) Release() {
	clear(m.paid)
	m.limits, m.account, m.paid = nil, nil, m.paid[:0]
}

// Charge takes steps.
func (m *Meter) Charge(steps int) error {
	if m.steps -= steps; m.steps < 0 {
		return m.tooManySteps()
	}
	return nil
}

func (m *Meter) tooManySteps() error {
	return NewFault(ClassLimit, -1, "evaluation takes more than %d steps", m.limits.Steps)
}

// Owe takes steps whose lack the next charge reports.
func (m *Meter) Owe(steps int) { m.steps -= steps }

// left returns how many steps are left.
func (m *Meter) left() int {
	if m == nil {
		return 0
	}
	return m.steps
}

// What looking at text costs: how many bytes make a step.
const (
	TextPerStep   = 512 // compared or copied as a whole
	TextPerCount  = 48  // searched, or counted character by character
	TextPerChange = 4   // changed character by character, by tables of Unicode
)

// ChargeText charges for reading texts from their beginning to their end.
func (m *Meter) ChargeText(texts ...string) error {
	n := 0
	for _, text := range texts {
		n += len(text) / TextPerCount
	}
	return m.Charge(n)
}

// ChargeOutput charges for bytes of text that are made.
func (m *Meter) ChargeOutput(bytes int) error {
	if m.bytes -= bytes; m.bytes < 0 {
		return m.tooMuchText()
	}
	return m.Allocate(bytes)
}

func (m *Meter) tooMuchText() error {
	return NewFault(ClassLimit, -1, "evaluation makes more than %d bytes of text", m.limits.OutputBytes)
}

// ChargeItems checks that a list of n items may be made, and charges for it.
func (m *Meter) ChargeItems(n int) error {
	if n > m.limits.RangeItems {
		return m.TooManyItems()
	}
	if err := m.Charge(n); err != nil {
		return err
	}
	return m.Allocate(n * ItemBytes)
}

// MaxItems returns how many items a list may have.
func (m *Meter) MaxItems() int { return m.limits.RangeItems }

// TooManyItems is the error of a list with more than that.
func (m *Meter) TooManyItems() error {
	return NewFault(ClassLimit, -1, "list has more than %d items", m.limits.RangeItems)
}

// Descend counts one level of nesting; ascend gives it back.
func (m *Meter) Descend() error {
	if m.depth--; m.depth < 0 {
		return m.tooDeep()
	}
	return nil
}

func (m *Meter) tooDeep() error {
	return NewFault(ClassLimit, -1, "evaluation is nested deeper than %d levels", m.limits.Depth)
}

// Ascend leaves a level of nesting.
func (m *Meter) Ascend() { m.depth++ }

// Spend takes processor time that a search of regular expressions has used.
func (m *Meter) Spend(used time.Duration) error {
	if m.regexTime -= used; m.regexTime < 0 {
		return NewFault(ClassLimit, -1, "regular expressions take more than %s of the processor", m.limits.RegexTime)
	}
	return nil
}

// MaxRegexTime returns how much of it there was at first.
func (m *Meter) MaxRegexTime() time.Duration { return m.limits.RegexTime }
