package search

import (
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// layouts are those of dates; one without a zone is in UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04"}

func parseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, errEmpty
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date, as 2026-11-29T13:00:00Z is", text)
}

// date decides by when an execution began, of which startDate and endDate are bounds, as in Kestra.
func (q *Query) date(f Filter) (test, error) {
	at, err := parseDate(f.Value)
	if err != nil {
		return nil, err
	}
	start := func(s *execution.Summary) time.Time { return s.Head.History.Start() }
	switch f.Op {
	case notBefore, after:
		q.since(at)
		if f.Op == after {
			return func(s *execution.Summary) bool { return start(s).After(at) }, nil
		}
		return func(s *execution.Summary) bool { return !start(s).Before(at) }, nil
	case before:
		return func(s *execution.Summary) bool { return start(s).Before(at) }, nil
	case notAfter:
		return func(s *execution.Summary) bool { return !start(s).After(at) }, nil
	case equals:
		return func(s *execution.Summary) bool { return start(s).Equal(at) }, nil
	default: // notEquals
		return func(s *execution.Summary) bool { return !start(s).Equal(at) }, nil
	}
}

// timeRange decides by whether an execution began within a duration before now.
func (q *Query) timeRange(f Filter, now time.Time) (test, error) {
	d, err := flow.ParseDuration(f.Value)
	if err != nil || d < 0 {
		return nil, fmt.Errorf("%q is no duration, as PT1H is", f.Value)
	}
	from := now.Add(-d)
	q.since(from)
	return func(s *execution.Summary) bool { return !s.Head.History.Start().Before(from) }, nil
}

// since lets a store look at those alone that began at a time or later.
func (q *Query) since(at time.Time) {
	if at.After(q.store.Since) {
		q.store.Since = at
	}
}
