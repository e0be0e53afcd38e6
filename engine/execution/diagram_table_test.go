package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// sections returns the diagrams that TestDiagrams runs and that the package documentation shows.
func sections() []section {
	next := leaf("next")
	withLists := func(shape flow.Shape, id string) *flow.Component {
		return flowable(id, shape, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a")))
	}
	withOutputs := func(tasks ...*flow.Component) *flow.Flow {
		f := newFlow(tasks...)
		f.Outputs = []*flow.Output{{ID: "o"}}
		return f
	}
	limited := func(behavior flow.ConcurrencyBehavior) *flow.Flow {
		f := newFlow(leaf("a"))
		f.Concurrency = &flow.Concurrency{Limit: 1, Behavior: behavior}
		return f
	}
	promising := func(sla flow.SLA) *flow.Flow {
		f := newFlow(leaf("a"))
		f.Finally, f.SLAs = list(leaf("z")), []*flow.SLA{&sla}
		return f
	}
	retried := newFlow(leaf("a"))
	retried.Errors, retried.Finally, retried.AfterExecution = list(leaf("e")), list(leaf("z")), list(leaf("x"))
	retried.Retry = &flow.Retry{Kind: flow.Constant, Interval: time.Minute, MaxAttempts: 2, Whole: true}
	withAfter := func(f *flow.Flow, tasks ...*flow.Component) *flow.Flow {
		f.AfterExecution = tasks
		return f
	}
	flowWithLists := newFlow(leaf("a"))
	flowWithLists.Errors, flowWithLists.Finally = list(leaf("e")), list(leaf("z"))

	return []section{
		{"the execution", []diagram{
			{"A flow with the task a, errors e and finally z.", flowWithLists, "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "a ends WARNING", "RUNNING(a WARNING, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING(a FAILED, e RUNNING)", "run e"},
				{"RUNNING(a RUNNING)", "Kill", "KILLED(a KILLED)", "commit, cancel a"},
				{"RUNNING(a RUNNING)", "a exits WARNING", "WARNING(a WARNING)", "commit"},
				{"RUNNING(a RUNNING)", "a exits FAILED", "FAILED(a FAILED)", "commit"},
				{"RUNNING(a FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(a FAILED, e SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a FAILED, e RUNNING)", "e exits SUCCESS", "SUCCESS(a FAILED, e SUCCESS)", "commit"},
				{"RUNNING(a FAILED, e RUNNING)", "e ends FAILED", "RUNNING(a FAILED, e FAILED, z RUNNING)", "run z"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "commit"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends FAILED", "SUCCESS(a SUCCESS, z FAILED)", "commit"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z exits FAILED", "FAILED(a SUCCESS, z FAILED)", "commit"},
				{"RUNNING(a WARNING, z RUNNING)", "z ends SUCCESS", "WARNING(a WARNING, z SUCCESS)", "commit"},
				{"RUNNING(a FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a FAILED, e SUCCESS, z SUCCESS)", "commit"},
				{"RUNNING(a FAILED, e FAILED, z RUNNING)", "z ends SUCCESS", "FAILED(a FAILED, e FAILED, z SUCCESS)", "commit"},
			}},
			{"A flow with the task a and outputs.", withOutputs(leaf("a")), "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING eval(a SUCCESS)", "eval outputs"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING eval(a FAILED)", "eval outputs"},
				{"RUNNING eval(a SUCCESS)", "outputs are evaluated", "SUCCESS(a SUCCESS)", "commit"},
				{"RUNNING eval(a SUCCESS)", "Kill", "KILLED(a SUCCESS)", "commit"},
				{"RUNNING eval(a SUCCESS)", "outputs fail", "FAILED(a SUCCESS)", "commit"},
				{"RUNNING eval(a FAILED)", "outputs are evaluated", "FAILED(a FAILED)", "commit"},
				{"RUNNING eval(a FAILED)", "outputs fail", "FAILED(a FAILED)", "commit"},
			}},
			{"A flow with the task a, which may be tried twice.", newFlow(leaf("a", retry(2))), "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "commit"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RETRYING(a RETRYING timer)", "commit"},
				{"RETRYING(a RETRYING timer)", "Kill", "KILLED(a KILLED)", "commit"},
				{"RETRYING(a RETRYING timer)", "a wakes", "RUNNING(a RUNNING attempt 2)", "commit, run a"},
				{"RUNNING(a RUNNING attempt 2)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "commit"},
				{"RUNNING(a RUNNING attempt 2)", "a ends FAILED", "FAILED(a FAILED)", "commit"},
			}},
			{"A flow with the task a and afterExecution x and y.", withAfter(newFlow(leaf("a")), leaf("x"), leaf("y")), "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS, x RUNNING)", "commit, run x"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "FAILED(a FAILED, x RUNNING)", "commit, run x"},
				{"RUNNING(a RUNNING)", "a exits WARNING", "WARNING(a WARNING, x RUNNING)", "commit, run x"},
				{"RUNNING(a RUNNING)", "Kill", "KILLED(a KILLED, x RUNNING)", "commit, cancel a, run x"},
				{"SUCCESS(a SUCCESS, x RUNNING)", "x ends FAILED", "SUCCESS(a SUCCESS, x FAILED, y RUNNING)", "run y"},
				{"SUCCESS(a SUCCESS, x RUNNING)", "Kill", "SUCCESS(a SUCCESS, x KILLED)", "commit, cancel x"},
				{"SUCCESS(a SUCCESS, x RUNNING)", "x exits WARNING", "SUCCESS(a SUCCESS, x WARNING)", "commit"},
				{"SUCCESS(a SUCCESS, x FAILED, y RUNNING)", "y ends SUCCESS", "SUCCESS(a SUCCESS, x FAILED, y SUCCESS)", "commit"},
				{"FAILED(a FAILED, x RUNNING)", "x ends WARNING", "FAILED(a FAILED, x WARNING, y RUNNING)", "run y"},
			}},
			{"The same with outputs, and a task x that may be tried twice.", withAfter(withOutputs(leaf("a")), leaf("x", retry(2))), "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING eval(a SUCCESS)", "eval outputs"},
				{"RUNNING eval(a SUCCESS)", "outputs are evaluated", "SUCCESS(a SUCCESS, x RUNNING)", "commit, run x"},
				{"RUNNING eval(a SUCCESS)", "outputs fail", "FAILED(a SUCCESS, x RUNNING)", "commit, run x"},
				{"SUCCESS(a SUCCESS, x RUNNING)", "x ends FAILED", "SUCCESS(a SUCCESS, x RETRYING timer)", "commit"},
				{"SUCCESS(a SUCCESS, x RETRYING timer)", "x wakes", "SUCCESS(a SUCCESS, x RUNNING attempt 2)", "commit, run x"},
				{"SUCCESS(a SUCCESS, x RUNNING attempt 2)", "x ends SUCCESS", "SUCCESS(a SUCCESS, x SUCCESS)", "commit"},
			}},
			{"A flow with the task a, errors e, finally z and afterExecution x, which is tried twice as a whole.", retried, "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING(a RETRIED, e RUNNING)", "run e"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends FAILED", "SUCCESS(a SUCCESS, z FAILED, x RUNNING)", "commit, run x"},
				{"RUNNING(a RETRIED, e RUNNING)", "e ends FAILED", "RETRIED(a RETRIED, e FAILED, x RUNNING)", "commit, try again, run x"},
				{"RUNNING(a RETRIED, e RUNNING)", "e exits WARNING", "WARNING(a RETRIED, e WARNING, x RUNNING)", "commit, run x"},
				{"RETRIED(a RETRIED, e FAILED, x RUNNING)", "x ends FAILED", "RETRIED(a RETRIED, e FAILED, x FAILED)", "commit"},
			}},
			{"A flow with a sequence s of a, after whose failure all is tried once more.", withOutputs(seq("s", leaf("a", anew(2)))), "", []move{
				{"CREATED", "Started", "RUNNING(s RUNNING(a RUNNING))", "run a"},
				{"RUNNING(s RUNNING(a RUNNING))", "a ends FAILED", "RETRIED(s RETRIED(a RETRIED))", "commit, try again"},
			}},
			{"The same with concurrency that cancels.", withAfter(limited(flow.CancelExecution), leaf("x")), "", []move{
				{"CREATED place", "Started", "RUNNING(a RUNNING)", "commit, run a"},
				{"CREATED place", "no place is free", "CANCELLED(x RUNNING)", "commit, run x"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS, x RUNNING)", "commit, run x"},
				{"CANCELLED(x RUNNING)", "x ends SUCCESS", "CANCELLED(x SUCCESS)", "commit"},
				{"CANCELLED(x RUNNING)", "no place is free", "CANCELLED(x RUNNING)", "ignored"},
			}},
			{"A flow with the task a, finally z, and a duration of sla that fails it.", promising(flow.SLA{Kind: flow.MaxDuration, Behavior: flow.FailBySLA}), "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "it is overdue", "FAILED(a KILLED)", "commit, cancel a"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "commit"},
				{"FAILED(a KILLED)", "it is overdue", "FAILED(a KILLED)", "ignored"},
			}},
			{"The same with one that only labels it.", promising(flow.SLA{Kind: flow.MaxDuration, Behavior: flow.NoneBySLA}), "", []move{
				{"CREATED", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "it is overdue", "RUNNING(a RUNNING)", "commit"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "commit"},
			}},
			{"The same with an assertion that cancels it.", promising(flow.SLA{Kind: flow.ExecutionAssertion, Behavior: flow.CancelBySLA}), "", []move{
				{"CREATED", "Started", "RUNNING assert", "eval assert"},
				{"RUNNING assert", "assertions hold", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING assert", "one is broken", "CANCELLED", "commit"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING assert(a SUCCESS)", "eval assert"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING assert(a FAILED)", "eval assert"},
				{"RUNNING assert(a SUCCESS)", "assertions hold", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING assert(a SUCCESS)", "one is broken", "CANCELLED(a SUCCESS)", "commit"},
				{"RUNNING assert(a SUCCESS)", "Kill", "KILLED(a SUCCESS)", "commit"},
				{"RUNNING assert(a FAILED)", "one is broken", "CANCELLED(a FAILED)", "commit"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "RUNNING assert(a SUCCESS, z SUCCESS)", "eval assert"},
				{"RUNNING assert(a SUCCESS, z SUCCESS)", "assertions hold", "SUCCESS(a SUCCESS, z SUCCESS)", "commit"},
			}},
			{"A flow with the task a and concurrency that queues.", limited(flow.QueueExecution), "", []move{
				{"CREATED place", "Started", "RUNNING(a RUNNING)", "commit, run a"},
				{"CREATED place", "no place is free", "QUEUED place", "commit"},
				{"RUNNING(a RUNNING)", "no place is free", "RUNNING(a RUNNING)", "ignored"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "commit"},
				{"QUEUED place", "Started", "RUNNING(a RUNNING)", "commit, run a"},
				{"QUEUED place", "Kill", "KILLED", "commit"},
				{"QUEUED place", "no place is free", "QUEUED place", "ignored"},
			}},
			{"The same with concurrency that cancels.", limited(flow.CancelExecution), "", []move{
				{"CREATED place", "Started", "RUNNING(a RUNNING)", "commit, run a"},
				{"CREATED place", "no place is free", "CANCELLED", "commit"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "commit"},
			}},
			{"The same with concurrency that fails.", limited(flow.FailExecution), "", []move{
				{"CREATED place", "Started", "RUNNING(a RUNNING)", "commit, run a"},
				{"CREATED place", "no place is free", "FAILED", "commit"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "commit"},
			}},
			{"A flow none of whose tasks is enabled.", newFlow(leaf("a", disabled)), "", []move{
				{"CREATED", "Started", "SUCCESS", "commit"},
			}},
			{"The same with outputs.", withOutputs(leaf("a", disabled)), "", []move{
				{"CREATED", "Started", "CREATED eval", "eval outputs"},
				{"CREATED eval", "outputs are evaluated", "SUCCESS", "commit"},
				{"CREATED eval", "outputs fail", "FAILED", "commit"},
			}},
		}},
		{"a Leaf", []diagram{
			{"A pure task a.", newFlow(leaf("a"), next), "a", []move{
				{"not begun", "Started", "RUNNING", "run a"},
				{"RUNNING", "a ends SUCCESS", "SUCCESS", "run next"},
				{"RUNNING", "a ends WARNING", "WARNING", "run next"},
				{"RUNNING", "a ends FAILED", "FAILED", "commit; flow FAILED"},
				{"RUNNING", "a exits WARNING", "WARNING", "commit; flow WARNING"},
				{"RUNNING", "a waits", "RUNNING timer", "commit"},
				{"RUNNING", "a wakes", "RUNNING", "ignored"},
				{"RUNNING", "a is interrupted", "RUNNING", "ignored"},
				{"RUNNING timer", "a wakes", "RUNNING", "commit, run a"},
				{"RUNNING timer", "a ends SUCCESS", "RUNNING timer", "ignored"},
				{"SUCCESS", "a ends FAILED", "SUCCESS", "ignored"},
			}},
			{"A task a that is not pure.", newFlow(leaf("a", impure), next), "a", []move{
				{"not begun", "Started", "RUNNING", "commit, run a"},
				{"RUNNING", "a ends SUCCESS", "SUCCESS", "commit, run next"},
				{"RUNNING", "a ends FAILED", "FAILED", "commit; flow FAILED"},
				{"RUNNING", "a waits", "RUNNING timer", "commit"},
				{"RUNNING", "a is interrupted", "RUNNING attempt 2", "commit, run a"},
				{"RUNNING timer", "a wakes", "RUNNING", "commit, run a"},
				{"RUNNING timer", "a is interrupted", "RUNNING timer", "ignored"},
				{"RUNNING attempt 2", "a ends FAILED", "FAILED", "commit; flow FAILED"},
				{"RUNNING attempt 2", "a is interrupted", "RUNNING attempt 3", "commit, run a"},
				{"RUNNING attempt 3", "a ends SUCCESS", "SUCCESS", "commit, run next"},
			}},
			{"A task a that is not pure and may be tried twice: what was interrupted does not count.", newFlow(leaf("a", impure, retry(2)), next), "a", []move{
				{"not begun", "Started", "RUNNING", "commit, run a"},
				{"RUNNING", "a is interrupted", "RUNNING attempt 2", "commit, run a"},
				{"RUNNING attempt 2", "a ends FAILED", "RETRYING timer attempt 2", "commit"},
				{"RETRYING timer attempt 2", "a is interrupted", "RETRYING timer attempt 2", "ignored"},
				{"RETRYING timer attempt 2", "a wakes", "RUNNING attempt 3", "commit, run a"},
				{"RUNNING attempt 3", "a ends FAILED", "FAILED", "commit; flow FAILED"},
			}},
			{"A task a with runIf. It is the same for a flowable, up to the turn of its first task.", newFlow(leaf("a", runIf), next), "a", []move{
				{"not begun", "Started", "CREATED eval", "eval runIf a"},
				{"CREATED eval", "a runIf true", "RUNNING", "run a"},
				{"CREATED eval", "a runIf false", "SKIPPED", "run next"},
				{"CREATED eval", "a runIf fails", "FAILED", "commit; flow FAILED"},
				{"RUNNING", "a ends SUCCESS", "SUCCESS", "run next"},
			}},
			{"A task a with runIf that may be tried twice.", newFlow(leaf("a", runIf, retry(2)), next), "a", []move{
				{"not begun", "Started", "CREATED eval", "eval runIf a"},
				{"CREATED eval", "a runIf true", "RUNNING", "run a"},
				{"CREATED eval", "a runIf fails", "FAILED", "commit; flow FAILED"},
				{"RUNNING", "a ends WARNING", "WARNING", "run next"},
				{"RUNNING", "a exits WARNING", "WARNING", "commit; flow WARNING"},
				{"RUNNING", "a ends FAILED", "RETRYING timer", "commit"},
				{"RETRYING timer", "a wakes", "CREATED eval attempt 2", "commit, eval runIf a"},
				{"CREATED eval attempt 2", "a runIf true", "RUNNING attempt 2", "run a"},
				{"CREATED eval attempt 2", "a runIf false", "SKIPPED", "run next"},
				{"RUNNING attempt 2", "a ends SUCCESS", "SUCCESS", "run next"},
				{"RUNNING attempt 2", "a ends FAILED", "FAILED", "commit; flow FAILED"},
			}},
			{"A task a that may be tried twice, with warningOnRetry.", newFlow(leaf("a", warned(2)), next), "a", []move{
				{"not begun", "Started", "RUNNING", "run a"},
				{"RUNNING", "a ends SUCCESS", "SUCCESS", "run next"},
				{"RUNNING", "a ends FAILED", "RETRYING timer", "commit"},
				{"RETRYING timer", "a wakes", "RUNNING attempt 2", "commit, run a"},
				{"RUNNING attempt 2", "a ends SUCCESS", "WARNING", "run next"},
			}},
			{"A task a with a timeout that may be tried twice.", newFlow(leaf("a", timeout, retry(2)), next), "a", []move{
				{"not begun", "Started", "RUNNING", "run a"},
				{"RUNNING", "a ends SUCCESS", "SUCCESS", "run next"},
				{"RUNNING", "a times out", "RETRYING timer", "commit, cancel a"},
				{"RUNNING", "a waits", "RUNNING timer", "commit"},
				{"RETRYING timer", "a ends SUCCESS", "RETRYING timer", "ignored"},
				{"RETRYING timer", "a wakes", "RUNNING attempt 2", "commit, run a"},
				{"RUNNING timer", "a times out", "RETRYING timer", "commit"},
				{"RUNNING attempt 2", "a times out", "FAILED", "commit, cancel a; flow FAILED"},
				{"FAILED", "a ends SUCCESS", "FAILED", "ignored"},
			}},
			{"A task a whose timeout is an expression.", newFlow(leaf("a", anyTimeout), next), "a", []move{
				{"not begun", "Started", "RUNNING eval", "eval timeout a"},
				{"RUNNING eval", "a has a timeout", "RUNNING", "run a"},
				{"RUNNING eval", "a has a timeout that fails", "FAILED", "commit; flow FAILED"},
				{"RUNNING", "a times out", "FAILED", "commit, cancel a; flow FAILED"},
				{"RUNNING", "a is interrupted", "RUNNING", "ignored"},
			}},
			{"A task a with runIf and allowFailure.", newFlow(leaf("a", runIf, allowFail), next), "a", []move{
				{"not begun", "Started", "CREATED eval", "eval runIf a"},
				{"CREATED eval", "a runIf true", "RUNNING", "run a"},
				{"CREATED eval", "a runIf fails", "WARNING", "run next"},
				{"RUNNING", "a ends FAILED", "WARNING", "run next"},
			}},
			{"A task a with allowWarning.", newFlow(leaf("a", allowWarn), next), "a", []move{
				{"not begun", "Started", "RUNNING", "run a"},
				{"RUNNING", "a ends WARNING", "SUCCESS", "run next"},
				{"RUNNING", "a ends FAILED", "FAILED", "commit; flow FAILED"},
			}},
			{"A task a with allowFailure and allowWarning.", newFlow(leaf("a", allowFail, allowWarn), next), "a", []move{
				{"not begun", "Started", "RUNNING", "run a"},
				{"RUNNING", "a ends FAILED", "SUCCESS", "run next"},
			}},
		}},
		{"a Sequence", []diagram{
			{"A sequence s of a and b.", newFlow(seq("s", leaf("a"), leaf("b")), next), "s", []move{
				{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, b RUNNING)", "run b"},
				{"RUNNING(a RUNNING)", "a ends WARNING", "RUNNING(a WARNING, b RUNNING)", "run b"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "FAILED(a FAILED)", "commit; flow FAILED"},
				{"RUNNING(a RUNNING)", "a exits SUCCESS", "SUCCESS(a SUCCESS)", "commit; flow SUCCESS"},
				{"RUNNING(a SUCCESS, b RUNNING)", "b ends SUCCESS", "SUCCESS(a SUCCESS, b SUCCESS)", "run next"},
				{"RUNNING(a SUCCESS, b RUNNING)", "b ends WARNING", "WARNING(a SUCCESS, b WARNING)", "run next"},
				{"RUNNING(a SUCCESS, b RUNNING)", "b ends FAILED", "FAILED(a SUCCESS, b FAILED)", "commit; flow FAILED"},
				{"RUNNING(a WARNING, b RUNNING)", "b ends SUCCESS", "WARNING(a WARNING, b SUCCESS)", "run next"},
			}},
			{"A sequence s of a, with errors e and finally z.", newFlow(withLists(flow.ShapeSequence, "s"), next), "s", []move{
				{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING(a FAILED, e RUNNING)", "run e"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends FAILED", "SUCCESS(a SUCCESS, z FAILED)", "run next"},
				{"RUNNING(a FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(a FAILED, e SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a FAILED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			}},
			{"A sequence s of a, with a timeout, errors e and finally z.", newFlow(with(withLists(flow.ShapeSequence, "s"), timeout), next), "s", []move{
				{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "s times out", "RUNNING(a KILLED, e RUNNING)", "commit, cancel a, run e"},
				{"RUNNING(a SUCCESS, z RUNNING)", "s times out", "RUNNING(a SUCCESS, z RUNNING)", "ignored"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "run next"},
				{"RUNNING(a KILLED, e RUNNING)", "e ends SUCCESS", "RUNNING(a KILLED, e SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a KILLED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a KILLED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			}},
			{"A sequence s of a, which forgives failures.", newFlow(forgiving("s", leaf("a")), next), "s", []move{
				{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "run next"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "WARNING(a FAILED)", "run next"},
			}},
			{"A sequence s without tasks.", newFlow(seq("s"), next), "s", []move{
				{"not begun", "Started", "SUCCESS", "run next"},
			}},
		}},
		directorySection(next),
		{"a Parallel", []diagram{
			{"A parallel p of a, b and c, at most two at once.", newFlow(par("p", 2, leaf("a"), leaf("b"), leaf("c")), next), "p", []move{
				{"not begun", "Started", "RUNNING(a RUNNING, b RUNNING)", "run a, run b"},
				{"RUNNING(a RUNNING, b RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, b RUNNING, c RUNNING)", "run c"},
				{"RUNNING(a RUNNING, b RUNNING)", "a ends FAILED", "RUNNING(a FAILED, b RUNNING)", ""},
				{"RUNNING(a RUNNING, b RUNNING)", "a exits SUCCESS", "SUCCESS(a SUCCESS, b KILLED)", "commit, cancel b; flow SUCCESS"},
				{"RUNNING(a SUCCESS, b RUNNING, c RUNNING)", "c ends SUCCESS", "RUNNING(a SUCCESS, b RUNNING, c SUCCESS)", ""},
				{"RUNNING(a SUCCESS, b RUNNING, c SUCCESS)", "b ends SUCCESS", "SUCCESS(a SUCCESS, b SUCCESS, c SUCCESS)", "run next"},
				{"RUNNING(a SUCCESS, b RUNNING, c SUCCESS)", "b ends WARNING", "WARNING(a SUCCESS, b WARNING, c SUCCESS)", "run next"},
				{"RUNNING(a FAILED, b RUNNING)", "b ends SUCCESS", "FAILED(a FAILED, b SUCCESS)", "commit; flow FAILED"},
				{"SUCCESS(a SUCCESS, b KILLED)", "b ends SUCCESS", "SUCCESS(a SUCCESS, b KILLED)", "ignored"},
			}},
			{"A parallel p of a, with errors e and finally z.", newFlow(withLists(flow.ShapeParallel, "p"), next), "p", []move{
				{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING(a FAILED, e RUNNING)", "run e"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "run next"},
				{"RUNNING(a FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(a FAILED, e SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a FAILED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			}},
		}},
		{"a Choice", []diagram{
			{"A choice i: case 0 has a, case 1 has b.", newFlow(choice("i", list(leaf("a")), list(leaf("b"))), next), "i", []move{
				{"not begun", "Started", "RUNNING eval", "eval choose i"},
				{"RUNNING eval", "i chooses case 0", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING eval", "i chooses case 1", "RUNNING(b RUNNING)", "run b"},
				{"RUNNING eval", "i chooses none", "SUCCESS", "run next"},
				{"RUNNING eval", "i cannot choose", "FAILED", "commit; flow FAILED"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "SUCCESS(a SUCCESS)", "run next"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "FAILED(a FAILED)", "commit; flow FAILED"},
				{"RUNNING(b RUNNING)", "b ends WARNING", "WARNING(b WARNING)", "run next"},
			}},
			{"A choice i whose timeout is an expression: case 0 has a.", newFlow(with(choice("i", list(leaf("a"))), anyTimeout), next), "i", []move{
				{"not begun", "Started", "RUNNING eval", "eval timeout i"},
				{"RUNNING eval", "i has a timeout", "RUNNING eval", "eval choose i"},
				{"RUNNING eval", "i has a timeout that fails", "FAILED", "commit; flow FAILED"},
			}},
			{"A choice i: case 0 has a; with errors e and finally z.", newFlow(withLists(flow.ShapeChoice, "i"), next), "i", []move{
				{"not begun", "Started", "RUNNING eval", "eval choose i"},
				{"RUNNING eval", "i chooses case 0", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING eval", "i chooses none", "RUNNING(z RUNNING)", "run z"},
				{"RUNNING eval", "i cannot choose", "FAILED", "commit; flow FAILED"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING(a FAILED, e RUNNING)", "run e"},
				{"RUNNING(z RUNNING)", "z ends SUCCESS", "SUCCESS(z SUCCESS)", "run next"},
				{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "run next"},
				{"RUNNING(a FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(a FAILED, e SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a FAILED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			}},
		}},
		{"an Each", []diagram{
			{"An each l of a and then b, one value at a time.", newFlow(each("l", 1, leaf("a"), leaf("b")), next), "l", []move{
				{"not begun", "Started", "RUNNING eval", "eval values l"},
				{"RUNNING eval", "l has values x y", "RUNNING(a=x RUNNING)", "run a=x"},
				{"RUNNING eval", "l has no values", "SUCCESS", "run next"},
				{"RUNNING eval", "l has values that fail", "FAILED", "commit; flow FAILED"},
				{"RUNNING(a=x RUNNING)", "a=x ends SUCCESS", "RUNNING(a=x SUCCESS, b=x RUNNING)", "run b=x"},
				{"RUNNING(a=x RUNNING)", "a=x ends FAILED", "FAILED(a=x FAILED)", "commit; flow FAILED"},
				{"RUNNING(a=x SUCCESS, b=x RUNNING)", "b=x ends SUCCESS", "RUNNING(a=x SUCCESS, b=x SUCCESS, a=y RUNNING)", "run a=y"},
				{"RUNNING(a=x SUCCESS, b=x SUCCESS, a=y RUNNING)", "a=y ends FAILED", "FAILED(a=x SUCCESS, b=x SUCCESS, a=y FAILED)", "commit; flow FAILED"},
			}},
			{"An each l of a and then b, all values at once.", newFlow(each("l", 0, leaf("a"), leaf("b")), next), "l", []move{
				{"not begun", "Started", "RUNNING eval", "eval values l"},
				{"RUNNING eval", "l has values x y", "RUNNING(a=x RUNNING, a=y RUNNING)", "run a=x, run a=y"},
				{"RUNNING(a=x RUNNING, a=y RUNNING)", "a=x ends SUCCESS", "RUNNING(a=x SUCCESS, a=y RUNNING, b=x RUNNING)", "run b=x"},
				{"RUNNING(a=x RUNNING, a=y RUNNING)", "a=x ends FAILED", "RUNNING(a=x FAILED, a=y RUNNING)", ""},
				{"RUNNING(a=x SUCCESS, a=y RUNNING, b=x RUNNING)", "b=x ends SUCCESS", "RUNNING(a=x SUCCESS, a=y RUNNING, b=x SUCCESS)", ""},
				{"RUNNING(a=x SUCCESS, a=y RUNNING, b=x SUCCESS)", "a=y ends SUCCESS", "RUNNING(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y RUNNING)", "run b=y"},
				{"RUNNING(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y RUNNING)", "b=y ends SUCCESS", "SUCCESS(a=x SUCCESS, a=y SUCCESS, b=x SUCCESS, b=y SUCCESS)", "run next"},
				{"RUNNING(a=x FAILED, a=y RUNNING)", "a=y ends SUCCESS", "FAILED(a=x FAILED, a=y SUCCESS)", "commit; flow FAILED"},
			}},
			{"An each l of a and b, which begin together.", newFlow(apart("l", 0, leaf("a"), leaf("b")), next), "l", []move{
				{"not begun", "Started", "RUNNING eval", "eval values l"},
				{"RUNNING eval", "l has value x", "RUNNING(a=x RUNNING, b=x RUNNING)", "run a=x, run b=x"},
				{"RUNNING(a=x RUNNING, b=x RUNNING)", "a=x ends FAILED", "RUNNING(a=x FAILED, b=x RUNNING)", ""},
				{"RUNNING(a=x FAILED, b=x RUNNING)", "b=x ends SUCCESS", "FAILED(a=x FAILED, b=x SUCCESS)", "commit; flow FAILED"},
			}},
			{"An each l of a, with errors e and finally z.", newFlow(withLists(flow.ShapeEach, "l"), next), "l", []move{
				{"not begun", "Started", "RUNNING eval", "eval values l"},
				{"RUNNING eval", "l has value x", "RUNNING(a=x RUNNING)", "run a=x"},
				{"RUNNING eval", "l has no values", "RUNNING(z RUNNING)", "run z"},
				{"RUNNING eval", "l has values that fail", "FAILED", "commit; flow FAILED"},
				{"RUNNING(a=x RUNNING)", "a=x ends SUCCESS", "RUNNING(a=x SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a=x RUNNING)", "a=x ends FAILED", "RUNNING(a=x FAILED, e RUNNING)", "run e"},
				{"RUNNING(z RUNNING)", "z ends SUCCESS", "SUCCESS(z SUCCESS)", "run next"},
				{"RUNNING(a=x SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a=x SUCCESS, z SUCCESS)", "run next"},
				{"RUNNING(a=x FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(a=x FAILED, e SUCCESS, z RUNNING)", "run z"},
				{"RUNNING(a=x FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a=x FAILED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			}},
		}},
		{"a Dag", []diagram{
			{"A dag d of a, b after a, and c.", newFlow(dag("d", 0, [][]int{nil, {0}, nil}, leaf("a"), leaf("b"), leaf("c")), next), "d", []move{
				{"not begun", "Started", "RUNNING(a RUNNING, c RUNNING)", "run a, run c"},
				{"RUNNING(a RUNNING, c RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, c RUNNING, b RUNNING)", "run b"},
				{"RUNNING(a RUNNING, c RUNNING)", "a ends FAILED", "RUNNING(a FAILED, c RUNNING)", ""},
				{"RUNNING(a RUNNING, c RUNNING)", "c ends SUCCESS", "RUNNING(a RUNNING, c SUCCESS)", ""},
				{"RUNNING(a SUCCESS, c RUNNING, b RUNNING)", "c ends SUCCESS", "RUNNING(a SUCCESS, c SUCCESS, b RUNNING)", ""},
				{"RUNNING(a SUCCESS, c SUCCESS, b RUNNING)", "b ends SUCCESS", "SUCCESS(a SUCCESS, c SUCCESS, b SUCCESS)", "run next"},
				{"RUNNING(a RUNNING, c SUCCESS)", "a ends WARNING", "RUNNING(a WARNING, c SUCCESS, b RUNNING)", "run b"},
				{"RUNNING(a WARNING, c SUCCESS, b RUNNING)", "b ends SUCCESS", "WARNING(a WARNING, c SUCCESS, b SUCCESS)", "run next"},
				{"RUNNING(a FAILED, c RUNNING)", "c ends SUCCESS", "FAILED(a FAILED, c SUCCESS)", "commit; flow FAILED"},
			}},
			{"A dag d of a and b, one at a time.", newFlow(dag("d", 1, [][]int{nil, nil}, leaf("a"), leaf("b")), next), "d", []move{
				{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
				{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, b RUNNING)", "run b"},
				{"RUNNING(a RUNNING)", "a ends FAILED", "FAILED(a FAILED)", "commit; flow FAILED"},
				{"RUNNING(a SUCCESS, b RUNNING)", "b ends SUCCESS", "SUCCESS(a SUCCESS, b SUCCESS)", "run next"},
			}},
		}},
		childSection(next),
		childrenSection(next),
		pauseSection(next),
		untilSection(next),
		restartSection(next),
	}
}
