package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// testRandom commits random batches to a store and to a model of it.
func testRandom(t *testing.T, h Harness) {
	rapid.Check(t, func(r *rapid.T) {
		p := &pair{store: h.Open(t), model: newModel()}
		defer func() {
			if err := p.store.Close(); err != nil {
				r.Errorf("close: %v", err)
			}
		}()
		actions := map[string]func(*rapid.T){"": p.check, "commit": p.commit, "write": p.write, "claim": p.claim, "delete": p.delete, "delete logs": p.deleteLogs}
		for name, again := range map[string]func(testing.TB, execution.Store) execution.Store{"reopen": h.Reopen, "crash": h.Crash} {
			if again != nil {
				actions[name] = func(*rapid.T) {
					p.store = again(t, p.store)
					p.model.open()
					p.opened = true
				}
			}
		}
		r.Repeat(actions)
	})
}

// pair is a store and its model.
type pair struct {
	store  execution.Store
	model  *model
	ids    int
	clock  int  // of deliveries, in seconds after the epoch
	opened bool // the store was opened again, so versions may have gone up
}

// check compares what can be seen of both, and gives the model the numbers that the store has assigned.
func (p *pair) check(t *rapid.T) {
	got := look(t, p.store)
	p.checkDeliveries(t)
	if p.opened {
		for i, st := range got.States {
			if x := p.model.executions[i]; x.parked && st.Version > x.state.Version {
				x.state.Version = st.Version
			}
		}
		p.opened = false
	}
	numbers := cmp.Options{cmpopts.IgnoreFields(execution.Signal{}, "Seq"), cmpopts.IgnoreFields(execution.LogLine{}, "Seq")}
	if diff := p.model.world().diff(got, numbers); diff != "" {
		t.Fatalf("kept (-model +store):\n%s", diff)
	}
	for _, x := range p.model.executions {
		last := int64(0)
		for i, signal := range got.Signals[x.state.ID] {
			if signal.Seq <= last || x.signals[i].Seq != 1<<62 && x.signals[i].Seq != signal.Seq {
				t.Fatalf("signal %+v after %d, was %d", signal, last, x.signals[i].Seq)
			}
			last, x.signals[i].Seq = signal.Seq, signal.Seq
		}
		last = 0
		for i, line := range got.Lines[x.state.ID] {
			if line.Seq <= last || x.lines[i].Seq != 0 && x.lines[i].Seq != line.Seq {
				t.Fatalf("line %+v after %d, was %d", line, last, x.lines[i].Seq)
			}
			last, x.lines[i].Seq = line.Seq, line.Seq
		}
	}
}

// deliveries are the names of those that are drawn.
var deliveries = []string{"a", "b", "c", "d"}

// checkDeliveries looks all up that may be kept now.
func (p *pair) checkDeliveries(t *rapid.T) {
	for _, name := range deliveries {
		d := deliveryAt(name, p.clock, 0)
		want, kept := p.model.delivered(d)
		if id, err := p.store.Delivered(t.Context(), d.Key, d.At); kept != (err == nil) || kept && id != want || !kept && !errors.Is(err, execution.ErrNotFound) {
			t.Fatalf("delivered: %s, %v, want %s", id, err, want)
		}
	}
}

func (p *pair) drawDelivery(t *rapid.T) *execution.Delivery {
	if rapid.Bool().Draw(t, "no delivery") {
		return nil
	}
	p.clock += rapid.IntRange(0, 1).Draw(t, "clock")
	d := deliveryAt(rapid.SampledFrom(deliveries).Draw(t, "delivery"), p.clock, p.clock+rapid.IntRange(1, 5).Draw(t, "expires"))
	if rapid.Bool().Draw(t, "replaces") {
		d.Replaces = p.drawID(t, &execution.Batch{})
		if id, kept := p.model.delivered(d); kept && rapid.Bool().Draw(t, "what is kept") {
			d.Replaces = id
		}
	}
	return d
}

// commit commits a batch of any kind.
func (p *pair) commit(t *rapid.T) { p.keep(t, p.drawBatch(t, 2)) }

// write commits a write, which succeeds most of the time.
func (p *pair) write(t *rapid.T) { p.keep(t, &execution.Batch{Write: p.drawWrites(t, 1)}) }

