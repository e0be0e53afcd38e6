package memory

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// deliveries are the executions that deliveries have started.
type deliveries struct {
	kept     map[execution.DeliveryKey]*delivered
	expiring queue[*delivered] // by when they do
}

type delivered struct {
	key     execution.DeliveryKey
	id      string
	expires int64 // in nanoseconds since 1970
	at      int   // where it stands in the queue
}

// deliveryBytes is what one takes with its places in map and queue, estimated.
const deliveryBytes = 256

func newDeliveries() deliveries {
	return deliveries{
		kept: map[execution.DeliveryKey]*delivered{},
		expiring: queue[*delivered]{
			before: func(a, b *delivered) bool { return cmp.Less(a.expires, b.expires) },
			at:     func(d *delivered) *int { return &d.at },
		},
	}
}

func (d *deliveries) bytes() int { return deliveryBytes * len(d.kept) }

// id returns the execution that a delivery has started; "" for one that is not kept, or has expired by now.
func (d *deliveries) id(key execution.DeliveryKey, now time.Time) string {
	if x := d.kept[key]; x != nil && x.expires > now.UnixNano() {
		return x.id
	}
	return ""
}

// expirations is how many deliveries that have expired are dropped when another one is kept: more than come, so that they become fewer.
const expirations = 4

func (d *deliveries) set(new *execution.Delivery, id string) {
	now := new.At.UnixNano()
	for range expirations {
		if d.expiring.Len() == 0 || d.expiring.first().expires > now {
			break
		}
		d.delete(d.expiring.first())
	}
	if before := d.kept[new.Key]; before != nil {
		d.delete(before)
	}
	x := &delivered{key: new.Key, id: id, expires: new.Expires.UnixNano()}
	d.kept[x.key] = x
	d.expiring.add(x)
}

func (d *deliveries) delete(x *delivered) {
	d.expiring.remove(x)
	delete(d.kept, x.key)
}

// trimDeliveries lets go of the deliveries that expire first until the others fit. They may take a quarter of what is for executions that
// have ended, which make room for them.
func (s *Store) trimDeliveries() {
	for len(s.deliveries.kept) > s.options.Deliveries || s.deliveries.bytes() > s.options.EndedBytes/4 {
		s.deliveries.delete(s.deliveries.expiring.first())
	}
}

// Delivered implements [execution.Store].
func (s *Store) Delivered(_ context.Context, key execution.DeliveryKey, now time.Time) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return "", execution.ErrClosed
	}
	if id := s.deliveries.id(key, now); id != "" {
		return id, nil
	}
	return "", fmt.Errorf("delivery: %w", execution.ErrNotFound)
}
