package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// pauseSection has the diagrams of a Pause.
func pauseSection(next *flow.Component) section {
	return section{"a Pause", []diagram{
		{"A flow with a pause p, which ends with WARNING when its time is over.", newFlow(pause("p", Warning, nil, nil)), "", []move{
			{"CREATED", "Started", "RUNNING(p RUNNING eval)", "eval pause p"},
			{"RUNNING(p RUNNING eval)", "p pauses", "PAUSED(p PAUSED resume)", "commit"},
			{"RUNNING(p RUNNING eval)", "p cannot pause", "FAILED(p FAILED)", "commit"},
			{"PAUSED(p PAUSED resume)", "p is resumed", "SUCCESS(p SUCCESS)", "commit"},
			{"PAUSED(p PAUSED resume)", "p wakes", "WARNING(p WARNING)", "commit"},
			{"PAUSED(p PAUSED resume)", "Kill", "KILLED(p KILLED)", "commit"},
		}},
		{"The same beside a task a.", newFlow(par("s", 0, pause("p", Warning, nil, nil), leaf("a"))), "", []move{
			{"CREATED", "Started", "RUNNING(s RUNNING(p RUNNING eval, a RUNNING))", "eval pause p, run a"},
			{"RUNNING(s RUNNING(p RUNNING eval, a RUNNING))", "p pauses", "RUNNING(s RUNNING(p PAUSED resume, a RUNNING))", "commit"},
			{"RUNNING(s RUNNING(p PAUSED resume, a RUNNING))", "a ends SUCCESS", "PAUSED(s RUNNING(p PAUSED resume, a SUCCESS))", "commit"},
			{"RUNNING(s RUNNING(p PAUSED resume, a RUNNING))", "p is resumed", "RUNNING(s RUNNING(p SUCCESS, a RUNNING))", "commit"},
			{"PAUSED(s RUNNING(p PAUSED resume, a SUCCESS))", "p is resumed", "SUCCESS(s SUCCESS(p SUCCESS, a SUCCESS))", "commit"},
			{"RUNNING(s RUNNING(p SUCCESS, a RUNNING))", "a ends SUCCESS", "SUCCESS(s SUCCESS(p SUCCESS, a SUCCESS))", "commit"},
		}},
		{"A pause p with the task b beside it, which fails when its time is over, and then a, errors e and finally z.", newFlow(
			task("p", flow.Spec{Shape: flow.ShapePause, Branches: func(*flow.Component) flow.Branches {
				return flow.Branches{Main: [][]*flow.Component{{leaf("a")}}, Beside: list(leaf("b")), Lapse: Failed, Errors: list(leaf("e")), Finally: list(leaf("z"))}
			}}, nil), next), "p", []move{
			{"not begun", "Started", "RUNNING eval", "eval pause p"},
			{"RUNNING eval", "p pauses", "PAUSED resume(b RUNNING)", "commit, run b"},
			{"PAUSED resume(b RUNNING)", "b ends FAILED", "PAUSED resume(b FAILED)", "commit"},
			{"PAUSED resume(b RUNNING)", "p is resumed", "PAUSED(b RUNNING)", "commit"},
			{"PAUSED resume(b FAILED)", "p is resumed", "RUNNING(b FAILED, a RUNNING)", "commit, run a"},
			{"PAUSED resume(b FAILED)", "p wakes", "RUNNING(b FAILED, e RUNNING)", "commit, run e"},
			{"PAUSED(b RUNNING)", "b ends SUCCESS", "RUNNING(b SUCCESS, a RUNNING)", "run a"},
			{"RUNNING(b FAILED, a RUNNING)", "a ends SUCCESS", "RUNNING(b FAILED, a SUCCESS, z RUNNING)", "run z"},
			{"RUNNING(b FAILED, a SUCCESS, z RUNNING)", "z ends SUCCESS", "SUCCESS(b FAILED, a SUCCESS, z SUCCESS)", "run next"},
			{"RUNNING(b FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(b FAILED, e SUCCESS, z RUNNING)", "run z"},
			{"RUNNING(b FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(b FAILED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
			{"RUNNING(b SUCCESS, a RUNNING)", "a ends FAILED", "RUNNING(b SUCCESS, a FAILED, e RUNNING)", "run e"},
			{"RUNNING(b SUCCESS, a FAILED, e RUNNING)", "e ends SUCCESS", "RUNNING(b SUCCESS, a FAILED, e SUCCESS, z RUNNING)", "run z"},
			{"RUNNING(b SUCCESS, a FAILED, e SUCCESS, z RUNNING)", "z ends SUCCESS", "FAILED(b SUCCESS, a FAILED, e SUCCESS, z SUCCESS)", "commit; flow FAILED"},
		}},
		{"A pause p with a timeout that cancels the flow when its time is over.", newFlow(pause("p", Cancelled, nil, nil, timeout), next), "p", []move{
			{"not begun", "Started", "RUNNING eval", "eval pause p"},
			{"RUNNING eval", "p pauses for a time", "PAUSED resume", "commit"},
			{"PAUSED resume", "p wakes", "CANCELLED", "commit; flow CANCELLED"},
			{"PAUSED resume", "p times out", "FAILED", "commit; flow FAILED"},
			{"PAUSED resume", "p is resumed", "SUCCESS", "commit, run next"},
		}},
	}}
}
