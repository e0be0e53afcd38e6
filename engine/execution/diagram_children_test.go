package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// childrenSection has the diagrams of a Children.
func childrenSection(next *flow.Component) section {
	return section{"a Children", []diagram{
		{"Children s, at most two at once: how many are under way, how many have begun, and how many there are.", newFlow(children("s", 2), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts 2 of 3", "RUNNING child 2 of 2/3", "commit"},
			{"RUNNING eval", "s starts none of 0", "SUCCESS", "commit, run next"},
			{"RUNNING eval", "s starts none now", "FAILED", "commit; flow FAILED"},
			{"RUNNING eval", "s starts 2 and goes on", "SUCCESS", "commit, run next"},
			{"RUNNING eval", "s cannot start one", "FAILED", "commit; flow FAILED"},
			{"RUNNING child 2 of 2/3", "s first one ends SUCCESS", "RUNNING eval 1 of 2/3", "commit, eval call s"},
			{"RUNNING child 2 of 2/3", "s third one ends SUCCESS", "RUNNING child 2 of 2/3", "ignored"},
			{"RUNNING child 2 of 2/3", "Kill", "KILLED", "commit, kill the execution of s, kill the execution of s; flow KILLED"},
			{"RUNNING eval 1 of 2/3", "s starts 1 more", "RUNNING child 2 of 3/3", "commit"},
			{"RUNNING eval 1 of 2/3", "s starts none now", "RUNNING child 1 of 2/3", "commit"},
			{"RUNNING eval 1 of 2/3", "s cannot start one", "RUNNING child 1 of 2/3 broken", "commit"},
			{"RUNNING eval 1 of 2/3", "s second one ends FAILED", "RUNNING eval 0 of 2/3", "commit"},
			{"RUNNING eval 1 of 2/3", "s first one ends SUCCESS", "RUNNING eval 1 of 2/3", "ignored"},
			{"RUNNING eval 1 of 2/3", "Kill", "KILLED", "commit, kill the execution of s; flow KILLED"},
			{"RUNNING child 2 of 3/3", "s second one ends SUCCESS", "RUNNING child 1 of 3/3", "commit"},
			{"RUNNING child 1 of 2/3", "s second one ends SUCCESS", "RUNNING eval 0 of 2/3", "commit, eval call s"},
			{"RUNNING eval 0 of 2/3", "s starts 1 more", "RUNNING child 1 of 3/3", "commit"},
			{"RUNNING child 1 of 2/3 broken", "s second one ends SUCCESS", "FAILED", "commit; flow FAILED"},
			{"RUNNING child 1 of 3/3", "s third one ends SUCCESS", "SUCCESS", "commit, run next"},
		}},
		{"Children s with a timeout that may be tried twice. Each attempt has executions of its own.", newFlow(children("s", 2, timeout, retry(2)), next), "s", []move{
			{"not begun", "Started", "RUNNING eval", "eval call s"},
			{"RUNNING eval", "s starts 2 of 2", "RUNNING child 2 of 2/2", "commit"},
			{"RUNNING eval", "s cannot start one", "RETRYING timer", "commit"},
			{"RUNNING child 2 of 2/2", "s first one ends FAILED", "RUNNING child 1 of 2/2", "commit"},
			{"RUNNING child 1 of 2/2", "s times out", "RETRYING timer 0 of 2/2", "commit, kill the execution of s"},
			{"RETRYING timer", "s wakes", "RUNNING eval attempt 2", "commit, eval call s"},
			{"RETRYING timer 0 of 2/2", "s second one ends KILLED", "RETRYING timer 0 of 2/2", "ignored"},
			{"RETRYING timer 0 of 2/2", "s wakes", "RUNNING eval attempt 2", "commit, eval call s"},
			{"RUNNING eval attempt 2", "s starts 2 of 2", "RUNNING child attempt 2 2 of 2/2", "commit"},
			{"RUNNING child attempt 2 2 of 2/2", "s first one ends FAILED", "RUNNING child attempt 2 1 of 2/2", "commit"},
			{"RUNNING child attempt 2 1 of 2/2", "s second one ends SUCCESS", "FAILED", "commit; flow FAILED"},
		}},
	}}
}
