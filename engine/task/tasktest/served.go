package tasktest

import (
	"errors"
	"sync"
	"testing"

	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Origin is who asks services in [RunServed].
var Origin = task.Origin{Namespace: "company.team", Flow: "hello", Execution: "4Execution", Task: "a", Run: "5Run"}

// RunServed is [RunWith] with services.
func RunServed(t testing.TB, specs []flow.Spec, services *task.Services, yaml, variables string) Result {
	t.Helper()
	c, lines := startServed(t, specs, services, yaml, variables)
	return c.run(t, lines)
}

// RunShared is [RunServed] for a task that works in the directory of another task run.
func RunShared(t testing.TB, specs []flow.Spec, services *task.Services, shared task.Origin, yaml, variables string) Result {
	t.Helper()
	c, lines := startServed(t, specs, services, yaml, variables)
	c.Shared = shared
	return c.run(t, lines)
}

// ErrMemory is the error of a task that takes more than there is of a [Memory].
var ErrMemory = errors.New("memory is short")

// Memory returns the memory of an execution: so many bytes.
func Memory(bytes int64) pebble.Memory { return &account{left: bytes} }

// RunWithin is [RunServed] with so many bytes of memory.
func RunWithin(t testing.TB, specs []flow.Spec, services *task.Services, bytes int64, yaml, variables string) Result {
	t.Helper()
	c, lines := startServed(t, specs, services, yaml, variables)
	c.Pebble.Memory = Memory(bytes)
	return c.run(t, lines)
}

// account is a [Memory].
type account struct {
	mu   sync.Mutex
	left int64
}

// Take implements [pebble.Memory].
func (a *account) Take(bytes int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left -= bytes; a.left < 0 {
		return ErrMemory
	}
	return nil
}

func startServed(t testing.TB, specs []flow.Spec, services *task.Services, yaml, variables string) (started, *observer.ObservedLogs) {
	t.Helper()
	c, lines := start(t, specs, yaml, "null")
	v, err := value.DecodeJSONText(variables)
	if err != nil {
		t.Fatal(err)
	}
	c.Pebble.Vars = v.Map()
	c.Origin, c.Services = Origin, services
	return c, lines
}
