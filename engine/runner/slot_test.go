package runner

import (
	"errors"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
)

func TestSlotsHoldBytes(t *testing.T) {
	r := New(memory.New(memory.Options{}), Options{Bytes: 100})
	defer r.Close()
	first, second := reserve(t, r), reserve(t, r)
	for _, step := range []struct {
		name  string
		slot  *Slot
		bytes int64
		full  bool
	}{
		{"a first one takes what it needs", first, 80, false},
		{"what does not fit beside it is refused", second, 21, true},
		{"what fits is not", second, 20, false},
		{"less is always possible", first, 10, false},
		{"and makes room for others", second, 90, false},
		{"more than is left is refused", first, 11, true},
	} {
		if err := step.slot.Hold(step.bytes); errors.Is(err, ErrFull) != step.full {
			t.Fatalf("%s: Hold(%d) = %v", step.name, step.bytes, err)
		}
	}
	second.Release()
	if err := first.Hold(1000); err != nil {
		t.Errorf("alone, an execution may hold more than the limit: %v", err)
	}
	first.Release()
	first.Release()
	if held, slots := r.held.Load(), r.inFlight.Load(); held != 0 || slots != 0 {
		t.Errorf("after all slots were released, %d bytes and %d places are taken", held, slots)
	}
}

func reserve(t *testing.T, r *Runner) *Slot {
	t.Helper()
	slot, err := r.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	return slot
}
