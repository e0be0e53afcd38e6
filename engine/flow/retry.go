package flow

import (
	"math"
	"strconv"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Retry says when a task that failed is tried again.
type Retry struct {
	Kind        RetryKind
	Interval    time.Duration // of Constant and Exponential: before the second attempt
	MinInterval time.Duration // of Random
	MaxInterval time.Duration // of Exponential and Random
	Factor      float64       // of Exponential: each delay is that many times the one before
	MaxAttempts int           // with the first one; 0: any number
	MaxDuration time.Duration // from the first attempt to the last; 0: any
	Whole       bool          // the execution as a whole is tried again, as a new one
	Warning     bool          // a task that succeeds at last ends with WARNING
}

// RetryKind is how the delays of a [Retry] follow each other.
type RetryKind string

// The kinds of retry.
const (
	Constant    RetryKind = "constant"
	Exponential RetryKind = "exponential"
	Random      RetryKind = "random"
)

// After returns how long to wait after so many failed attempts, the first of which began that long ago; false when the task
// has failed for good. The fraction, from 0 to below 1, is the random part.
func (r *Retry) After(attempts int, since time.Duration, fraction float64) (time.Duration, bool) {
	if r.MaxAttempts > 0 && attempts >= r.MaxAttempts {
		return 0, false
	}
	delay := r.Interval
	switch r.Kind {
	case Exponential:
		delay = min(r.MaxInterval, time.Duration(min(float64(r.Interval)*math.Pow(r.Factor, float64(attempts-1)), math.MaxInt64/2)))
	case Random:
		delay = r.MinInterval + time.Duration(fraction*float64(r.MaxInterval-r.MinInterval))
	default: // Constant
	}
	return delay, r.MaxDuration == 0 || since+delay <= r.MaxDuration
}

const (
	defaultFactor  = 2 // of Kestra's exponential retry
	retryTheTask   = "RETRY_FAILED_TASK"
	retryTheWhole  = "CREATE_NEW_EXECUTION"
	oldMaxAttempts = "maxAttempt" // Kestra's name before 0.20, which still loads
)

var retryProperties = []Property{
	{Name: "type", Type: String, Required: true, Values: []string{string(Constant), string(Exponential), string(Random)}, Summary: "How the delays follow each other."},
	{Name: "interval", Type: Duration, Summary: "Of constant and exponential: before the second attempt."},
	{Name: "minInterval", Type: Duration, Summary: "Of random: the shortest delay."},
	{Name: "maxInterval", Type: Duration, Summary: "Of exponential and random: the longest delay."},
	{Name: "delayFactor", Type: String, Default: "2", Summary: "Of exponential: each delay is that many times the one before."},
	{Name: "maxAttempts", Type: Integer, Summary: "Attempts at most, the first one too."},
	{Name: oldMaxAttempts, Type: Integer, Summary: "The older name of maxAttempts."},
	{Name: "maxDuration", Type: Duration, Summary: "From the first attempt to the last."},
	{Name: "warningOnRetry", Type: Boolean, Default: "false", Summary: "A task that succeeds at last ends with WARNING."},
	{Name: "behavior", Type: String, Values: []string{retryTheTask, retryTheWhole}, Default: retryTheTask, Summary: "What is tried again."},
}

// retry reads the member `retry` of a task or a flow; nil when it has errors.
func (l *loader) retry(n *yaml.Node, path string) *Retry {
	before := l.errors
	m := l.noMembers(n, path)
	l.readMembers(&m, retryProperties, nil, n, nil)
	if l.errors > before {
		return nil
	}
	r := &Retry{
		Kind: RetryKind(m.Text("type")), Interval: m.Duration("interval"), MinInterval: m.Duration("minInterval"),
		MaxInterval: m.Duration("maxInterval"), MaxDuration: m.Duration("maxDuration"), Factor: defaultFactor, Warning: m.Bool("warningOnRetry"),
	}
	needed := map[RetryKind][]string{Constant: {"interval"}, Exponential: {"interval", "maxInterval"}, Random: {"minInterval", "maxInterval"}}[r.Kind]
	for _, name := range needed {
		if !m.Has(name) {
			l.report(SeverityError, m.Pos, path+"."+name, "is missing")
		}
	}
	for _, name := range []string{"maxAttempts", oldMaxAttempts} {
		if !m.Has(name) {
			continue
		}
		if n := m.Int(name); n < 1 || n > math.MaxInt32 {
			l.add(m.Errorf(name, "must be greater than or equal to 1"))
		} else {
			r.MaxAttempts = int(n)
		}
	}
	if m.Has("delayFactor") {
		factor, err := strconv.ParseFloat(m.Text("delayFactor"), 64)
		if err != nil || !(factor > 0) || math.IsInf(factor, 0) {
			l.add(m.Errorf("delayFactor", "must be a positive number"))
		}
		r.Factor = factor
	}
	r.Whole = m.Text("behavior") == retryTheWhole
	l.retryOrder(&m, "interval", "maxDuration")
	l.retryOrder(&m, "interval", "maxInterval")
	l.retryOrder(&m, "minInterval", "maxInterval")
	if r.Kind == Random {
		l.retryOrder(&m, "maxInterval", "maxDuration") // that of exponential may be longer
	}
	if l.errors > before {
		return nil
	}
	return r
}

// retryOrder checks that a duration is less than another, in Kestra's words (recorded cases "interval longer than maxDuration" and
// "random min above max").
func (l *loader) retryOrder(m *Members, smaller, larger string) {
	if m.Has(smaller) && m.Has(larger) && m.Duration(smaller) >= m.Duration(larger) {
		l.add(m.Errorf(smaller, "'%s' must be less than '%s'", smaller, larger))
	}
}
