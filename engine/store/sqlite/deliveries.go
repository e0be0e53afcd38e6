package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

const deliveredQuery = "SELECT execution FROM delivery WHERE key = ? AND expires > ?"

// Delivered implements [execution.Store].
func (s *Store) Delivered(ctx context.Context, key execution.DeliveryKey, now time.Time) (id string, err error) {
	err = s.query(ctx, deliveredQuery, []any{key[:], now.UnixNano()}, func(scan func(...any) error) error { return scan(&id) })
	if err == nil && id == "" {
		err = fmt.Errorf("delivery: %w", execution.ErrNotFound)
	}
	return id, err
}

// expireDeliveries drops some of the deliveries that have expired: more than come, so that they become fewer, and few enough to delay nobody.
const expireDeliveries = "DELETE FROM delivery WHERE key IN (SELECT key FROM delivery WHERE expires <= ? ORDER BY expires LIMIT 4)"

// setDelivery keeps which execution a delivery has started.
func (w *writer) setDelivery(d *execution.Delivery, id string) error {
	if _, err := w.exec(expireDeliveries, d.At.UnixNano()); err != nil {
		return err
	}
	_, err := w.exec("REPLACE INTO delivery (key, execution, expires) VALUES (?, ?, ?)", d.Key[:], id, d.Expires.UnixNano())
	return err
}
