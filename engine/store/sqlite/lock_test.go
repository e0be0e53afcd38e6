package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kestra", "kestra.db")
	first, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), path, Options{LockTimeout: time.Nanosecond})
	if !errors.Is(err, errInUse) || !strings.Contains(err.Error(), "this process") || !strings.Contains(err.Error(), path) {
		t.Errorf("the error of a store that is open: %v", err)
	}
	given, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(given, path, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up waiting gets %v", err)
	}

	// Who waits is told so, and opens the store when it is free.
	core, logs := observer.New(zap.WarnLevel)
	logger := zap.New(core, zap.Hooks(func(zapcore.Entry) error { return first.Close() }))
	second, err := Open(t.Context(), path, Options{LockTimeout: time.Hour, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	if entries := logs.All(); len(entries) != 1 || entries[0].Message != "the store is open elsewhere; waiting for it" || entries[0].ContextMap()["path"] != path {
		t.Errorf("log: %v", entries)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}
