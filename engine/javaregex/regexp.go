package javaregex

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Options say how a pattern is compiled.
type Options struct {
	// Whole makes the pattern match whole texts only, as Java's String.matches.
	Whole bool
	// Charge pays for the work, in steps; an error of it ends the compilation. It may be nil.
	Charge func(steps int) error
	// Time is how much processor time one search of the backtracking engine may take; 0 means [DefaultTime].
	Time time.Duration
}

// DefaultTime is the time of one search of the backtracking engine.
const DefaultTime = 30 * time.Millisecond

// MaxPattern is the longest pattern, in bytes.
const MaxPattern = 10_000

// Errors of Compile and of searches, beside [*SyntaxError] and what a [Meter] returns.
var (
	// ErrTooLarge is a pattern that is too long, or becomes too large when its classes are spelled out.
	ErrTooLarge = errors.New("regular expression is too large")
	// ErrLimit is a search that took more processor time or memory than it may. It would most likely do so again.
	ErrLimit = errors.New("regular expression takes too long or needs too much memory")
	// ErrBusy is a search that a busy machine could not finish in a reasonable time, though it used little processor time.
	ErrBusy = errors.New("the machine is too busy for a regular expression")
	// ErrText is a text that cannot be searched as Java would search it with this pattern.
	ErrText = errors.New("a back reference without regard to case is supported with (?u), or in texts without letters beyond ASCII")
)

// Meter pays for searches. An error of it ends the search, which returns it.
type Meter interface {
	// Charge takes steps. A step is about 100 ns; the same search always takes the same number.
	Charge(steps int) error
	// Allocate takes bytes of memory.
	Allocate(bytes int) error
	// Spend takes processor time that a search of the backtracking engine has used.
	Spend(used time.Duration) error
}

// Regexp is a compiled pattern of Java's. It is safe for concurrent use.
type Regexp struct {
	names        []string // of groups, by number
	linear       *linear  // nil where Go cannot express the pattern
	asks         condition
	backtracking func() (*backtracking, error)
}

// Compile compiles a pattern. The error is a [*SyntaxError], [ErrTooLarge] or what Charge returned.
func Compile(pattern string, o Options) (*Regexp, error) {
	if len(pattern) > MaxPattern {
		return nil, ErrTooLarge
	}
	tree, names, err := parse(pattern, o.Charge)
	if err != nil {
		return nil, err
	}
	if o.Whole {
		tree = concat(&node{op: opBegin}, tree, &node{op: opEnd})
	}
	re := &Regexp{names: names}
	if re.linear, re.asks, err = compileLinear(tree, o.Charge); err != nil {
		return nil, err
	}
	re.backtracking = lazily(func() (*backtracking, error) { return compileBacktracking(tree, len(names), o) })
	if re.linear == nil {
		_, err = re.backtracking()
	}
	return re, err
}

// NumGroups returns how many groups the pattern has.
func (re *Regexp) NumGroups() int { return len(re.names) - 1 }

// GroupName returns the name of a group by its number; "" when it has none.
func (re *Regexp) GroupName(n int) string { return re.names[n] }

// GroupNumber returns the number of the group with a name, or -1.
func (re *Regexp) GroupNumber(name string) int {
	if name == "" {
		return -1
	}
	return slices.Index(re.names, name)
}

// Match is where a pattern matched.
type Match struct {
	Text string // that was searched
	re   *Regexp
	at   []int // begin and end of every group, in bytes; -1 for one that took no part
}

// Regexp returns the pattern that matched.
func (m Match) Regexp() *Regexp { return m.re }

// Start returns where the match begins, in bytes.
func (m Match) Start() int { return m.at[0] }

// End returns where the match ends, in bytes.
func (m Match) End() int { return m.at[1] }

// Span returns where a group begins and ends, in bytes, and whether it took part in the match. Group 0 is the match.
func (m Match) Span(group int) (start, end int, ok bool) {
	start, end = m.at[2*group], m.at[2*group+1]
	return start, end, start >= 0
}

// Group returns the text of a group, and whether it took part in the match. Group 0 is the match.
func (m Match) Group(group int) (string, bool) {
	start, end, ok := m.Span(group)
	if !ok {
		return "", false
	}
	return m.Text[start:end], true
}

// searcher searches a text.
type searcher interface {
	// search finds the first match that begins at from or after it; nil when there is none.
	search(from int) ([]int, error)
	// found reports whether there is a match at all.
	found() (bool, error)
}

// textPerStep is how many bytes are looked through in the time of a step.
const textPerStep = 64

// Matches calls each for every match in a text, from left to right, until it returns false or an error.
func (re *Regexp) Matches(text string, meter Meter, each func(Match) (more bool, err error)) error {
	in, err := re.searcher(text, meter)
	if err != nil {
		return err
	}
	for from := 0; from <= len(text); {
		at, err := in.search(from)
		if err != nil || at == nil {
			return err
		}
		if more, err := each(Match{text, re, at}); err != nil || !more {
			return err
		}
		if from = at[1]; at[0] == at[1] {
			_, width := utf8.DecodeRuneInString(text[from:])
			from += max(width, 1)
		}
	}
	return nil
}

// Match reports whether there is a match in a text.
func (re *Regexp) Match(text string, meter Meter) (bool, error) {
	in, err := re.searcher(text, meter)
	if err != nil {
		return false, err
	}
	return in.found()
}

// searcher looks through a text and returns a search of it by an engine that answers as Java does.
func (re *Regexp) searcher(text string, meter Meter) (searcher, error) {
	if err := meter.Charge(1 + len(text)/textPerStep); err != nil {
		return nil, err
	}
	if re.linear != nil && re.asks.holds(text) {
		return &linearSearch{linear: re.linear, text: text, meter: meter}, nil
	}
	b, err := re.backtracking()
	if err != nil {
		return nil, err
	}
	return newBacktrackingSearch(b, text, meter)
}

// holds reports whether a text has all the properties.
func (c condition) holds(text string) bool {
	if c == 0 {
		return true
	}
	if c&noLastBreak != 0 {
		if last, _ := utf8.DecodeLastRuneInString(text); lineBreaks().has(last) {
			return false
		}
	}
	if c&noLastNewline != 0 && (text == "" || strings.HasSuffix(text, "\n")) {
		return false
	}
	if c&onlyNewlines != 0 && strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
		return false
	}
	if c&plainCase != 0 && strings.ContainsFunc(text, foreignCase) {
		return false
	}
	return c&(noMarks|onlyASCII) == 0 || isASCII(text) || c&onlyASCII == 0 && !strings.ContainsFunc(text, isMark)
}

func isMark(r rune) bool { return unicode.Is(unicode.Mn, r) }

// foreignCase reports whether a character that is not in ASCII has another case.
func foreignCase(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.ToLower(r) != r || unicode.ToUpper(r) != r)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
