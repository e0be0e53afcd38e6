package webhook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func TestTriggerProperties(t *testing.T) {
	trigger := oneTrigger(t, webhookFlow("f", "key: abc\nwait: true\nwaitTimeout: PT3S\nstopAfter: [FAILED, KILLED]"))
	if wait, timeout := trigger.Wait(); !wait || timeout != 3*time.Second {
		t.Errorf("waits: %v, %v", wait, timeout)
	}
	for status, want := range map[execution.Status]bool{execution.Failed: true, execution.Success: false, execution.Warning: false} {
		if trigger.StopsAfter(status) != want {
			t.Errorf("stops after %s: %v", status, !want)
		}
	}
	if trigger.ID() != "hook" || trigger.Type() != Type || trigger.Disabled() {
		t.Errorf("trigger is %s, %s, disabled %v", trigger.ID(), trigger.Type(), trigger.Disabled())
	}
	if wait, timeout := oneTrigger(t, webhookFlow("f", "key: abc")).Wait(); wait || timeout != 0 {
		t.Errorf("waits unasked: %v, %v", wait, timeout)
	}
}

func TestTriggerDisabled(t *testing.T) {
	for _, text := range []string{webhookFlow("f", "key: abc\ndisabled: true"), webhookFlow("f", "key: abc", "disabled: true")} {
		if !oneTrigger(t, text).Disabled() {
			t.Errorf("is not disabled:\n%s", text)
		}
	}
}

func TestTriggerFindings(t *testing.T) {
	const one, two = "outputs: [{id: o, type: STRING, value: x}]", "outputs: [{id: o, type: STRING, value: x}, {id: p, type: STRING, value: x}]"
	tests := []struct {
		name, trigger, members string
		want                   []string // path and message, warnings unless they begin with an exclamation mark
	}{
		{"all well", "wait: true\nreturnOutputs: true\nresponseContentType: text/plain\nresponseCode: 201\nwaitTimeout: 3s", one, nil},
		{"without wait", "returnOutputs: true\nresponseContentType: text/plain\nresponseCode: 201\nwaitTimeout: 3s", one, []string{
			"triggers[0].returnOutputs: has no effect without wait: true",
			"triggers[0].responseContentType: has no effect without wait: true",
			"triggers[0].responseCode: has no effect without wait: true",
			"triggers[0].waitTimeout: has no effect without wait: true",
		}},
		{"no outputs", "wait: true\nreturnOutputs: true", "", []string{"triggers[0].returnOutputs: the flow has no outputs, so the answer is always empty"}},
		{"text of two outputs", "wait: true\nreturnOutputs: true\nresponseContentType: text/plain", two, []string{
			"triggers[0].responseContentType: text/plain needs exactly one output of type STRING; any other outputs are answered as JSON text",
		}},
		{"text of a number", "wait: true\nreturnOutputs: true\nresponseContentType: text/plain", "outputs: [{id: o, type: INT, value: 1}]", []string{
			"triggers[0].responseContentType: text/plain needs exactly one output of type STRING; any other outputs are answered as JSON text",
		}},
		{"content type without outputs", "wait: true\nresponseContentType: text/plain", one, []string{
			"triggers[0].responseContentType: has no effect without returnOutputs: true",
		}},
		{"a status that is none", "wait: true\nresponseCode: abc", "", []string{"triggers[0].responseCode: is no number, so the answer is always 500"}},
		{"a status out of range", "wait: true\nresponseCode: 99", "", []string{"triggers[0].responseCode: is no status from 200 to 599, so the answer is always 500"}},
		{"a wait of nothing", "wait: true\nwaitTimeout: 0s", "", []string{"!triggers[0].waitTimeout: must be longer than nothing"}},
		{"deduplicate", "deduplicate: {key: '{{ trigger.body.id }}', window: P366D, onFailed: run}", "", nil},
		{"a constant key of deduplicate", "deduplicate: {key: x}", "", []string{
			"triggers[0].deduplicate: the key is the same for every request, so only the first one in each window runs",
		}},
		{"no key of deduplicate", "deduplicate: {window: PT1H}", "", []string{"!triggers[0].deduplicate.key: is missing"}},
		{"an empty key of deduplicate", "deduplicate: {key: ' '}", "", []string{"!triggers[0].deduplicate.key: must not be empty"}},
		{"a window of nothing", "deduplicate: {key: '{{ trigger.body }}', window: PT0S}", "", []string{"!triggers[0].deduplicate.window: must be longer than nothing"}},
		{"a window too long", "deduplicate: {key: '{{ trigger.body }}', window: P367D}", "", []string{"!triggers[0].deduplicate.window: must not be longer than P366D"}},
		{"a key of what is not there yet", "deduplicate: {key: '{{ outputs.a.value }}'}", "", []string{
			"triggers[0].deduplicate.key: there is no variable `outputs` here: this is evaluated before the flow runs",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := loadFlows(t, webhookFlow("f", "key: abc\n"+test.trigger, test.members))
			var got []string
			for _, d := range found {
				text := d.Path + ": " + d.Message
				if len(found.Errors()) > 0 {
					text = "!" + text
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTriggerPropertiesRefused(t *testing.T) {
	for _, property := range []string{
		"wait: maybe", "returnOutputs: 2x", "responseContentType: text/html", "waitTimeout: soon", "waitTimeout: -3s", "keys: abc", "path: x",
		"inputs: [a]", "inputsFrom: header", "fetchType: FILE", "conditions: [{type: io.kestra.plugin.core.condition.MultipleCondition, id: x, conditions: {}}]",
		"deduplicate: {key: '{{ x'}", "deduplicate: {key: '{{ nope() }}'}", "deduplicate: {key: '{{ trigger.body }}', onFailed: retry}", "deduplicate: {key: '{{ trigger.body }}', by: x}", "deduplicate: abc",
		"stopAfter: [NOPE]", "labels: {system.x: y}",
	} {
		if set, found := loadFlows(t, webhookFlow("f", "key: abc\n"+property)); set.Len() > 0 || len(found.Errors()) == 0 {
			t.Errorf("%s: loads; findings %v", property, found)
		}
	}
}
