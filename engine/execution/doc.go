// Package execution is the core of the engine: what an execution is, and the rules by which it goes on. It does no I/O,
// reads no clock, draws no random number while it steps, and evaluates no expression.
//
// [Step] takes an event, changes the [State] in place, and returns what happened ([Change], for a [Store]) and what is
// to be done next ([Effect], for a runner). Applying all changes of an execution to the state it was accepted with gives
// the state that Step left.
//
// # States of an execution
//
//	state    event                           next state                        effects, barrier
//	CREATED  Started                         RUNNING                           of the first task
//	CREATED  Started, no task is enabled     SUCCESS                           end
//	RUNNING  a task run ends, not FAILED     RUNNING                           of the next task
//	RUNNING  the last task run ends          SUCCESS, or WARNING if one is     Evaluate outputs if declared, else end
//	RUNNING  a task run is FAILED            FAILED                            Evaluate outputs if declared, else end
//	…        Evaluated outputs               the state above                   end
//	…        Evaluated outputs, one failed   the state above, then FAILED      end
//
// A state above that waits for its outputs is entered once they are evaluated: until then the execution is RUNNING, or
// CREATED when it has no task. "end" is a barrier without effects.
//
// # States of a task run
//
//	state    event                           next state                        effects, barrier
//	–        its turn comes, with runIf      CREATED                           Evaluate runIf
//	–        its turn comes                  CREATED, RUNNING                  RunTask, a barrier before it unless the task is pure
//	CREATED  Evaluated runIf: true           RUNNING                           RunTask, a barrier before it unless the task is pure
//	CREATED  Evaluated runIf: false          SKIPPED                           of what follows
//	CREATED  Evaluated runIf: failed         FAILED (1)                        of what follows
//	RUNNING  TaskEnded SUCCESS               SUCCESS                           of what follows, with a barrier unless the task is pure
//	RUNNING  TaskEnded WARNING               WARNING (2)                       the same
//	RUNNING  TaskEnded FAILED                FAILED (1)                        the same
//
// (1) with allowFailure WARNING, with allowWarning too SUCCESS; (2) with allowWarning SUCCESS. The attempt keeps the
// state it ended in.
//
// # Barriers
//
// A store is written only where [Result.Barrier] says so: everything since the last barrier is one compare-and-set
// commit, and it comes before the effects of that result start. Barriers come before and after each task that is not
// pure, and at the end. Accepting an execution is a commit of its own, unless nobody can tell: an execution whose caller
// waits and that ends without any other barrier is accepted in its final state.
//
// Effects are performed at least once, keyed by execution, task run and attempt. Ids of task runs, and the clock and the
// seed that an effect sees, are derived from the state, so that a repeated effect prints the same.
package execution
