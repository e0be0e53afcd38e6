// Package runner drives the core of package execution: it performs the effects that [execution.Step] asks for, evaluates
// expressions, runs tasks, keeps time, and commits at barriers.
//
// Each execution under way has an actor: its state, the events that have come for it, and the effects that run for it. One
// goroutine at a time drives an actor: it takes all events, steps each, commits if any of them asked for it, and starts the
// effects. Evaluations and pure tasks are performed by the driver itself; other tasks run on goroutines of their own, at most
// [Options.Workers] at once, so that slow ones keep no driver. Those that wait for a Kestra behind this server have workers of
// their own, and are parked when too many wait. A caller who waits for an execution drives it on its own
// goroutine up to the first effect that blocks; one who does not wait performs the first few before that.
//
// An execution that only waits is parked: its actor is gone, its place and memory are given back, and the store wakes it by
// its time or by a signal, such as those of [Runner.Kill] and [Runner.Resume]. Signals go through the store, whoever drives the execution.
//
// An execution that a task starts is accepted, parked, by the commit of its parent; its end is a signal to the parent, in the same
// commit. One of a flow with `concurrency` takes a place in the commit that begins it, and waits for one parked.
//
// Each commit holds all changes since the one before; an execution that a caller drives to its end is accepted, run and
// ended in one commit. Places, memory, and turns at the gate come from package admission.
//
// A panic of a task or an expression fails the task with "internal error", is logged with its stack, and ends nothing
// else.
package runner
