// Package execution is the core of the engine: what an execution is, and the rules by which it goes on. It does no I/O,
// reads no clock, draws no random number while it steps, and evaluates no expression.
//
// A flow is a tree of tasks ([Plan]), so an execution is a tree of task runs ([State]). [Step] takes an [Event], changes the
// state in place, and returns what is to be done next ([Effect]). [State.Changes] gives what has changed, for a [Store];
// applying all changes of an execution to the state it was accepted with gives the state that Step left. [Pending] gives the
// effects of a state that was loaded: recovery needs nothing else.
//
// # Lists
//
// A flowable, and the flow itself, goes through three lists: its tasks, `errors` if one of them has failed, and `finally`. Its
// status looks at its tasks alone: FAILED if one of them is, else WARNING if one is, else SUCCESS. A list of tasks that runs
// as a sequence begins nothing after a task that FAILED. `errors` and `finally` run as sequences in every shape, and go on
// after a failure.
//
// The tasks of a sequence may share a directory, which is prepared before it begins and collected from when they have ended.
//
// With its outputs evaluated, the execution then gets its last status. The flow's `afterExecution` runs after that as `finally` does, and
// sees that status, which nothing changes any more. [Head.Over] says that it has ended too.
//
// A retry of the whole execution ends the flowables around the failed task, and the execution, RETRIED; the next try is another
// execution, see [NewReplay].
//
// One that has ended may go on, see restart.go: what has failed runs again, and the flowables around it go on with what they have.
//
// # Times
//
// Until when a task run waits, and when its timeout is over, stands in the state. [State.Wakes] gives the events for these times,
// after a crash too. A timeout interrupts an attempt, which has failed then and may be tried again. That of a flowable is for its
// tasks: those under way are killed, and `errors` and `finally` follow as after any failure. A duration of `sla` is a time that the
// execution waits for.
//
// [Kill] ends an execution at once: all that is under way is killed, and nothing begins any more, neither `errors` nor `finally`.
//
// # Barriers
//
// A store is written only where [Result.Barrier] says so: everything since the last barrier is one compare-and-set
// commit, and it comes before the effects of that result start. Barriers come before and after each task that is not
// pure, at every time and every execution that is waited for, when a place of `concurrency` is taken or missing, and at the end. Accept is its own commit, except when a waiting caller's execution
// ends without reaching another barrier: then accept and end are one commit.
//
// Effects are performed at least once, keyed by execution, task run and attempt. Ids of task runs follow from the place in
// the tree, and the clock and the seed that an effect sees from the state, so that a repeated effect prints the same.
//
// # States and events
//
// The rest of this page shows small flows: each state, and indented below it the events with the next state and what is to be
// done. It is written from the table that the tests run: `go test ./engine/execution -run Diagrams -update`.
//
// A state is the status of the execution or of a task run, followed by "eval" if it waits for the value of an expression, by
// "timer" if it waits for a time, by "child" if it waits for another execution, by "assert" if it waits for assertions of `sla`, by
// "place" if it waits for one of `concurrency`, by "resume" or "round" if it is paused until somebody resumes it or the time of its
// next round, by "files" if it waits for what is done with those of its directory, and by the number of an attempt after the first. The task runs inside stand in parentheses, those of an Each with =
// and their value.
//
// "a ends" is [TaskEnded] with that status, "a waits" the same without status, "a exits" the same with [Event.Exit], "a wakes"
// is [Woke], "s execution ends" is [ChildEnded], "no place is free" is [NoPlace], "it is overdue" is [Overdue], "a is interrupted" is [Interrupted], "p is resumed" is
// [Resumed], and the others but [Started] are [Evaluated].
// "run", "cancel" and "eval" are effects, "commit" is a barrier, and "ignored" is [Result.Stale]. In the diagrams of a shape, a
// task called next follows in the flow; if the flow ends instead, its status is named.
//
// An attempt of a task keeps the status it ended in, whatever allowFailure and allowWarning make of it for the task run; that of
// a flowable shows what became of the run. A task run that is to be tried again enters FAILED and then RETRYING. The execution
// then enters RETRYING, after FAILED if the task is at the top, and RUNNING again with the next attempt. An execution whose
// outputs fail shows the status of its task runs first, and FAILED after it.
//
// # States of the execution
//
// A flow with the task a, errors e and finally z.
//
//	CREATED
//	    Started         → RUNNING(a RUNNING)                       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS  → RUNNING(a SUCCESS, z RUNNING)            run z
//	    a ends WARNING  → RUNNING(a WARNING, z RUNNING)            run z
//	    a ends FAILED   → RUNNING(a FAILED, e RUNNING)             run e
//	    Kill            → KILLED(a KILLED)                         commit, cancel a
//	    a exits WARNING → WARNING(a WARNING)                       commit
//	    a exits FAILED  → FAILED(a FAILED)                         commit
//	RUNNING(a FAILED, e RUNNING)
//	    e ends SUCCESS  → RUNNING(a FAILED, e SUCCESS, z RUNNING)  run z
//	    e exits SUCCESS → SUCCESS(a FAILED, e SUCCESS)             commit
//	    e ends FAILED   → RUNNING(a FAILED, e FAILED, z RUNNING)   run z
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS  → SUCCESS(a SUCCESS, z SUCCESS)            commit
//	    z ends FAILED   → SUCCESS(a SUCCESS, z FAILED)             commit
//	    z exits FAILED  → FAILED(a SUCCESS, z FAILED)              commit
//	RUNNING(a WARNING, z RUNNING)
//	    z ends SUCCESS  → WARNING(a WARNING, z SUCCESS)            commit
//	RUNNING(a FAILED, e SUCCESS, z RUNNING)
//	    z ends SUCCESS  → FAILED(a FAILED, e SUCCESS, z SUCCESS)   commit
//	RUNNING(a FAILED, e FAILED, z RUNNING)
//	    z ends SUCCESS  → FAILED(a FAILED, e FAILED, z SUCCESS)    commit
//
// A flow with the task a and outputs.
//
//	CREATED
//	    Started               → RUNNING(a RUNNING)       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS        → RUNNING eval(a SUCCESS)  eval outputs
//	    a ends FAILED         → RUNNING eval(a FAILED)   eval outputs
//	RUNNING eval(a SUCCESS)
//	    outputs are evaluated → SUCCESS(a SUCCESS)       commit
//	    Kill                  → KILLED(a SUCCESS)        commit
//	    outputs fail          → FAILED(a SUCCESS)        commit
//	RUNNING eval(a FAILED)
//	    outputs are evaluated → FAILED(a FAILED)         commit
//	    outputs fail          → FAILED(a FAILED)         commit
//
// A flow with the task a, which may be tried twice.
//
//	CREATED
//	    Started        → RUNNING(a RUNNING)            run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → SUCCESS(a SUCCESS)            commit
//	    a ends FAILED  → RETRYING(a RETRYING timer)    commit
//	RETRYING(a RETRYING timer)
//	    Kill           → KILLED(a KILLED)              commit
//	    a wakes        → RUNNING(a RUNNING attempt 2)  commit, run a
//	RUNNING(a RUNNING attempt 2)
//	    a ends SUCCESS → SUCCESS(a SUCCESS)            commit
//	    a ends FAILED  → FAILED(a FAILED)              commit
//
// A flow with the task a and afterExecution x and y.
//
//	CREATED
//	    Started         → RUNNING(a RUNNING)                       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS  → SUCCESS(a SUCCESS, x RUNNING)            commit, run x
//	    a ends FAILED   → FAILED(a FAILED, x RUNNING)              commit, run x
//	    a exits WARNING → WARNING(a WARNING, x RUNNING)            commit, run x
//	    Kill            → KILLED(a KILLED, x RUNNING)              commit, cancel a, run x
//	SUCCESS(a SUCCESS, x RUNNING)
//	    x ends FAILED   → SUCCESS(a SUCCESS, x FAILED, y RUNNING)  run y
//	    Kill            → SUCCESS(a SUCCESS, x KILLED)             commit, cancel x
//	    x exits WARNING → SUCCESS(a SUCCESS, x WARNING)            commit
//	SUCCESS(a SUCCESS, x FAILED, y RUNNING)
//	    y ends SUCCESS  → SUCCESS(a SUCCESS, x FAILED, y SUCCESS)  commit
//	FAILED(a FAILED, x RUNNING)
//	    x ends WARNING  → FAILED(a FAILED, x WARNING, y RUNNING)   run y
//
// The same with outputs, and a task x that may be tried twice.
//
//	CREATED
//	    Started               → RUNNING(a RUNNING)                       run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS        → RUNNING eval(a SUCCESS)                  eval outputs
//	RUNNING eval(a SUCCESS)
//	    outputs are evaluated → SUCCESS(a SUCCESS, x RUNNING)            commit, run x
//	    outputs fail          → FAILED(a SUCCESS, x RUNNING)             commit, run x
//	SUCCESS(a SUCCESS, x RUNNING)
//	    x ends FAILED         → SUCCESS(a SUCCESS, x RETRYING timer)     commit
//	SUCCESS(a SUCCESS, x RETRYING timer)
//	    x wakes               → SUCCESS(a SUCCESS, x RUNNING attempt 2)  commit, run x
//	SUCCESS(a SUCCESS, x RUNNING attempt 2)
//	    x ends SUCCESS        → SUCCESS(a SUCCESS, x SUCCESS)            commit
//
// A flow with the task a, errors e, finally z and afterExecution x, which is tried twice as a whole.
//
//	CREATED
//	    Started         → RUNNING(a RUNNING)                        run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS  → RUNNING(a SUCCESS, z RUNNING)             run z
//	    a ends FAILED   → RUNNING(a RETRIED, e RUNNING)             run e
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends FAILED   → SUCCESS(a SUCCESS, z FAILED, x RUNNING)   commit, run x
//	RUNNING(a RETRIED, e RUNNING)
//	    e ends FAILED   → RETRIED(a RETRIED, e FAILED, x RUNNING)   commit, try again, run x
//	    e exits WARNING → WARNING(a RETRIED, e WARNING, x RUNNING)  commit, run x
//	RETRIED(a RETRIED, e FAILED, x RUNNING)
//	    x ends FAILED   → RETRIED(a RETRIED, e FAILED, x FAILED)    commit
//
// A flow with a sequence s of a, after whose failure all is tried once more.
//
//	CREATED
//	    Started       → RUNNING(s RUNNING(a RUNNING))  run a
//	RUNNING(s RUNNING(a RUNNING))
//	    a ends FAILED → RETRIED(s RETRIED(a RETRIED))  commit, try again
//
// The same with concurrency that cancels.
//
//	CREATED place
//	    Started          → RUNNING(a RUNNING)             commit, run a
//	    no place is free → CANCELLED(x RUNNING)           commit, run x
//	RUNNING(a RUNNING)
//	    a ends SUCCESS   → SUCCESS(a SUCCESS, x RUNNING)  commit, run x
//	CANCELLED(x RUNNING)
//	    x ends SUCCESS   → CANCELLED(x SUCCESS)           commit
//	    no place is free → CANCELLED(x RUNNING)           ignored
//
// A flow with the task a, finally z, and a duration of sla that fails it.
//
//	CREATED
//	    Started        → RUNNING(a RUNNING)             run a
//	RUNNING(a RUNNING)
//	    a ends SUCCESS → RUNNING(a SUCCESS, z RUNNING)  run z
//	    it is overdue  → FAILED(a KILLED)               commit, cancel a
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS → SUCCESS(a SUCCESS, z SUCCESS)  commit
//	FAILED(a KILLED)
//	    it is overdue  → FAILED(a KILLED)               ignored
//
// The same with one that only labels it.
//
//	CREATED
//	    Started        → RUNNING(a RUNNING)             run a
//	RUNNING(a RUNNING)
//	    it is overdue  → RUNNING(a RUNNING)             commit
//	    a ends SUCCESS → RUNNING(a SUCCESS, z RUNNING)  run z
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS → SUCCESS(a SUCCESS, z SUCCESS)  commit
//
// The same with an assertion that cancels it.
//
//	CREATED
//	    Started         → RUNNING assert                        eval assert
//	RUNNING assert
//	    assertions hold → RUNNING(a RUNNING)                    run a
//	    one is broken   → CANCELLED                             commit
//	RUNNING(a RUNNING)
//	    a ends SUCCESS  → RUNNING assert(a SUCCESS)             eval assert
//	    a ends FAILED   → RUNNING assert(a FAILED)              eval assert
//	RUNNING assert(a SUCCESS)
//	    assertions hold → RUNNING(a SUCCESS, z RUNNING)         run z
//	    one is broken   → CANCELLED(a SUCCESS)                  commit
//	    Kill            → KILLED(a SUCCESS)                     commit
//	RUNNING assert(a FAILED)
//	    one is broken   → CANCELLED(a FAILED)                   commit
//	RUNNING(a SUCCESS, z RUNNING)
//	    z ends SUCCESS  → RUNNING assert(a SUCCESS, z SUCCESS)  eval assert
//	RUNNING assert(a SUCCESS, z SUCCESS)
//	    assertions hold → SUCCESS(a SUCCESS, z SUCCESS)         commit
//
// A flow with the task a and concurrency that queues.
//
//	CREATED place
//	    Started          → RUNNING(a RUNNING)  commit, run a
//	    no place is free → QUEUED place        commit
//	RUNNING(a RUNNING)
//	    no place is free → RUNNING(a RUNNING)  ignored
//	    a ends SUCCESS   → SUCCESS(a SUCCESS)  commit
//	QUEUED place
//	    Started          → RUNNING(a RUNNING)  commit, run a
//	    Kill             → KILLED              commit
//	    no place is free → QUEUED place        ignored
//
// The same with concurrency that cancels.
//
//	CREATED place
//	    Started          → RUNNING(a RUNNING)  commit, run a
//	    no place is free → CANCELLED           commit
//	RUNNING(a RUNNING)
//	    a ends SUCCESS   → SUCCESS(a SUCCESS)  commit
//
// The same with concurrency that fails.
//
//	CREATED place
//	    Started          → RUNNING(a RUNNING)  commit, run a
//	    no place is free → FAILED              commit
//	RUNNING(a RUNNING)
//	    a ends SUCCESS   → SUCCESS(a SUCCESS)  commit
//
// A flow none of whose tasks is enabled.
//
//	CREATED
//	    Started → SUCCESS  commit
//
// The same with outputs.
//
//	CREATED
//	    Started               → CREATED eval  eval outputs
//	CREATED eval
//	    outputs are evaluated → SUCCESS       commit
//	    outputs fail          → FAILED        commit
//
// # States of a Leaf
//
// A pure task a.
//
//	not begun
//	    Started          → RUNNING        run a
//	RUNNING
//	    a ends SUCCESS   → SUCCESS        run next
//	    a ends WARNING   → WARNING        run next
//	    a ends FAILED    → FAILED         commit; flow FAILED
//	    a exits WARNING  → WARNING        commit; flow WARNING
//	    a waits          → RUNNING timer  commit
//	    a wakes          → RUNNING        ignored
//	    a is interrupted → RUNNING        ignored
//	RUNNING timer
//	    a wakes          → RUNNING        commit, run a
//	    a ends SUCCESS   → RUNNING timer  ignored
//	SUCCESS
//	    a ends FAILED    → SUCCESS        ignored
//
// A task a that is not pure.
//
//	not begun
//	    Started          → RUNNING            commit, run a
//	RUNNING
//	    a ends SUCCESS   → SUCCESS            commit, run next
//	    a ends FAILED    → FAILED             commit; flow FAILED
//	    a waits          → RUNNING timer      commit
//	    a is interrupted → RUNNING attempt 2  commit, run a
//	RUNNING timer
//	    a wakes          → RUNNING            commit, run a
//	    a is interrupted → RUNNING timer      ignored
//	RUNNING attempt 2
//	    a ends FAILED    → FAILED             commit; flow FAILED
//	    a is interrupted → RUNNING attempt 3  commit, run a
//	RUNNING attempt 3
//	    a ends SUCCESS   → SUCCESS            commit, run next
//
// A task a that is not pure and may be tried twice: what was interrupted does not count.
//
//	not begun
//	    Started          → RUNNING                   commit, run a
//	RUNNING
//	    a is interrupted → RUNNING attempt 2         commit, run a
//	RUNNING attempt 2
//	    a ends FAILED    → RETRYING timer attempt 2  commit
//	RETRYING timer attempt 2
//	    a is interrupted → RETRYING timer attempt 2  ignored
//	    a wakes          → RUNNING attempt 3         commit, run a
//	RUNNING attempt 3
//	    a ends FAILED    → FAILED                    commit; flow FAILED
//
// A task a with runIf. It is the same for a flowable, up to the turn of its first task.
//
//	not begun
//	    Started        → CREATED eval  eval runIf a
//	CREATED eval
//	    a runIf true   → RUNNING       run a
//	    a runIf false  → SKIPPED       run next
//	    a runIf fails  → FAILED        commit; flow FAILED
//	RUNNING
//	    a ends SUCCESS → SUCCESS       run next
//
// A task a with runIf that may be tried twice.
//
//	not begun
//	    Started         → CREATED eval            eval runIf a
//	CREATED eval
//	    a runIf true    → RUNNING                 run a
//	    a runIf fails   → FAILED                  commit; flow FAILED
//	RUNNING
//	    a ends WARNING  → WARNING                 run next
//	    a exits WARNING → WARNING                 commit; flow WARNING
//	    a ends FAILED   → RETRYING timer          commit
//	RETRYING timer
//	    a wakes         → CREATED eval attempt 2  commit, eval runIf a
//	CREATED eval attempt 2
//	    a runIf true    → RUNNING attempt 2       run a
//	    a runIf false   → SKIPPED                 run next
//	RUNNING attempt 2
//	    a ends SUCCESS  → SUCCESS                 run next
//	    a ends FAILED   → FAILED                  commit; flow FAILED
//
// A task a that may be tried twice, with warningOnRetry.
//
//	not begun
//	    Started        → RUNNING            run a
//	RUNNING
//	    a ends SUCCESS → SUCCESS            run next
//	    a ends FAILED  → RETRYING timer     commit
//	RETRYING timer
//	    a wakes        → RUNNING attempt 2  commit, run a
//	RUNNING attempt 2
//	    a ends SUCCESS → WARNING            run next
//
// A task a with a timeout that may be tried twice.
//
//	not begun
//	    Started        → RUNNING            run a
//	RUNNING
//	    a ends SUCCESS → SUCCESS            run next
//	    a times out    → RETRYING timer     commit, cancel a
//	    a waits        → RUNNING timer      commit
//	RETRYING timer
//	    a ends SUCCESS → RETRYING timer     ignored
//	    a wakes        → RUNNING attempt 2  commit, run a
//	RUNNING timer
//	    a times out    → RETRYING timer     commit
//	RUNNING attempt 2
//	    a times out    → FAILED             commit, cancel a; flow FAILED
//	FAILED
//	    a ends SUCCESS → FAILED             ignored
//
// A task a whose timeout is an expression.
//
//	not begun
//	    Started                    → RUNNING eval  eval timeout a
//	RUNNING eval
//	    a has a timeout            → RUNNING       run a
//	    a has a timeout that fails → FAILED        commit; flow FAILED
//	RUNNING
//	    a times out                → FAILED        commit, cancel a; flow FAILED
//	    a is interrupted           → RUNNING       ignored
//
// A task a with runIf and allowFailure.
//
//	not begun
//	    Started       → CREATED eval  eval runIf a
//	CREATED eval
//	    a runIf true  → RUNNING       run a
//	    a runIf fails → WARNING       run next
//	RUNNING
//	    a ends FAILED → WARNING       run next
//
// A task a with allowWarning.
//
//	not begun
//	    Started        → RUNNING  run a
//	RUNNING
//	    a ends WARNING → SUCCESS  run next
//	    a ends FAILED  → FAILED   commit; flow FAILED
//
// A task a with allowFailure and allowWarning.
//
//	not begun
//	    Started       → RUNNING  run a
//	RUNNING
//	    a ends FAILED → SUCCESS  run next
package execution
