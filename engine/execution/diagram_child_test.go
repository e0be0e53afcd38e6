package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// childSection has the diagrams of a Child.
func childSection(next *flow.Component) section {
	return section{"a Child", []diagram{
		{"A child s.", newFlow(child("s"), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts an execution", "RUNNING child", "commit"},
			{"RUNNING eval", "s starts one and goes on", "SUCCESS", "commit, run next"},
			{"RUNNING eval", "s cannot start one", "FAILED", "commit; flow FAILED"},
			{"RUNNING eval", "s execution ends SUCCESS", "RUNNING eval", "ignored"},
			{"RUNNING child", "s execution ends SUCCESS", "SUCCESS", "commit, run next"},
			{"RUNNING child", "s execution ends WARNING", "WARNING", "commit, run next"},
			{"RUNNING child", "s execution ends CANCELLED", "SUCCESS", "commit, run next"},
			{"RUNNING child", "s execution ends FAILED", "FAILED", "commit; flow FAILED"},
			{"RUNNING child", "s execution ends KILLED", "KILLED", "commit; flow KILLED"},
			{"SUCCESS", "s execution ends FAILED", "SUCCESS", "ignored"},
		}},
		{"A child s with a timeout. When it is over, or when the execution is killed, the one that it has started is killed.", newFlow(child("s", timeout), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts an execution", "RUNNING child", "commit"},
			{"RUNNING eval", "s times out", "FAILED", "commit; flow FAILED"},
			{"RUNNING child", "s times out", "FAILED", "commit, kill the execution of s; flow FAILED"},
			{"RUNNING child", "s execution ends SUCCESS", "SUCCESS", "commit, run next"},
			{"FAILED", "s execution ends KILLED", "FAILED", "ignored"},
		}},
		{"A child s that does not transmit what its execution ends with.", newFlow(child("s", careless), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts an execution", "RUNNING child", "commit"},
			{"RUNNING eval", "s cannot start one", "FAILED", "commit; flow FAILED"},
			{"RUNNING child", "s execution ends WARNING", "SUCCESS", "commit, run next"},
			{"RUNNING child", "s execution ends FAILED", "SUCCESS", "commit, run next"},
			{"RUNNING child", "s execution ends KILLED", "SUCCESS", "commit, run next"},
		}},
		{"A child s that may be tried twice. Each attempt is another execution.", newFlow(child("s", retry(2)), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts an execution", "RUNNING child", "commit"},
			{"RUNNING eval", "s cannot start one", "RETRYING timer", "commit"},
			{"RUNNING child", "s execution ends FAILED", "RETRYING timer", "commit"},
			{"RETRYING timer", "s execution ends SUCCESS", "RETRYING timer", "ignored"},
			{"RETRYING timer", "s wakes", "RUNNING eval attempt 2", "commit, eval call s"},
			{"RUNNING eval attempt 2", "s starts an execution", "RUNNING child attempt 2", "commit"},
			{"RUNNING child attempt 2", "s execution ends SUCCESS", "SUCCESS", "commit, run next"},
			{"RUNNING child attempt 2", "s execution ends FAILED", "FAILED", "commit; flow FAILED"},
		}},
		{"A child s with allowFailure and allowWarning.", newFlow(child("s", allowFail, allowWarn), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts an execution", "RUNNING child", "commit"},
			{"RUNNING eval", "s cannot start one", "SUCCESS", "commit, run next"},
			{"RUNNING child", "s execution ends WARNING", "SUCCESS", "commit, run next"},
			{"RUNNING child", "s execution ends FAILED", "SUCCESS", "commit, run next"},
		}},
	}}
}
