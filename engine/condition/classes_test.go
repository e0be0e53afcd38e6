package condition

import (
	"errors"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestLoadFindingsOfClasses: what is wrong with a condition, or makes it the same for every request, is found when the flow is loaded.
func TestLoadFindingsOfClasses(t *testing.T) {
	const at = "triggers[0].conditions[0]"
	const noDate = "WARN " + at + ".date: never met: it is missing, and its default is `{{ trigger.date }}`, which a webhook does not have"
	tests := []struct{ condition, want string }{
		{`{type: Weekend}`, noDate},
		{`{type: DayWeek, dayOfWeek: MONDAY}`, noDate},
		{`{type: DayWeekInMonth, dayOfWeek: MONDAY, dayInMonth: FIRST}`, noDate},
		{`{type: DateTimeBetween, after: 2025-12-31T23:59:59Z}`, noDate},
		{`{type: TimeBetween, after: 16:00:00Z}`, noDate},
		{`{type: PublicHoliday, country: FR}`, noDate},
		{`{type: Weekend, date: "{{ now() }}"}`, ""},
		{`{type: Weekend, date: tomorrow}`, "ERROR " + at + ".date: is no day such as 2024-02-29, and no date-time with a zone such as 2024-02-29T13:14:15+01:00"},
		{`{type: DateTimeBetween, date: 2026-11-23, after: 2025-12-31T23:59:59Z}`, "ERROR " + at + ".date: is no date-time with a zone such as 2024-02-29T13:14:15+01:00"},
		{`{type: DateTimeBetween, date: "{{ now() }}", after: 2025-12-31T23:59:59}`, "ERROR " + at + ".after: is no date-time with a zone"},
		{`{type: DateTimeBetween, date: "{{ now() }}", before: 2025-13-31T23:59:59Z}`, "ERROR " + at + ".before: is no date-time with a zone"},
		{`{type: DateTimeBetween, date: "{{ now() }}"}`, "ERROR " + at + ": needs `after` or `before`"},
		{`{type: DateTimeBetween, date: "{{ now() }}", after: ""}`, "ERROR " + at + ": needs `after` or `before`"},
		{`{type: DateTimeBetween, date: "{{ now() }}", after: 2026-01-01T00:00:00Z, before: 2025-01-01T00:00:00Z}`, "WARN " + at + ".before: never met: it is not after `after`"},
		{`{type: DateTimeBetween, date: "{{ now() }}", after: 2026-01-01T00:00:00Z, before: "{{ trigger.body.end }}"}`, ""},
		{`{type: TimeBetween, date: "{{ now() }}", after: "16:00"}`, "ERROR " + at + ".after: is no time with an offset such as 16:00:00+02:00 or 14:00Z"},
		{`{type: TimeBetween, date: "{{ now() }}"}`, "ERROR " + at + ": needs `after` or `before`"},
		{`{type: TimeBetween, date: "{{ now() }}", after: 22:00Z, before: 02:00Z}`, ""},
		{`{type: DayWeek, date: "{{ now() }}", dayOfWeek: monday}`, "ERROR " + at + ".dayOfWeek: must be one of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY; did you mean `MONDAY`?"},
		{`{type: DayWeek, date: "{{ now() }}"}`, "ERROR " + at + ".dayOfWeek: is missing"},
		{`{type: DayWeek, date: "{{ now() }}", dayOfWeek: MONDAY, dayofweek: MONDAY}`, "ERROR " + at + ": unknown member `dayofweek`; did you mean `dayOfWeek`?"},
		{`{type: DayWeekInMonth, date: "{{ now() }}", dayOfWeek: MONDAY, dayInMonth: FIFTH}`, "ERROR " + at + ".dayInMonth: must be one of FIRST, SECOND, THIRD, FOURTH, LAST"},
		{`{type: PublicHoliday, date: "{{ now() }}"}`, "ERROR " + at + ".country: is missing"},
		{`{type: PublicHoliday, date: "{{ now() }}", country: XX}`, "ERROR " + at + ".country: is no country whose holidays are known here, which are AR, AT, AU, BE,"},
		{`{type: PublicHoliday, date: "{{ now() }}", country: FR, subDivision: 57}`, "ERROR " + at + ".subDivision: is none that is known of FR, of which there are only the holidays of the whole country here"},
		{`{type: PublicHoliday, date: "{{ now() }}", country: au, subDivision: XY}`, "ERROR " + at + ".subDivision: is none that is known of AU, which are ACT, NSW, NT, QLD, SA, TAS, VIC, WA"},
		{`{type: PublicHoliday, date: "{{ now() }}", country: DE, subDivision: de-by}`, ""},
		{`{type: PublicHoliday, date: "{{ now() }}", country: "{{ trigger.body.c }}", subDivision: XY}`, ""},
		{`{type: ExecutionLabels, labels: {team: red}}`, "WARN " + at + ".labels: always met: by then an execution has the labels of its flow"},
		{`{type: ExecutionLabels, labels: {team: blue}}`, "WARN " + at + ".labels: never met: by then an execution has the labels of its flow"},
		{`{type: ExecutionLabels, labels: {system.from: trigger}}`, "ERROR " + at + ".labels: System labels can only be set by Kestra itself, offending label: system.from"},
		{`{type: ExecutionLabels, labels: red}`, "ERROR " + at + ".labels: must be a mapping or a list of {key, value}, is a string"},
		{`{type: ExecutionFlow, namespace: company.team, flowId: deploy}`, "WARN " + at + ": always met: the execution of a webhook is one of its own flow"},
		{`{type: ExecutionFlow, namespace: company.team, flowId: other}`, "WARN " + at + ": never met: the execution of a webhook is one of its own flow"},
		{`{type: ExecutionFlow, namespace: company.team, flowId: "{{ trigger.body.id }}"}`, ""},
		{`{type: ExecutionNamespace, namespace: company, prefix: true}`, "WARN " + at + ": always met: the execution of a webhook"},
		{`{type: ExecutionNamespace, namespace: company}`, "WARN " + at + ": never met: the execution of a webhook"},
		{`{type: ExecutionNamespace, namespace: company, prefix: "{{ true }}"}`, ""},
		{`{type: ExecutionNamespace, namespace: company, comparison: STARTS}`, "ERROR " + at + ".comparison: must be one of EQUALS, PREFIX, SUFFIX"},
		{`{type: ExecutionStatus, in: [SUCCESS]}`, "WARN " + at + ": never met: the execution of a webhook is CREATED by then"},
		{`{type: ExecutionStatus, notIn: [SUCCESS]}`, "WARN " + at + ": always met: the execution of a webhook is CREATED by then"},
		{`{type: ExecutionStatus, in: "{{ trigger.body.states }}"}`, ""},
		{`{type: ExecutionStatus, in: [DONE]}`, "ERROR " + at + ".in[0]: must be one of CREATED, SUBMITTED,"},
		{`{type: ExecutionStatus, in: CREATED}`, "ERROR " + at + ".in: is no list of states, as in [CREATED, RUNNING]"},
		{`{type: ExecutionStatus, in: '["DONE"]'}`, "ERROR " + at + ".in: has a member that is none of CREATED, SUBMITTED,"},
		{`{type: HasRetryAttempt, in: [FAILED]}`, "WARN " + at + ": never met: before the execution of a webhook has run, no task of it has an attempt"},
		{`{type: ExecutionOutputs, expression: "{{ trigger.outputs.a == 1 }}"}`, "WARN " + at + ": never met: before the execution of a webhook has run it has no outputs"},
		{`{type: FlowCondition, namespace: company.team, flowId: deploy}`, "WARN " + at + ": always met: the execution of a webhook is one of its own flow"},
		{`{type: FlowNamespaceCondition, namespace: compan, prefix: true}`, "WARN " + at + ": always met: the execution of a webhook is one of its own flow"},
		{`{type: FlowNamespaceCondition, namespace: compan}`, "WARN " + at + ": never met: the execution of a webhook is one of its own flow"},
		{`{type: Not, conditions: [{type: TYPE.Weekend}]}`, strings.Replace(noDate, ".date", ".conditions[0].date", 1)},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			const types = "io.kestra.plugin.core.condition."
			f, found := deploy(t, strings.ReplaceAll(strings.Replace(test.condition, "{type: ", "{type: "+types, 1), "TYPE.", types))
			var lines []string
			for _, d := range found {
				level := "WARN "
				if d.Severity == flow.SeverityError {
					level = "ERROR "
				}
				lines = append(lines, level+d.Path+": "+d.Message)
			}
			if got := strings.Join(lines, "\n"); (got == "") != (test.want == "") || !strings.HasPrefix(got, test.want) {
				t.Errorf("found %s\nwant  %s", got, test.want)
			}
			if refused := strings.HasPrefix(test.want, "ERROR"); refused != (f == nil) {
				t.Errorf("refused is %v", f == nil)
			}
		})
	}
}

