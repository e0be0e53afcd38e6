package engine

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/runner"
)

// Observer is told what an engine does, so that somebody can count it. Its methods are called concurrently, by whoever does the
// work, and must not block.
type Observer interface {
	runner.Observer

	// Committed tells that a store in a file has committed so many writes together, and how long that took.
	Committed(writes int, took time.Duration)
}

// Usage is what an engine has at hand at one moment.
type Usage struct {
	runner.Usage

	UnderWay int   // executions that have a place, of which there are [Options.Capacity]
	Memory   int64 // bytes, of [Options.MemoryLimit]
}

// Usage returns what the engine has at hand now.
func (e *Engine) Usage() Usage {
	u := Usage{Usage: e.runner.Usage()}
	u.Memory, u.UnderWay = e.admission.Used()
	return u
}

// Capacity returns how many executions may be under way at once.
func (e *Engine) Capacity() int { return e.admission.Limits().Places }
