package flowable

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestSwitch(t *testing.T) {
	cases := []string{"1", "true", "bob", "", `["a","b","c"]`, "[a, b, c]", "1.0"}
	const written = `cases: {"1": [$a], "true": [], bob: [], "": [], '["a","b","c"]': [], "[a, b, c]": [], "1.0": []}`
	for _, tt := range []struct {
		name, value string // as YAML
		text        string
		fits        bool
	}{
		{"number", `"{{ trigger.body.n }}"`, "1", true},
		{"number in YAML", `1`, "1", true},
		{"boolean", `"{{ trigger.body.n == 1 }}"`, "true", true},
		{"boolean in YAML", `yes`, "true", true},
		{"text", `"{{ trigger.body.name }}"`, "bob", true},
		{"list", `"{{ trigger.body.list }}"`, `["a","b","c"]`, true},
		{"text of a list", `"[a, b, c]"`, "[a, b, c]", true},
		{"null", `"{{ null }}"`, "", true},
		{"empty text", `""`, "", true},
		{"upper case", `"{{ trigger.body.name | upper }}"`, "BOB", false},
		{"blanks around", `" bob "`, " bob ", false},
		{"double", `"{{ 1.0 }}"`, "1.0", true},
		{"map", `"{{ {'a':1} }}"`, `{"a":1}`, false},
		{"the name of the defaults", `defaults`, "defaults", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, got := tasktest.Choose(t, withLeaves(), with(`{type: core.flow.Switch, value: `+tt.value+`, `+written+`, defaults: [$b]}`), body)
			want, defaults := len(cases), "true"
			if tt.fits {
				defaults = "false"
				for i, name := range cases {
					if name == tt.text {
						want = i
					}
				}
			}
			if d.Case != want || d.Failed {
				t.Errorf("decision is %+v, want case %d", d, want)
			}
			outputs := `{"value":"` + strings.ReplaceAll(tt.text, `"`, `\"`) + `","defaults":` + defaults + `}`
			if diff := cmp.Diff(tasktest.Result{Outputs: outputs}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSwitchEnds(t *testing.T) {
	const nobody = `warn No task found on flow 'company.team.hello', task 'a', execution 'e'`
	for _, tt := range []struct {
		name, yaml string
		failed     bool
		want       tasktest.Result
	}{
		{
			"no match", `{type: core.flow.Switch, value: zzz, cases: {x: [$a]}}`, true,
			tasktest.Result{Outputs: `{"value":"zzz","defaults":true}`, Log: []string{nobody}},
		},
		{
			"no match, empty defaults", `{type: core.flow.Switch, value: zzz, cases: {x: [$a]}, defaults: []}`, true,
			tasktest.Result{Outputs: `{"value":"zzz","defaults":true}`, Log: []string{nobody}},
		},
		{
			"defaults alone", `{type: core.flow.Switch, value: x, defaults: [$a]}`, false,
			tasktest.Result{Outputs: `{"value":"x","defaults":true}`},
		},
		{
			"value that fails", `{type: core.flow.Switch, value: "{{ trigger.body.nope }}", cases: {x: [$a]}}`, false,
			tasktest.Result{Outputs: "null", Err: "unable to find `nope`"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, got := tasktest.Choose(t, withLeaves(), with(tt.yaml), body)
			if d.Failed != tt.failed {
				t.Errorf("decision is %+v", d)
			}
			if !strings.HasPrefix(got.Err, tt.want.Err) || (got.Err == "") != (tt.want.Err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.want.Err)
			}
			tt.want.Err = got.Err
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
