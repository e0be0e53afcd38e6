package jq

import "github.com/caddy-kestra/kestra-webhook/engine/meter"

// What a program makes is taken from the account of memory before it is made. What is dropped on the way is not given
// back, so the bytes taken are at least those that a program holds.

// What jq takes beside lists and maps, in bytes: the path of an item, and a node under
// evaluation on the stack, which never shrinks during a run.
const (
	pathBytes  = 48
	frameBytes = 640
)

// nest enters a node; the caller takes the step back in r.nested.
func (r *run) nest() error {
	if r.nested++; r.nested > r.deepest {
		r.deepest = r.nested
		if err := r.m.Allocate(frameBytes); err != nil {
			return err
		}
	}
	return r.m.Charge(1)
}

// list charges for a list of n items that are copied at once.
func (r *run) list(n int) error {
	if n > r.m.MaxItems() {
		return r.m.ChargeItems(n)
	}
	if err := r.m.Charge(n / copiedPerStep); err != nil {
		return err
	}
	return r.m.Allocate(meter.ListBytes + n*meter.ItemBytes)
}

// copiedPerStep is how many items are copied in the time of a step.
const copiedPerStep = 4

// added charges for the item that makes a growing list have n, before it is added.
func (r *run) added(n int) error {
	if n > r.m.MaxItems() {
		return r.m.ChargeItems(n)
	}
	if err := r.m.Charge(1); err != nil {
		return err
	}
	return r.m.Allocate(meter.GrownBytes)
}

// object charges for a map of n members.
func (r *run) object(n int) error {
	if n > r.m.MaxItems() {
		return r.m.ChargeItems(n)
	}
	if err := r.m.Charge(n); err != nil {
		return err
	}
	return r.m.ChargeMembers(n)
}
