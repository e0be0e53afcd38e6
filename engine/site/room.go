package site

import (
	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// room is the memory of a call. A call whose execution has ended when it is answered, or that has none, leaves nothing that somebody else
// could hold, so the next one gets its room. Texts are not in it, but for two that are copied wherever they go.
type room struct {
	call
	delivery   webhook.Delivery
	state      execution.State
	evaluation evaluation
	event      condition.Event
	refusal    webhook.Response // of conditions that are not met
	answer     []byte           // bodies of answers
	variables  []byte           // the trigger's
	labels     []flow.Label

	release   func()              // of the call
	labelled  func() []flow.Label // likewise
	path, url func() string       // likewise
	queued    func()              // of the delivery
	text      func() string       // likewise
}

// enter returns a call with a room.
func (s *Site) enter(c call) *call {
	r, ok := s.rooms.Get().(*room)
	if !ok {
		r = new(room)
		r.release, r.labelled, r.path, r.url = r.call.release, r.call.Labels, r.call.path, r.call.url
		r.queued, r.text = r.delivery.Drop, r.delivery.RawBody
	}
	c.site, c.room, c.now = s, r, s.host.Runner().Now()
	r.call = c
	return &r.call
}

// mostLabels is for how many labels a room may have memory to be lent again.
const mostLabels = 64

// largestLent is how large a text of a room may be to be lent again, in bytes.
const largestLent = 64 << 10

// release gives back what the call took, and its room if nobody else has anything of it.
func (c *call) release() {
	c.claim.Release()
	r := c.room
	if c.broken || c.started && !c.running.Release() {
		return
	}
	s := c.site
	r.call, r.delivery, r.evaluation = call{}, webhook.Delivery{}, evaluation{}
	r.event, r.refusal = condition.Event{}, webhook.Response{}
	r.state.Clear()
	if clear(r.labels); cap(r.labels) > mostLabels {
		r.labels = nil
	}
	for _, text := range []*[]byte{&r.answer, &r.variables} {
		if cap(*text) > largestLent {
			*text = nil
		}
	}
	s.rooms.Put(r)
}