// TestFailure: the error of a condition says where it stands and by what it failed, also inside of others, and nothing of the request.
func TestFailure(t *testing.T) {
	const a, b = "triggers[0].conditions[0]", "triggers[0].conditions[0].conditions[1]"
	tests := []struct{ condition, path, typ, text string }{
		{`{type: TYPE.Weekend}`, a, "Weekend", "condition property date is missing, and its default is trigger.date, which a webhook does not have"},
		{`{type: TYPE.Weekend, date: "{{ trigger.body }}"}`, a, "Weekend", "condition property date is no day such as 2024-02-29, and no date-time with a zone such as 2024-02-29T13:14:15+01:00"},
		{`{type: TYPE.DayWeekCondition, date: "{{ now() }}", dayOfWeek: "{{ trigger.body }}"}`, a, "DayWeekCondition", "condition property dayOfWeek is none of MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY"},
		{`{type: TYPE.DateTimeBetween, date: "{{ now() }}", after: "{{ trigger.body }}"}`, a, "DateTimeBetween", "condition property after is no date-time with a zone such as 2024-02-29T13:14:15+01:00"},
		{`{type: TYPE.DateTimeBetween, date: "{{ now() }}", after: "{{ '' }}"}`, a, "DateTimeBetween", "condition properties after and before are both blank"},
		{`{type: TYPE.TimeBetween, date: "{{ now() }}", after: "{{ trigger.body }}"}`, a, "TimeBetween", "condition property after is no time with an offset such as 16:00:00+02:00 or 14:00Z"},
		{`{type: TYPE.PublicHoliday, date: "{{ now() }}", country: DE, subDivision: "{{ trigger.body }}"}`, a, "PublicHoliday", "condition property subDivision is none that is known of DE, which are BB, BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, ST, TH"},
		{`{type: TYPE.PublicHoliday, date: "{{ '+12026-01-01' }}", country: DE}`, a, "PublicHoliday", "condition property date is of no year from 1 to 9999"},
		{`{type: TYPE.ExecutionNamespace, namespace: x, prefix: "{{ trigger.body }}"}`, a, "ExecutionNamespace", "condition property prefix is neither true nor false"},
		{`{type: TYPE.ExecutionStatus, in: ["{{ trigger.body }}"]}`, a, "ExecutionStatus", "condition property in has a member that is none of " + strings.Join(flow.ExecutionStates, ", ")},
		{`{type: TYPE.ExecutionStatus, in: "{{ {} }}"}`, a, "ExecutionStatus", "condition property in is no list of states, as in [CREATED, RUNNING]"},
		{`{type: TYPE.HasRetryAttempt}`, a, "HasRetryAttempt", "condition has nothing to look at: the execution has not run yet, so no task has an attempt"},
		{`{type: TYPE.ExecutionFlow, namespace: "{{ trigger.body.x }}", flowId: x}`, a, "ExecutionFlow", "namespace: unable to find `x`"},
		{`{type: TYPE.Or, conditions: [{type: cel, expression: 1 == 2}, {type: TYPE.Weekend, date: "{{ trigger.body }}"}]}`, b, "Weekend", "condition property date is no day"},
		{`{type: TYPE.Not, conditions: [{type: cel, expression: 1 == 2}, {type: TYPE.Not, conditions: [{type: cel, expression: body.x == 1}]}]}`, b + ".conditions[0]", "cel", "condition "},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			f, found := deploy(t, strings.ReplaceAll(test.condition, "TYPE.", "io.kestra.plugin.core.condition."))
			if f == nil {
				t.Fatal(found)
			}
			met, err := Placed(f.Triggers[0].Children("conditions")[0]).Holds(t.Context(), deployEvent(t, f, value.String("s3cr3t")))
			failure, ok := errors.AsType[*PlacedError](err)
			if met || !ok || failure.Path != test.path || failure.Type != test.typ || !strings.HasPrefix(failure.Err.Error(), test.text) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("met is %v, error %#v: %v", met, err, err)
			}
			if want := failure.Path + ": " + failure.Type + ": "; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("error %q does not begin with %q", err, want)
			}
		})
	}
}

