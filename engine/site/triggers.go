package site

import (
	"sync"
	"sync/atomic"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Triggers knows which triggers are switched off, by stopAfter or a task. What it knows is kept in the store: it is changed when the
// store has kept it.
type Triggers struct {
	disabled sync.Map     // triggerKey of each
	count    atomic.Int64 // of those
}

// triggerKey names a trigger of one content of a flow: changing the flow file switches its triggers on again.
type triggerKey struct {
	namespace, flow, trigger string
	hash                     [32]byte
}

// Load notes what the store has kept.
func (t *Triggers) Load(kept []execution.TriggerState) {
	for _, s := range kept {
		t.set(s)
	}
}

func (t *Triggers) set(s execution.TriggerState) {
	key := triggerKey{s.Namespace, s.FlowID, s.TriggerID, s.Hash}
	if s.Disabled {
		if _, before := t.disabled.LoadOrStore(key, struct{}{}); !before {
			t.count.Add(1)
		}
	} else if _, before := t.disabled.LoadAndDelete(key); before {
		t.count.Add(-1)
	}
}

// Disabled reports whether a trigger is switched off.
func (t *Triggers) Disabled(w *webhook.Trigger) bool { return t.Stopped(w.Flow, w.ID()) }

// Stopped reports whether the trigger of a flow with an id is switched off.
func (t *Triggers) Stopped(f *flow.Flow, id string) bool {
	if t.count.Load() == 0 { // as nearly always: there is nothing to look up
		return false
	}
	_, disabled := t.disabled.Load(triggerKey{f.Namespace, f.ID, id, f.Hash})
	return disabled
}

// stop returns the state that a trigger is to have when an execution that it started ends with a status; nil: as it is.
func stop(w *webhook.Trigger, status execution.Status) *execution.TriggerState {
	if !w.StopsAfter(status) {
		return nil
	}
	return &execution.TriggerState{
		Namespace: w.Flow.Namespace, FlowID: w.Flow.ID, TriggerID: w.ID(), Hash: w.Flow.Hash, Disabled: true,
	}
}
