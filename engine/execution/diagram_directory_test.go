package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// directorySection has the diagrams of a Sequence whose tasks share a directory.
func directorySection(next *flow.Component) section {
	withLists := func(change ...func(*flow.Component)) *flow.Component {
		return with(flowable("s", flow.ShapeSequence, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"))), append(change, shared)...)
	}
	return section{"a Sequence with a directory", []diagram{
		{"A sequence s of a and b that share a directory.", newFlow(with(seq("s", leaf("a"), leaf("b")), shared), next), "s", []move{
			{"not begun", "Started", "CREATED files", "eval prepare s"},
			{"CREATED files", "s is prepared", "RUNNING(a RUNNING)", "run a"},
			{"CREATED files", "s cannot be prepared", "FAILED", "commit; flow FAILED"},
			{"CREATED files", "Kill", "KILLED", "commit, cancel s; flow KILLED"},
			{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, b RUNNING)", "run b"},
			{"RUNNING(a RUNNING)", "a ends FAILED", "RUNNING files(a FAILED)", "eval collect s"},
			{"RUNNING(a RUNNING)", "a exits SUCCESS", "SUCCESS(a SUCCESS)", "commit; flow SUCCESS"},
			{"RUNNING(a SUCCESS, b RUNNING)", "b ends WARNING", "RUNNING files(a SUCCESS, b WARNING)", "eval collect s"},
			{"RUNNING files(a FAILED)", "s is collected from", "FAILED(a FAILED)", "commit; flow FAILED"},
			{"RUNNING files(a SUCCESS, b WARNING)", "s is collected from", "WARNING(a SUCCESS, b WARNING)", "commit, run next"},
			{"RUNNING files(a SUCCESS, b WARNING)", "s cannot be collected from", "FAILED(a SUCCESS, b WARNING)", "commit; flow FAILED"},
			{"RUNNING files(a SUCCESS, b WARNING)", "Kill", "KILLED(a SUCCESS, b WARNING)", "commit, cancel s; flow KILLED"},
		}},
		{"A sequence s of a with a directory, a timeout, errors e and finally z.", newFlow(withLists(timeout), next), "s", []move{
			{"not begun", "Started", "CREATED files", "eval prepare s"},
			{"CREATED files", "s is prepared", "RUNNING(a RUNNING)", "run a"},
			{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING files(a SUCCESS)", "eval collect s"},
			{"RUNNING(a RUNNING)", "s times out", "RUNNING files(a KILLED)", "commit, cancel a, eval collect s"},
			{"RUNNING files(a SUCCESS)", "s times out", "RUNNING files(a SUCCESS)", "ignored"},
			{"RUNNING files(a SUCCESS)", "s is collected from", "RUNNING(a SUCCESS, z RUNNING)", "commit, run z"},
			{"RUNNING files(a SUCCESS)", "s cannot be collected from", "RUNNING(a SUCCESS, e RUNNING)", "commit, run e"},
			{"RUNNING(a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(a SUCCESS, z SUCCESS)", "run next"},
			{"RUNNING(a SUCCESS, e RUNNING)", "e ends SUCCESS", "RUNNING(a SUCCESS, e SUCCESS, z RUNNING)", "run z"},
			{"RUNNING(a SUCCESS, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a SUCCESS, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			{"RUNNING files(a KILLED)", "s is collected from", "RUNNING(a KILLED, e RUNNING)", "commit, run e"},
			{"RUNNING(a KILLED, e RUNNING)", "e ends SUCCESS", "RUNNING(a KILLED, e SUCCESS, z RUNNING)", "run z"},
			{"RUNNING(a KILLED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(a KILLED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
		}},
		{"A sequence s of a with a directory, runIf and allowFailure.", newFlow(with(seq("s", leaf("a")), shared, runIf, allowFail), next), "s", []move{
			{"not begun", "Started", "CREATED eval", "eval runIf s"},
			{"CREATED eval", "s runIf true", "CREATED files", "eval prepare s"},
			{"CREATED eval", "s runIf false", "SKIPPED", "run next"},
			{"CREATED files", "s is prepared", "RUNNING(a RUNNING)", "run a"},
			{"CREATED files", "s cannot be prepared", "WARNING", "run next"},
			{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING files(a SUCCESS)", "eval collect s"},
			{"RUNNING files(a SUCCESS)", "s is collected from", "SUCCESS(a SUCCESS)", "commit, run next"},
			{"RUNNING files(a SUCCESS)", "s cannot be collected from", "WARNING(a SUCCESS)", "commit, run next"},
		}},
		{"A sequence s without tasks that has a directory, whose timeout is an expression.", newFlow(with(seq("s"), shared, anyTimeout), next), "s", []move{
			{"not begun", "Started", "CREATED files", "eval prepare s"},
			{"CREATED files", "s is prepared", "RUNNING eval", "eval timeout s"},
			{"RUNNING eval", "s has a timeout", "RUNNING files", "eval collect s"},
			{"RUNNING files", "s is collected from", "SUCCESS", "commit, run next"},
		}},
	}}
}
