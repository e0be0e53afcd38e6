package flow

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Set is a set of loaded flows. It does not change.
type Set struct {
	flows  []*Flow // by namespace and id
	byName map[flowName]*Flow
}

type flowName struct{ namespace, id string }

func newSet() *Set { return &Set{byName: map[flowName]*Flow{}} }

// Flow returns a flow; nil when there is none. Names are compared exactly.
func (s *Set) Flow(namespace, id string) *Flow {
	if s == nil {
		return nil
	}
	return s.byName[flowName{namespace, id}]
}

// All iterates over the flows by namespace and id.
func (s *Set) All() iter.Seq[*Flow] {
	if s == nil {
		return func(func(*Flow) bool) {}
	}
	return slices.Values(s.flows)
}

// Filter returns the set of the flows that keep accepts.
func (s *Set) Filter(keep func(*Flow) bool) *Set {
	kept := newSet()
	for f := range s.All() {
		if keep(f) {
			kept.add(f)
		}
	}
	return kept
}

// Len returns the number of flows.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.flows)
}

// Extensions returns a warning for every use of a property or type that Kestra does not have, in the order of each file.
func (s *Set) Extensions() Diagnostics {
	var found Diagnostics
	for f := range s.All() {
		found = append(found, f.extensions...)
	}
	return found
}

// Merge returns a set of the flows of all sets. A flow from the same source counts once; of two flows from different
// places with one namespace and id the first stays, with an error at the second that names both.
func Merge(sets ...*Set) (*Set, Diagnostics) {
	merged, found := newSet(), Diagnostics(nil)
	for _, s := range sets {
		for f := range s.All() {
			if first := merged.add(f); first != nil && first.Source.identity() != f.Source.identity() {
				found = append(found, duplicateFlow(first, f))
			}
		}
	}
	merged.sort()
	return merged, found
}

// add adds a flow. If the set already has one with its namespace and id it returns that one and adds nothing.
func (s *Set) add(f *Flow) *Flow {
	name := flowName{f.Namespace, f.ID}
	if first := s.byName[name]; first != nil {
		return first
	}
	s.byName[name] = f
	s.flows = append(s.flows, f)
	return nil
}

func (s *Set) sort() {
	slices.SortFunc(s.flows, func(a, b *Flow) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.ID, b.ID))
	})
}

func duplicateFlow(first, second *Flow) *Diagnostic {
	return &Diagnostic{
		Pos: second.memberPos("id"), Path: "id",
		Message: fmt.Sprintf("flow %s/%s is already defined at %s", second.Namespace, second.ID, first.memberPos("id")),
	}
}
