// Package runner drives the core of package execution: it performs the effects that [execution.Step] asks for,
// evaluates expressions, runs tasks, keeps time, and commits at barriers.
//
// An execution is driven by one goroutine at a time: by a worker, or, while its tasks are pure, by the goroutine of the
// caller who waits for it. Effects run on that goroutine. Each commit holds all changes since the one before; an
// execution that a caller drives to its end is accepted, run and ended in one commit.
//
// At most [Options.Capacity] executions are under way at once. A place is reserved before anything is spent on a request
// ([Runner.Reserve]) and is free again when the execution has ended.
//
// A panic of a task or an expression fails the task with "internal error", is logged with its stack, and ends nothing
// else.
package runner
