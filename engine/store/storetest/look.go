package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// tester is what *testing.T, *testing.B and *rapid.T have in common.
type tester interface {
	rapid.TB
	Context() context.Context
}

// namespaces are the namespaces whose pairs [look] sees.
var namespaces = []string{"n", "m"}

// world is all that can be seen of a store without changing it, at the epoch.
type world struct {
	States   []*execution.State // in the order of acceptance
	Signals  map[string][]execution.Signal
	Lines    map[string][]execution.LogLine
	Triggers []execution.TriggerState // by their names
	Pairs    []execution.Pair
}

func look(t tester, s execution.Store) *world {
	t.Helper()
	w := &world{Signals: map[string][]execution.Signal{}, Lines: map[string][]execution.LogLine{}}
	ctx := t.Context()
	list, _, err := s.List(ctx, execution.Query{Limit: execution.MaxListLimit})
	w.States = make([]*execution.State, len(list))
	for i, l := range list {
		st, loadErr := s.Load(ctx, l.ID)
		signals, inboxErr := s.Inbox(ctx, l.ID, 0)
		lines, logsErr := s.Logs(ctx, l.ID, 0, 1000)
		err = errors.Join(err, loadErr, inboxErr, logsErr)
		w.States[len(list)-1-i] = st
		if len(signals) > 0 {
			w.Signals[l.ID] = signals
		}
		if len(lines) > 0 {
			w.Lines[l.ID] = lines
		}
	}
	triggers, triggersErr := s.Triggers(ctx)
	slices.SortFunc(triggers, func(a, b execution.TriggerState) int { return strings.Compare(nameOf(a), nameOf(b)) })
	w.Triggers = triggers
	err = errors.Join(err, triggersErr)
	for _, namespace := range namespaces {
		pairs, pairsErr := s.Pairs(ctx, namespace, epoch)
		err = errors.Join(err, pairsErr)
		for _, p := range pairs {
			p, pairErr := s.Pair(ctx, namespace, p.Key, epoch)
			err = errors.Join(err, pairErr)
			w.Pairs = append(w.Pairs, p)
		}
	}
	if err != nil {
		t.Fatalf("look: %v", err)
	}
	return w
}

// check reports what has changed in a store since w.
func (w *world) check(t tester, s execution.Store) {
	t.Helper()
	if diff := w.diff(look(t, s)); diff != "" {
		t.Errorf("kept (-before +now):\n%s", diff)
	}
}

// diff compares w with now. States that are obviously equal are left out first, since comparing them thoroughly takes most of
// the suite's time.
func (w *world) diff(now *world, options ...cmp.Option) string {
	before, after := *w, *now
	if len(w.States) == len(now.States) {
		before.States, after.States = nil, nil
		for i, st := range w.States {
			if !reflect.DeepEqual(st, now.States[i]) {
				before.States, after.States = append(before.States, st), append(after.States, now.States[i])
			}
		}
	}
	return cmp.Diff(&before, &after, append(cmp.Options{sameStates}, options...))
}

func nameOf(t execution.TriggerState) string {
	return fmt.Sprintf("%s/%s/%s/%x", t.Namespace, t.FlowID, t.TriggerID, t.Hash)
}
