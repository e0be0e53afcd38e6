package search

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// values returns those of IN and NOT_IN.
func values(text string) []string { return strings.Split(text, ",") }

// textTest decides by a text. A regular expression is one of RE2, whose time is proportional to the text, and matches a part of it.
func textTest(f Filter, of func(s *execution.Summary) string) (test, error) {
	holds := func(string) bool { return false }
	list := values(f.Value)
	switch f.Op {
	case equals, notEquals:
		holds = func(text string) bool { return text == f.Value }
	case in, notIn:
		holds = func(text string) bool { return slices.Contains(list, text) }
	case contains:
		holds = func(text string) bool { return strings.Contains(text, f.Value) }
	case startsWith:
		holds = func(text string) bool { return strings.HasPrefix(text, f.Value) }
	case endsWith:
		holds = func(text string) bool { return strings.HasSuffix(text, f.Value) }
	case prefix:
		holds = func(text string) bool { return text == f.Value || strings.HasPrefix(text, f.Value+".") }
	case matches:
		expression, err := regexp.Compile(f.Value)
		if err != nil {
			return nil, fmt.Errorf("%q is no regular expression here: %w", f.Value, err)
		}
		holds = expression.MatchString
	}
	not := f.Op == notEquals || f.Op == notIn
	return func(s *execution.Summary) bool { return holds(of(s)) != not }, nil
}

// query decides by a text that stands in the id, the namespace or the flow's id, in any case.
func query(f Filter) test {
	wanted := strings.ToLower(f.Value)
	return func(s *execution.Summary) bool {
		found := false
		for _, text := range []string{s.ID, s.Namespace, s.FlowID} {
			found = found || strings.Contains(strings.ToLower(text), wanted)
		}
		return found != (f.Op == notEquals)
	}
}

// scope decides by whether the namespace is Kestra's own.
func scope(f Filter) (test, error) {
	var user, system bool
	for _, name := range values(f.Value) {
		switch name {
		case "USER":
			user = true
		case "SYSTEM":
			system = true
		default:
			return nil, fmt.Errorf("%q is neither USER nor SYSTEM", name)
		}
	}
	return func(s *execution.Summary) bool {
		has := user
		if s.Namespace == systemSpace {
			has = system
		}
		return has != (f.Op == notEquals)
	}, nil
}

// kind decides by what an execution is for; all are ordinary ones.
func kind(f Filter) (test, error) {
	names := values(f.Value)
	for _, name := range names {
		if name != "NORMAL" && name != "TEST" && name != "PLAYGROUND" {
			return nil, fmt.Errorf("%q is no kind of execution, as NORMAL is", name)
		}
	}
	has := slices.Contains(names, "NORMAL") != (f.Op == notEquals || f.Op == notIn)
	return func(*execution.Summary) bool { return has }, nil
}

// state decides by the present state.
func (q *Query) state(f Filter) (test, error) {
	wanted := map[execution.Status]bool{}
	for _, name := range values(f.Value) {
		status, ok := flow.ParseStatus(name)
		if !ok {
			return nil, fmt.Errorf("%q is no state of an execution, as FAILED is", name)
		}
		wanted[status] = true
	}
	if f.Op == equals || f.Op == in {
		if q.store.Statuses == nil {
			for status := range wanted {
				q.store.Statuses = append(q.store.Statuses, status)
			}
			slices.Sort(q.store.Statuses)
		}
		return func(s *execution.Summary) bool { return wanted[s.Head.History.Current()] }, nil
	}
	return func(s *execution.Summary) bool { return !wanted[s.Head.History.Current()] }, nil
}

// labels decides by labels. Without a key the value is a list of key:value; then EQUALS asks for all of them, and IN for one.
func labels(f Filter) (test, error) {
	has := func(s *execution.Summary, key, text string) bool {
		return slices.Contains(s.Head.Labels, flow.Label{Key: key, Value: text})
	}
	var pairs [][2]string
	for _, text := range values(f.Value) {
		key, v, ok := f.Key, text, f.Key != ""
		if !ok {
			key, v, ok = strings.Cut(text, ":")
		}
		if !ok && f.Op != contains {
			return nil, fmt.Errorf("%q is no label: write key:value", text)
		}
		pairs = append(pairs, [2]string{key, v})
	}
	if f.Key != "" && f.Op != in && f.Op != notIn { // a value may have commas
		pairs = [][2]string{{f.Key, f.Value}}
	}
	count := func(s *execution.Summary) (n int) {
		for _, pair := range pairs {
			if has(s, pair[0], pair[1]) {
				n++
			}
		}
		return n
	}
	switch f.Op {
	case equals:
		return func(s *execution.Summary) bool { return count(s) == len(pairs) }, nil
	case notEquals:
		return func(s *execution.Summary) bool { return count(s) < len(pairs) }, nil
	case in:
		return func(s *execution.Summary) bool { return count(s) > 0 }, nil
	case notIn:
		return func(s *execution.Summary) bool { return count(s) == 0 }, nil
	default: // contains
		return func(s *execution.Summary) bool {
			return slices.ContainsFunc(s.Head.Labels, func(l flow.Label) bool {
				if f.Key != "" {
					return l.Key == f.Key && strings.Contains(l.Value, f.Value)
				}
				return strings.Contains(l.Key+":"+l.Value, f.Value)
			})
		}, nil
	}
}

// child decides by whether another execution has started one.
func child(f Filter) (test, error) {
	if f.Value != "CHILD" && f.Value != "MAIN" {
		return nil, fmt.Errorf("%q is neither CHILD nor MAIN", f.Value)
	}
	has := (f.Value == "CHILD") == (f.Op == equals)
	return func(s *execution.Summary) bool { return (s.StartedBy != "") == has }, nil
}
