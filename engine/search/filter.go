package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Filter is one condition, as a client writes it.
type Filter struct {
	Field string // in the words of Kestra's API, as in flowId
	Op    string // as in EQUALS
	Key   string // of labels alone: whose value is meant; may be empty
	Value string
}

// Resource is what is looked for.
type Resource string

// The resources.
const (
	Executions Resource = "EXECUTION"
	Flows      Resource = "FLOW"
)

// fields are those of each resource.
var fields = map[Resource][]string{
	Executions: {"q", "scope", "namespace", "flowId", "kind", "labels", "startDate", "endDate", "state", "timeRange", "triggerExecutionId", "childFilter"},
	Flows:      {"q", "scope", "namespace", "flowId", "labels"},
}

// The operations.
const (
	equals      = "EQUALS"
	notEquals   = "NOT_EQUALS"
	in          = "IN"
	notIn       = "NOT_IN"
	contains    = "CONTAINS"
	startsWith  = "STARTS_WITH"
	endsWith    = "ENDS_WITH"
	matches     = "REGEX"
	prefix      = "PREFIX"
	after       = "GREATER_THAN"
	before      = "LESS_THAN"
	notBefore   = "GREATER_THAN_OR_EQUAL_TO"
	notAfter    = "LESS_THAN_OR_EQUAL_TO"
	maxFilters  = 64
	maxValue    = 4096 // bytes
	systemSpace = "system"
)

var (
	whether = []string{equals, notEquals}
	either  = []string{equals, notEquals, in, notIn}
	texts   = []string{equals, notEquals, contains, startsWith, endsWith, matches, in, notIn, prefix}
	ids     = []string{equals, notEquals, contains, startsWith, endsWith, in, notIn}
	times   = []string{notBefore, after, notAfter, before, equals, notEquals}
)

// operations are those of each field.
var operations = map[string][]string{
	"q": whether, "scope": whether, "namespace": texts, "flowId": texts, "kind": either, "state": either,
	"labels": {equals, notEquals, in, notIn, contains}, "startDate": times, "endDate": times, "timeRange": {equals},
	"triggerExecutionId": ids, "childFilter": whether,
}

// UnfitError is the error of a filter that is well formed and does not fit what is looked for. Kestra answers it with another status than
// one whose field or value is none.
type UnfitError struct{ Message string }

// Error says what does not fit.
func (e *UnfitError) Error() string { return "Provided query filters are invalid: " + e.Message }

// Query is what is looked for: all that every filter holds for.
type Query struct {
	store execution.Query // by which a store looks at fewer
	tests []test
}

type test func(s *execution.Summary) bool

// New returns the query of these filters. now is when ranges of time end. An error is [*UnfitError], or says what is wrong in words that
// Kestra uses where it has some.
func New(r Resource, filters []Filter, now time.Time) (*Query, error) {
	if len(filters) > maxFilters {
		return nil, fmt.Errorf("there are more than %d filters", maxFilters)
	}
	q := &Query{}
	for _, f := range filters {
		if err := q.add(r, f, now); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *Query) add(r Resource, f Filter, now time.Time) error {
	known := operations[f.Field]
	switch {
	case known == nil:
		return fmt.Errorf("Unsupported field '%s'. Expected one of: [%s]", f.Field, strings.Join(fields[r], ", ")) //nolint:staticcheck // Kestra's words
	case !isOperation(f.Op):
		return fmt.Errorf("Unsupported operation '%s'", f.Op) //nolint:staticcheck // as Kestra's messages
	case !slices.Contains(known, f.Op):
		return &UnfitError{fmt.Sprintf("Operation %s is not supported for field %s. Supported operations are %s", f.Op, constant(f.Field), strings.Join(known, ", "))}
	case !slices.Contains(fields[r], f.Field):
		return &UnfitError{fmt.Sprintf("Field %s is not supported for resource %s", constant(f.Field), r)}
	case len(f.Value) > maxValue:
		return fmt.Errorf("the value of %s is longer than %d bytes", f.Field, maxValue)
	case f.Key != "" && f.Field != "labels":
		return fmt.Errorf("%s has no keys", f.Field)
	}
	holds, err := q.compile(f, now)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Field, err)
	}
	q.tests = append(q.tests, holds)
	return nil
}

func isOperation(op string) bool { return slices.Contains(texts, op) || slices.Contains(times, op) }

// constant returns a field as Kestra's messages name it, as in FLOW_ID.
func constant(field string) string {
	if field == "q" {
		return "QUERY"
	}
	var b strings.Builder
	for _, r := range field {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// compile returns what decides about a filter whose field and operation are known.
func (q *Query) compile(f Filter, now time.Time) (test, error) {
	switch f.Field {
	case "q":
		return query(f), nil
	case "scope":
		return scope(f)
	case "namespace":
		if f.Op == equals && q.store.Namespace == "" {
			q.store.Namespace = f.Value
		}
		return textTest(f, func(s *execution.Summary) string { return s.Namespace })
	case "flowId":
		if f.Op == equals && q.store.FlowID == "" {
			q.store.FlowID = f.Value
		}
		return textTest(f, func(s *execution.Summary) string { return s.FlowID })
	case "kind":
		return kind(f)
	case "state":
		return q.state(f)
	case "labels":
		return labels(f)
	case "triggerExecutionId":
		return textTest(f, func(s *execution.Summary) string { return s.StartedBy })
	case "childFilter":
		return child(f)
	case "timeRange":
		return q.timeRange(f, now)
	default:
		return q.date(f)
	}
}

// Store returns the part of the query that a store decides by its indexes. What it finds is still to be asked [Query.Has].
func (q *Query) Store() execution.Query { return q.store }

// Has reports whether every filter holds.
func (q *Query) Has(s *execution.Summary) bool {
	for _, holds := range q.tests {
		if !holds(s) {
			return false
		}
	}
	return true
}

var errEmpty = errors.New("it has no value")