func (p *pair) keep(t *rapid.T, b *execution.Batch) {
	next, kept, want := p.model.commit(b)
	err := p.store.Commit(t.Context(), b)
	var delivered, wantDelivered *execution.Delivered
	switch {
	case errors.As(want, &wantDelivered):
		if !errors.As(err, &delivered) || *delivered != *wantDelivered {
			t.Fatalf("commit: %v, want %v", err, want)
		}
	case want == nil && err != nil, want != nil && !errors.Is(err, execution.ErrConflict) && !errors.Is(err, execution.ErrNotFound):
		t.Fatalf("commit: %v, want %v", err, want) // if both errors apply, a store may return either
	}
	if want != nil {
		return
	}
	p.model = next
	for x := b; x != nil && kept != nil; x = x.Else {
		version := int64(0)
		if x == kept {
			version = 1
		}
		for _, a := range x.Accept {
			if a.State.Version != version {
				t.Fatalf("version %d of a state, want %d", a.State.Version, version)
			}
		}
	}
	if kept != nil && b.Instead != (kept != b) {
		t.Fatalf("Instead is %v", b.Instead)
	}
}

func (p *pair) delete(t *rapid.T) {
	ids := []string{p.drawID(t, &execution.Batch{}), p.drawID(t, &execution.Batch{})}
	want := p.model.delete(ids)
	if n, err := p.store.Delete(t.Context(), ids); n != want || err != nil {
		t.Fatalf("deleted %d, %v, want %d", n, err, want)
	}
}

func (p *pair) deleteLogs(t *rapid.T) {
	id, f := p.drawID(t, &execution.Batch{}), execution.LogFilter{}
	if rapid.Bool().Draw(t, "some levels") {
		f.Levels = []string{"ERROR", "WARN"}
	}
	if rapid.Bool().Draw(t, "from") {
		f.From = drawTime(t)
	}
	if rapid.Bool().Draw(t, "to") {
		f.To = drawTime(t)
	}
	want := p.model.deleteLogs(id, f)
	if n, err := p.store.DeleteLogs(t.Context(), id, f); n != want || err != nil {
		t.Fatalf("deleted %d lines, %v, want %d", n, err, want)
	}
}

func (p *pair) claim(t *rapid.T) {
	n, now := rapid.IntRange(0, 3).Draw(t, "n"), drawTime(t)
	wantIDs, wantNext := p.model.claim(n, now)
	ids, next := claim(t, p.store, n, now)
	if diff := cmp.Diff(wantIDs, ids, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("due at %v (-model +store):\n%s", now, diff)
	}
	if due := wantNext.Equal(now); !due && !next.Equal(wantNext) || due && (next.IsZero() || next.After(now)) {
		t.Fatalf("next is %v, want %v at %v", next, wantNext, now)
	}
}

func drawTime(t *rapid.T) time.Time { return after(rapid.IntRange(1, 20).Draw(t, "seconds")) }

func drawPark(t *rapid.T) *execution.Park {
	if rapid.IntRange(0, 2).Draw(t, "driven") == 0 {
		return nil
	}
	p := &execution.Park{For: rapid.SampledFrom([]string{"", "k", "l"}).Draw(t, "for")}
	if rapid.Bool().Draw(t, "timed") {
		p.Wake = drawTime(t)
	}
	return p
}

func drawPlaces(t *rapid.T, label string, most int) (places []execution.Place) {
	for range rapid.IntRange(0, most).Draw(t, label) {
		places = append(places, execution.Place{Key: rapid.SampledFrom([]string{"k", "l"}).Draw(t, "key"), Limit: rapid.IntRange(0, 3).Draw(t, "limit")})
	}
	return places
}

// drawID returns the id of an execution that may be kept.
func (p *pair) drawID(t *rapid.T, b *execution.Batch) string {
	ids := make([]string, 0, 1+2*(len(b.Accept)+len(p.model.executions)))
	ids = append(ids, "nobody")
	for _, a := range b.Accept {
		ids = append(ids, a.State.ID, a.State.ID)
	}
	for _, x := range p.model.executions {
		ids = append(ids, x.state.ID, x.state.ID)
	}
	return rapid.SampledFrom(ids).Draw(t, "id")
}

