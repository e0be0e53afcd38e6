package javaregex

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// backtracking is a pattern compiled for regexp2, which has look-around and back references, and whose time cannot be
// predicted.
type backtracking struct {
	tries  []func() (*regexp2.Regexp, error) // the pattern with a growing limit of wall-clock time
	asks   condition
	groups int
	time   time.Duration
	clock  func() time.Duration // the processor time of the thread
}

// clockPeriod is the precision of regexp2's clock, of which a process has one.
const clockPeriod = 5 * time.Millisecond

// maxPrinted is how long a pattern that is printed for an engine may be, in bytes.
const maxPrinted = 256 << 10

// printedCost is the cost of compiling a byte of a printed pattern, in steps.
const printedCost = 2

// The period is one for all uses of regexp2, and its clock may run already when a pattern is compiled.
func init() { regexp2.SetTimeoutCheckPeriod(clockPeriod) }

// compileBacktracking compiles a tree for regexp2.
func compileBacktracking(tree *node, groups int, o Options) (*backtracking, error) {
	pattern, asks := backtrackingPattern(tree, groups)
	if len(pattern) > maxPrinted {
		return nil, ErrTooLarge
	}
	if o.Charge != nil {
		if err := o.Charge(printedCost * len(pattern)); err != nil {
			return nil, err
		}
	}
	b := &backtracking{asks: asks, groups: groups, time: o.Time, clock: processorTime}
	if b.time <= 0 {
		b.time = DefaultTime
	}
	// regexp2 limits the wall-clock time of a search, but the limit here is processor time. A search that ended on a busy
	// machine before it had used its processor time is tried again with more wall-clock time, and given up after the last try.
	for _, factor := range []int{1, 5, 25} {
		b.tries = append(b.tries, sync.OnceValues(func() (*regexp2.Regexp, error) {
			re, err := regexp2.Compile(pattern)
			if err != nil {
				return nil, &SyntaxError{Msg: "regular expression cannot be translated", At: 1}
			}
			re.MatchTimeout = (b.time + b.time/4 + 2*clockPeriod) * time.Duration(factor)
			return re, nil
		}))
	}
	_, err := b.tries[0]()
	return b, err
}

// lazily calls a function when its result is first needed.
func lazily[T any](f func() (T, error)) func() (T, error) { return sync.OnceValues(f) }

// backtrackingSearch searches a text by regexp2.
type backtrackingSearch struct {
	*backtracking
	runes   []rune
	offsets []int // where each rune begins in the text, and where the text ends
	meter   Meter
}

// runesPerStep is how many characters of a text are converted in the time of a step.
const runesPerStep = 16

func newBacktrackingSearch(b *backtracking, text string, meter Meter) (*backtrackingSearch, error) {
	if !b.asks.holds(text) {
		return nil, ErrText
	}
	if err := meter.Charge(len(text) / runesPerStep); err != nil {
		return nil, err
	}
	if err := meter.Allocate(12 * len(text)); err != nil {
		return nil, err
	}
	s := &backtrackingSearch{backtracking: b, meter: meter, runes: make([]rune, 0, len(text)), offsets: make([]int, 0, len(text)+1)}
	for i, r := range text {
		s.runes = append(s.runes, r)
		s.offsets = append(s.offsets, i)
	}
	s.offsets = append(s.offsets, len(text))
	return s, nil
}

// searchCost is the cost of a search besides its processor time, in steps.
const searchCost = 10

func (s *backtrackingSearch) search(from int) ([]int, error) {
	if err := s.meter.Charge(searchCost); err != nil {
		return nil, err
	}
	start, _ := slices.BinarySearch(s.offsets, from)
	// Processor time is counted by thread, so nothing else may run on this one.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, try := range s.tries {
		re, err := try()
		if err != nil {
			return nil, err
		}
		begin := s.clock()
		m, err := re.FindRunesMatchStartingAt(s.runes, start)
		used := s.clock() - begin
		if spent := s.meter.Spend(used); spent != nil {
			return nil, spent
		}
		switch {
		case err == nil:
			return s.spans(m), nil
		case errors.Is(err, regexp2.ErrBacktrackingStackLimit), used >= s.time:
			return nil, ErrLimit
		}
	}
	return nil, ErrBusy
}

func (s *backtrackingSearch) found() (bool, error) {
	at, err := s.search(0)
	return at != nil, err
}

// spans returns where the groups of a match begin and end in the text.
func (s *backtrackingSearch) spans(m *regexp2.Match) []int {
	if m == nil {
		return nil
	}
	at := make([]int, 0, 2*s.groups)
	for i := range s.groups {
		g := m.GroupByNumber(i)
		if g == nil || len(g.Captures) == 0 {
			at = append(at, -1, -1)
			continue
		}
		at = append(at, s.offsets[g.RuneIndex], s.offsets[g.RuneIndex+g.RuneLength])
	}
	return at
}
