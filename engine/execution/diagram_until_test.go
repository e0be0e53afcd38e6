package execution

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// untilSection has the diagrams of an Until.
func untilSection(next *flow.Component) section {
	return section{"an Until", []diagram{
		{"An until l of a and b.", newFlow(until("l", leaf("a"), leaf("b")), next), "l", []move{
			{"not begun", "Started", "RUNNING(a RUNNING)", "run a"},
			{"RUNNING(a RUNNING)", "a ends SUCCESS", "RUNNING(a SUCCESS, b RUNNING)", "run b"},
			{"RUNNING(a RUNNING)", "a ends FAILED", "FAILED(a FAILED)", "commit; flow FAILED"},
			{"RUNNING(a SUCCESS, b RUNNING)", "b ends SUCCESS", "RUNNING eval(a SUCCESS, b SUCCESS)", "eval until l"},
			{"RUNNING eval(a SUCCESS, b SUCCESS)", "l is through", "SUCCESS(a SUCCESS, b SUCCESS)", "run next"},
			{"RUNNING eval(a SUCCESS, b SUCCESS)", "l cannot tell", "FAILED(a SUCCESS, b SUCCESS)", "commit; flow FAILED"},
			{"RUNNING eval(a SUCCESS, b SUCCESS)", "l goes on", "RUNNING eval again(a SUCCESS, b SUCCESS)", "eval until l"},
			{"RUNNING eval again(a SUCCESS, b SUCCESS)", "l is through", "SUCCESS(a SUCCESS, b SUCCESS)", "run next"},
			{"RUNNING eval again(a SUCCESS, b SUCCESS)", "l cannot tell", "FAILED(a SUCCESS, b SUCCESS)", "commit; flow FAILED"},
			{"RUNNING eval again(a SUCCESS, b SUCCESS)", "l goes on", "PAUSED round(a SUCCESS, b SUCCESS)", "commit"},
			{"PAUSED round(a SUCCESS, b SUCCESS)", "l wakes", "RUNNING(a RUNNING)", "commit, run a"},
		}},
		{"A flow with an until l of a, which may take some time, with errors e and finally z.", newFlow(with(flowable("l", flow.ShapeUntil, 0, lists{list(leaf("e")), list(leaf("z"))}, list(leaf("a"))), timeout)), "", []move{
			{"CREATED", "Started", "RUNNING(l RUNNING(a RUNNING))", "run a"},
			{"RUNNING(l RUNNING(a RUNNING))", "a ends WARNING", "RUNNING(l RUNNING eval(a WARNING))", "eval until l"},
			{"RUNNING(l RUNNING(a RUNNING))", "a ends FAILED", "RUNNING(l RUNNING(a FAILED, e RUNNING))", "run e"},
			{"RUNNING(l RUNNING eval(a WARNING))", "l goes on", "RUNNING(l RUNNING eval again(a WARNING))", "eval until l"},
			{"RUNNING(l RUNNING eval again(a WARNING))", "l goes on", "PAUSED(l PAUSED round(a WARNING))", "commit"},
			{"RUNNING(l RUNNING eval again(a WARNING))", "l is through", "RUNNING(l RUNNING(a WARNING, z RUNNING))", "run z"},
			{"PAUSED(l PAUSED round(a WARNING))", "l wakes", "RUNNING(l RUNNING(a RUNNING))", "commit, run a"},
			{"PAUSED(l PAUSED round(a WARNING))", "l times out", "RUNNING(l RUNNING(a WARNING, e RUNNING))", "commit, run e"},
			{"PAUSED(l PAUSED round(a WARNING))", "Kill", "KILLED(l KILLED(a WARNING))", "commit"},
			{"RUNNING(l RUNNING(a WARNING, z RUNNING))", "z ends SUCCESS", "WARNING(l WARNING(a WARNING, z SUCCESS))", "commit"},
			{"RUNNING(l RUNNING(a WARNING, e RUNNING))", "e ends SUCCESS", "RUNNING(l RUNNING(a WARNING, e SUCCESS, z RUNNING))", "run z"},
			{"RUNNING(l RUNNING(a WARNING, e SUCCESS, z RUNNING))", "z ends SUCCESS", "FAILED(l FAILED(a WARNING, e SUCCESS, z SUCCESS))", "commit"},
			{"RUNNING(l RUNNING(a FAILED, e RUNNING))", "e ends SUCCESS", "RUNNING(l RUNNING(a FAILED, e SUCCESS, z RUNNING))", "run z"},
			{"RUNNING(l RUNNING(a FAILED, e SUCCESS, z RUNNING))", "z ends SUCCESS", "FAILED(l FAILED(a FAILED, e SUCCESS, z SUCCESS))", "commit"},
		}},
	}}
}