func drawChanges(t *rapid.T, id string) (c execution.Changes) {
	switch rapid.IntRange(0, 3).Draw(t, "head") {
	case 0:
		c = begin()
	case 1:
		c = end()
	default: // as it was
	}
	rows := rapid.SliceOfNDistinct(rapid.Int32Range(0, 4), 0, 2, rapid.ID).Draw(t, "rows")
	for _, i := range rows {
		c.Rows = append(c.Rows, row(id, i, rapid.SampledFrom([]execution.Status{execution.Running, execution.Success}).Draw(t, "status")))
	}
	return c
}

func (p *pair) drawAccept(t *rapid.T) execution.Accept {
	st := hello()
	p.ids++
	st.ID = fmt.Sprint("e", p.ids)
	if n := len(p.model.executions); n > 0 && rapid.IntRange(0, 9).Draw(t, "again") == 0 {
		st.ID = p.model.executions[rapid.IntRange(0, n-1).Draw(t, "which")].state.ID
	}
	execution.Apply(st, drawChanges(t, st.ID))
	return execution.Accept{State: st, Park: drawPark(t)}
}

func (p *pair) drawWrites(t *rapid.T, most int) (writes []execution.Write) {
	for range rapid.IntRange(0, most).Draw(t, "writes") {
		w := execution.Write{ID: p.drawID(t, &execution.Batch{}), Park: drawPark(t)}
		w.Changes = drawChanges(t, w.ID)
		if x := p.model.find(w.ID); x != nil {
			w.Version = x.state.Version
			if rapid.IntRange(0, 9).Draw(t, "other version") == 0 {
				w.Version += rapid.SampledFrom([]int64{-1, 1}).Draw(t, "by")
			}
			if n := len(x.signals); n > 0 && rapid.Bool().Draw(t, "consumes") {
				w.Consumed = x.signals[rapid.IntRange(0, n-1).Draw(t, "consumed")].Seq
			}
		}
		writes = append(writes, w)
	}
	return writes
}

func (p *pair) drawBatch(t *rapid.T, depth int) *execution.Batch {
	b := &execution.Batch{Write: p.drawWrites(t, 2), Give: drawPlaces(t, "give", 2)}
	for range rapid.IntRange(0, 2).Draw(t, "accepts") {
		b.Accept = append(b.Accept, p.drawAccept(t))
	}
	if len(b.Accept) > 0 {
		b.Delivery = p.drawDelivery(t)
	}
	if depth > 0 {
		if b.Take = drawPlaces(t, "take", 2); len(b.Take) > 0 {
			b.Else = p.drawBatch(t, depth-1)
			if len(b.Accept) > 0 && rapid.Bool().Draw(t, "waits") {
				b.Else.Accept = []execution.Accept{{State: copyOf(b.Accept[0].State), Park: &execution.Park{For: b.Take[0].Key}}}
			}
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "signals") {
		b.Signals = append(b.Signals, execution.Signal{To: p.drawID(t, b), ID: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "signal")})
	}
	if rapid.Bool().Draw(t, "trigger") {
		b.Triggers = append(b.Triggers, execution.TriggerState{Namespace: "n", TriggerID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "trigger"), Hash: [32]byte{rapid.ByteRange(1, 2).Draw(t, "hash")}, Disabled: rapid.Bool().Draw(t, "disabled")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "pairs") {
		kv := execution.Pair{Namespace: rapid.SampledFrom(namespaces).Draw(t, "namespace"), Key: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "pair"), Updated: epoch}
		kv.Delete = rapid.Bool().Draw(t, "delete")
		if !kv.Delete {
			kv.Value = fmt.Append(nil, rapid.IntRange(0, 9).Draw(t, "value"))
		}
		b.Pairs = append(b.Pairs, kv)
	}
	for range rapid.IntRange(0, 2).Draw(t, "lines") {
		b.Logs = append(b.Logs, execution.LogLine{
			Execution: p.drawID(t, b), Level: rapid.SampledFrom([]string{"INFO", "ERROR"}).Draw(t, "level"), At: drawTime(t),
			Message: fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "message")),
		})
	}
	return b
}