// TestSource: lines of the log show a condition as the flow has it.
func TestSource(t *testing.T) {
	tests := []struct{ condition, want string }{
		{`{type: TYPE.Expression, expression: " {{ 1 == 2 }} "}`, "{{ 1 == 2 }}"},
		{`{type: cel, expression: 1 == 2}`, "1 == 2"},
		{`{type: TYPE.Weekend}`, "Weekend()"},
		{`{type: TYPE.WeekendCondition, date: "{{ now() }}"}`, "WeekendCondition(date: {{ now() }})"},
		{`{type: TYPE.DayWeek, dayOfWeek: MONDAY, date: "{{ now() }}"}`, "DayWeek(date: {{ now() }}, dayOfWeek: MONDAY)"},
		{`{type: TYPE.ExecutionLabels, labels: [{key: team, value: red}]}`, `ExecutionLabels(labels: {"team":"red"})`},
		{`{type: TYPE.ExecutionStatus, in: [CREATED, "{{ vars.x }}"]}`, `ExecutionStatus(in: ["CREATED","{{ vars.x }}"])`},
		{`{type: TYPE.ExecutionNamespace, namespace: company, prefix: true}`, "ExecutionNamespace(namespace: company, prefix: true)"},
		{`{type: TYPE.ExecutionOutputs, expression: "{{ true }}"}`, "ExecutionOutputs(expression: {{ true }})"},
		{`{type: TYPE.Not, conditions: [{type: TYPE.Weekend, date: 2026-11-23}, {type: TYPE.Or, conditions: [{type: cel, expression: 1 == 2}]}]}`, "Not(Weekend(date: 2026-11-23), Or(1 == 2))"},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			f, found := deploy(t, strings.ReplaceAll(test.condition, "TYPE.", "io.kestra.plugin.core.condition."))
			if f == nil {
				t.Fatal(found)
			}
			if got := Source(f.Triggers[0].Children("conditions")[0]); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// TestClock: conditions take the time of the request, not that of the machine.
func TestClock(t *testing.T) {
	tests := []struct {
		condition string
		want      bool
	}{ // the time of the event is Monday, 23 November 2026, 10:30 UTC
		{`{type: TYPE.DayWeek, date: "{{ now() }}", dayOfWeek: MONDAY}`, true},
		{`{type: TYPE.Weekend, date: "{{ now() }}"}`, false},
		{`{type: TYPE.DateTimeBetween, date: "{{ now() }}", after: 2026-11-23T10:29:59Z, before: 2026-11-23T10:30:01Z}`, true},
		{`{type: TYPE.TimeBetween, date: "{{ now() }}", after: 11:29:59+01:00, before: 11:30:01+01:00}`, true},
	}
	for _, test := range tests {
		f, found := deploy(t, strings.ReplaceAll(test.condition, "TYPE.", "io.kestra.plugin.core.condition."))
		if f == nil {
			t.Fatal(found)
		}
		if met, err := Placed(f.Triggers[0].Children("conditions")[0]).Holds(t.Context(), deployEvent(t, f, value.Null)); met != test.want || err != nil {
			t.Errorf("%s: %v, %v", test.condition, met, err)
		}
	}
}

// TestBudgetOfClasses: expressions in properties take from the budget of the request's conditions, and none of them is asked when the
// request is gone.
func TestBudgetOfClasses(t *testing.T) {
	for _, condition := range []string{
		`{type: TYPE.Weekend, date: "{{ now() }}"}`, `{type: TYPE.ExecutionStatus, in: ["{{ 'CREATED' }}"]}`,
		`{type: TYPE.ExecutionStatus, in: "{{ ['CREATED'] }}"}`,
	} {
		f, found := deploy(t, strings.ReplaceAll(condition, "TYPE.", "io.kestra.plugin.core.condition."))
		if f == nil {
			t.Fatal(found)
		}
		e := deployEvent(t, f, value.Null)
		e.Work.done.Store(requestWork - simpleWork)
		asked := Placed(f.Triggers[0].Children("conditions")[0])
		if _, err := asked.Holds(t.Context(), e); err != nil {
			t.Errorf("%s: %v with work left", condition, err)
		}
		if _, err := asked.Holds(t.Context(), e); err == nil || IsBusy(err) || !strings.Contains(err.Error(), "too many steps") {
			t.Errorf("%s: %v without work left", condition, err)
		}
		e.Deadline = e.Now
		if _, err := asked.Holds(t.Context(), e); !IsBusy(err) {
			t.Errorf("%s: %v after the deadline", condition, err)
		}
	}
}
