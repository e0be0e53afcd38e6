package flow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeHandOn is the task of flows that are handed on.
var fakeHandOn = Spec{Kind: KindTask, Type: "test.HandOn", Compile: itself}

func TestHandedOn(t *testing.T) {
	const hook = "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k}]\n"
	const plugin = "tasks: [{id: t, type: io.kestra.plugin.aws.s3.Download, bucket: b}]\n"
	const here = "tasks: [{id: t, type: test.All}]\n"
	const rest = ": of the file, its triggers alone count here"
	tests := map[string]struct {
		text     string
		handedOn bool
		found    []string // without an upstream, the first of them is an error
	}{
		"a plugin": {plugin + hook, true, []string{
			"flow.yml:3:23: tasks[0].type: `io.kestra.plugin.aws.s3.Download` is a type of Kestra's plugin aws, which is not supported here, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"a type of the core": {"tasks: [{id: t, type: io.kestra.plugin.core.flow.If}]\n" + hook, true, []string{
			"flow.yml:3:23: tasks[0].type: the task type `io.kestra.plugin.core.flow.If` is Kestra's, and not supported yet, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"a member": {here + "listeners: []\n" + hook, true, []string{
			"flow.yml:4:1: listeners: is not supported yet, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"a member of a task": {"tasks: [{id: t, type: test.All, workerGroup: {key: x}}]\n" + hook, true, []string{
			"flow.yml:3:33: tasks[0].workerGroup: is a feature of Kestra's Enterprise Edition and not supported, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"one of a trigger": {here + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, workerGroup: {key: x}}]\n", true, []string{
			"flow.yml:4:73: triggers[0].workerGroup: is a feature of Kestra's Enterprise Edition and not supported, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"several things": {plugin + "listeners: []\ndraft: true\n" + hook, true, []string{
			"flow.yml:3:23: tasks[0].type: `io.kestra.plugin.aws.s3.Download` is a type of Kestra's plugin aws, which is not supported here, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"other triggers fire there": {plugin + "triggers: [{id: s, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 0 * * *'}, {id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k}]\n", true, []string{
			"flow.yml:3:23: tasks[0].type: `io.kestra.plugin.aws.s3.Download` is a type of Kestra's plugin aws, which is not supported here, so the flow is handed on to the Kestra behind this server" + rest,
		}},
		"what is rendered at the end belongs to it": {
			plugin + "outputs: [{id: o, type: STRING, value: '{{ outputs.t.uri }}'}]\ntriggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, wait: true, responseCode: '{{ outputs.t.nothing.code }}'}]\n", true, []string{
				"flow.yml:3:23: tasks[0].type: `io.kestra.plugin.aws.s3.Download` is a type of Kestra's plugin aws, which is not supported here, so the flow is handed on to the Kestra behind this server" + rest,
			},
		},
		"asked for":       {here + "handOn: true\n" + hook, true, []string{"flow.yml:4:9: handOn: the flow is handed on to the Kestra behind this server" + rest}},
		"not asked for":   {here + hook, false, nil},
		"no webhook":      {plugin, true, []string{"flow.yml:1:1: triggers: are none, so nothing of the flow is handed on", "flow.yml:3:23: tasks[0].type: `io.kestra.plugin.aws.s3.Download` is a type of Kestra's plugin aws, which is not supported here, so the flow is handed on to the Kestra behind this server" + rest}},
		"refused":         {plugin + "handOn: false\n" + hook, false, []string{"flow.yml:3:23: tasks[0].type: `io.kestra.plugin.aws.s3.Download` is a type of Kestra's plugin aws, which is not supported here: " + handItOn + buildIn(KindTask)}},
		"ordered here":    {here + "ordered: true\n" + hook, false, []string{"flow.yml:4:10: ordered: has no effect: the flow runs here, where `concurrency` with the limit 1 keeps the order"}},
		"a misspelt type": {"tasks: [{id: t, type: io.kestra.plugin.core.debug.Retrun}]\n" + hook, false, []string{"flow.yml:3:23: tasks[0].type: unknown task type `io.kestra.plugin.core.debug.Retrun`; did you mean `io.kestra.plugin.core.debug.Return`?"}},
		"beside a plugin": {"tasks: [{id: t, type: io.kestra.plugin.aws.s3.Download}, {id: u, type: test.Al}]\n" + hook, false, []string{"flow.yml:3:72: tasks[1].type: unknown task type `test.Al`; did you mean `test.All`?"}},
		"a misspelt member": {plugin + "lables: {}\n" + hook, false, []string{
			"flow.yml:4:1: unknown member `lables`; did you mean `labels`?",
		}},
		"asked for, misspelt": {"handOn: true\ntasks: [{id: t, type: test.All, fromat: x}]\n" + hook, false, []string{"flow.yml:4:33: tasks[0]: unknown member `fromat`"}},
		"its condition":       {plugin + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, conditions: [{type: io.kestra.plugin.core.condition.Weekend}]}]\n", false, []string{"flow.yml:4:93: triggers[0].conditions[0].type: the condition type `io.kestra.plugin.core.condition.Weekend` is Kestra's, and not supported yet: " + handItOn}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			source := []*Source{{Name: "flow.yml", YAML: []byte("id: f\nnamespace: n\n" + tt.text)}}
			set, found := Load(fakeCatalog(t), Options{HandOn: &fakeHandOn}, source)
			f := set.Flow("n", "f")
			if got := f != nil && f.HandedOn; got != tt.handedOn {
				t.Errorf("handed on: %t", got)
			}
			var got []string
			for _, d := range found {
				got = append(got, d.Error())
				if d.Severity == SeverityWarning == (f == nil) {
					t.Errorf("severity %d of %s", d.Severity, d)
				}
			}
			if diff := cmp.Diff(tt.found, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if !tt.handedOn {
				return
			}
			if len(f.Tasks) != 1 || f.Tasks[0].ID != HandOnID || f.Tasks[0].Spec != &fakeHandOn || f.Hash == [32]byte{} {
				t.Errorf("its tasks are %+v", f.Tasks)
			}
			if set, found := Load(fakeCatalog(t), Options{}, source); set.Len() > 0 || found.Err() == nil {
				t.Errorf("without a Kestra behind it loads: %v", found)
			}
		})
	}
}

// TestHandedOnIsKept loads what a store keeps of a flow: it is handed on like the flow itself.
func TestHandedOnIsKept(t *testing.T) {
	const text = "id: f\nnamespace: n\nordered: true\ntasks: [{id: t, type: io.kestra.plugin.aws.s3.Download}]\ntriggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: a-key-of-many-letters}]\n"
	load := func(text []byte) *Flow {
		set, _ := Load(fakeCatalog(t), Options{HandOn: &fakeHandOn}, []*Source{{Name: "flow.yml", YAML: text}})
		return set.Flow("n", "f")
	}
	f := load([]byte(text))
	kept := f.WithoutKeys()
	if strings.Contains(string(kept), "a-key-of") || !strings.Contains(string(kept), "s3.Download") {
		t.Errorf("kept is %s", kept)
	}
	again := load(kept)
	if again == nil || !again.HandedOn {
		t.Fatal("what is kept is not handed on")
	}
	if diff := cmp.Diff(&Concurrency{Limit: 1, Behavior: QueueExecution}, again.Concurrency); diff != "" {
		t.Errorf("concurrency of an ordered flow (-want +got):\n%s", diff)
	}
	var extensions []string
	for _, d := range f.extensions {
		extensions = append(extensions, d.Error())
	}
	if diff := cmp.Diff([]string{"flow.yml:3:1: ordered: member `ordered` is an extension: Kestra does not have it"}, extensions); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}
