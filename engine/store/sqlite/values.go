package sqlite

import (
	"context"
	"fmt"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// PutValue implements [execution.Store].
func (s *Store) PutValue(ctx context.Context, id string, data []byte) (ref string, err error) {
	err = s.write(ctx, func(w *writer) error {
		number, err := w.insert("INSERT INTO value (execution, data) VALUES (?, ?)", id, notNull(data))
		ref = strconv.FormatInt(number, 36)
		return err
	})
	return ref, err
}

// GetValue implements [execution.Store].
func (s *Store) GetValue(ctx context.Context, ref string) (data []byte, err error) {
	missing := fmt.Errorf("value %s: %w", ref, execution.ErrNotFound)
	number, err := strconv.ParseInt(ref, 36, 64)
	if err != nil || strconv.FormatInt(number, 36) != ref {
		return nil, missing
	}
	found := false
	err = s.query(ctx, "SELECT data FROM value WHERE ref = ?", []any{number}, func(scan func(...any) error) error {
		found = true
		return scan(&data)
	})
	if err == nil && !found {
		err = missing
	}
	return data, err
}
