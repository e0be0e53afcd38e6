// Package execution is the core of the engine: what an execution is, and the rules by which it goes on. It does no I/O,
// reads no clock, draws no random number while it steps, and evaluates no expression.
//
// A flow is a tree of tasks ([Plan]), so an execution is a tree of task runs ([State]). [Step] takes an [Event], changes the
// state in place, and returns what is to be done next ([Effect]). [State.Changes] gives what has changed, for a [Store];
// applying all changes of an execution to the state it was accepted with gives the state that Step left. [Pending] gives the
// effects of a state that was loaded: recovery needs nothing else.
//
// # States of an execution
//
//	state    event                                 next state                        effects, barrier
//	CREATED  Started                               RUNNING                           of the first task
//	CREATED  Started, no task is enabled           SUCCESS                           Eval outputs if declared, else end
//	RUNNING  all lists of the flow have ended      that of its tasks                 Eval outputs if declared, else end
//	RUNNING  a task ends with Exit                 that of Exit; the rest is KILLED  Cancel, and as above
//	RUNNING  a task waits for its next attempt     FAILED (at the top), RETRYING     barrier
//	RETRYING Woke, for a next attempt              RUNNING                           of the task
//	…        Evaluated outputs                     the state above                   end
//	…        Evaluated outputs, one failed         the state above, then FAILED      end
//
// A state above that waits for its outputs is entered once they are evaluated: until then the execution is RUNNING, or
// CREATED when it has no task. "end" is a barrier without effects.
//
// # Lists
//
// A flowable, and the flow itself, goes through three lists: its tasks, `errors` if one of them has failed, and `finally`.
// Its state looks at its tasks alone: FAILED if one is, else WARNING if one is, else SUCCESS. A list of tasks that
// runs as a sequence begins nothing after one that has FAILED; `errors` and `finally` go on.
//
//	tasks    have ended, one FAILED, there are errors      errors
//	tasks    have ended, else                              finally, or the end without
//	errors   have ended                                    finally, or the end without
//	finally  have ended                                    the end
//
// # States of a task run
//
//	state    event                           next state                        effects, barrier
//	–        its turn comes, with runIf      CREATED                           Eval runIf
//	–        its turn comes                  CREATED, RUNNING                  of its shape
//	CREATED  Evaluated runIf: true           RUNNING                           of its shape
//	CREATED  Evaluated runIf: false          SKIPPED                           of what follows
//	CREATED  Evaluated runIf: failed         FAILED (1)                        of what follows
//	RUNNING  its end, see below              SUCCESS, WARNING (2), FAILED (1)  of what follows
//	RUNNING  FAILED, and retry allows more   FAILED, RETRYING                  barrier
//	RETRYING Woke                            CREATED, and as at the top        as at the top
//
// (1) with allowFailure WARNING, with allowWarning too SUCCESS; (2) with allowWarning SUCCESS. The attempt keeps the
// state it ended in.
//
// # Shapes
//
//	Leaf       begins with RunTask, with a barrier before and after it unless the task is pure
//	           TaskEnded with a status ends it; without one it waits until Wake, and Woke runs it on
//	Sequence   begins its first task; the end of a task begins the next
//	Parallel   begins all its tasks, or as many as its limit allows; the end of a task begins the next, but not after a
//	           failure: what runs then ends first
//	Choice     begins with Eval choose; Evaluated begins the list that was chosen, as a Sequence; none: SUCCESS
//	           Evaluated with a failure ends it FAILED, and none of its lists runs
//	Each       begins with Eval values; Evaluated begins its list, as a Sequence, for the first value, or for as many as its
//	           limit allows; the end of a round begins the next, but not after a failure: what runs then ends first
//	           Evaluated with a failure ends it FAILED, and none of its lists runs
//
//	Dag        begins the tasks that come after no other, or as many as its limit allows; the end of a task begins those that
//	           came after it and wait for nothing else, but not after a failure: what runs then ends first
//
// # Barriers
//
// A store is written only where [Result.Barrier] says so: everything since the last barrier is one compare-and-set
// commit, and it comes before the effects of that result start. Barriers come before and after each task that is not
// pure, at every time that is waited for, and at the end. Accept is its own commit, except when a waiting caller's execution
// ends without reaching another barrier: then accept and end are one commit.
//
// Effects are performed at least once, keyed by execution, task run and attempt. Ids of task runs follow from the place in
// the tree, and the clock and the seed that an effect sees from the state, so that a repeated effect prints the same.
package execution
