package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestKeyIsNeverPrintedByFindings has keys that are written wrong, in many ways, and things that are wrong near a key. All
// that finds them says where, and none says what the key is: at the start, at a strict reload, and by the commands.
func TestKeyIsNeverPrintedByFindings(t *testing.T) {
	t.Parallel()
	lines := map[string]string{
		"too_long":        "key: cnry" + strings.Repeat("x", 260),
		"too_long_quoted": `key: "cnry` + strings.Repeat("x", 260) + `"`,
		"map":             "key: {cnry: cnry}",
		"list":            "key: [cnry]",
		"open_map":        "key: {cnry",
		"open_list":       "key: [cnry",
		"colon":           "key: cnry: cnry",
		"open_quote":      `key: "cnry`,
		"open_apostrophe": `key: 'cnry`,
		"bad_escape":      `key: "cnry\q"`,
		"text_after":      `key: "cnry" cnry`,
		"alias":           "key: *cnry",
		"anchor":          "key: &cnry",
		"tag":             "key: !cnry cnry",
		"binary_tag":      "key: !!binary cnry",
		"int_tag":         "key: !!int cnry",
		"verbatim_tag":    "key: !<cnry> cnry",
		"two_bangs":       "key: !!cnry",
		"at":              "key: @cnry",
		"percent":         "key: %cnry",
		"backtick":        "key: `cnry`",
		"pipe":            "key: |cnry",
		"control":         "key: cnry\x01",
		"not_utf8":        "key: cnry\xff",
		"open_expression": `key: "{{ 'cnry' "`,
		"syntax":          `key: "cnry{{ 'cnry' ~ }}cnry"`,
		"no_filter":       `key: "{{ 'cnry' | nofilter }}"`,
		"no_function":     `key: "{{ nofunction('cnry') }}"`,
		"no_variable":     `key: "cnry{{ nothing }}"`,
		"no_secret":       `key: "cnry{{ secret('NOT_THERE') }}"`,
		"broken_secret":   `key: "cnry{{ secret('BROKEN') }}"`,
		"evaluation":      `key: "{{ 'cnry' | number }}"`,
		"json":            `key: "{{ fromJson('cnry') }}"`,
		"open_tag":        `key: "{% if 'cnry' %}"`,
		"no_tag":          `key: "{% cnry %}"`,
		"twice":           "key: cnry1\n    key: cnry2",
		"misspelled":      "key: cnry\n    kee: cnry",
		"no_condition":    "key: cnry\n    conditions:\n      - type: nothing",
		"wrong_type":      "key: cnry\n    wait: cnry",
		"wrong_code":      "key: cnry\n    responseCode: \"{{ 'cnry' | nofilter }}\"",
		"tab":             "key: cnry\n\twait: true",
	}
	const head = "namespace: company.team\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\ntriggers:\n"
	trigger := func(id, lines string) string {
		return "  - id: " + id + "\n    type: io.kestra.plugin.core.trigger.Webhook\n    " + lines + "\n"
	}
	files := map[string]string{
		"flows/same.yaml":    "id: same\n" + head + trigger("first", "key: cnry") + trigger("second", "key: cnry"),
		"flows/flow.yaml":    "id: flow\n" + head + strings.Replace(trigger("webhook", "key: cnry"), "trigger.Webhook", "trigger.Webhok", 1),
		"flows/outside.yaml": "id: outside\nkey: cnry\n" + head + trigger("webhook", "key: cnry"),
		"flows/good.yaml":    "id: good\n" + head + trigger("webhook", "key: cnry"),
	}
	for name, text := range lines {
		files["flows/"+name+".yaml"] = "id: " + name + "\n" + head + trigger("webhook", text)
	}
	config := harness.Config{
		Global: "\tdebug\n\tkestra {\n\t\tflows flows\n\t}\n",
		Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook\n}",
		Files:  files,
		Env:    []string{"SECRET_BROKEN=cnry!not!base64"},
	}
	s := harness.Start(t, config)
	want(t, "good", s.Fetch(t, "DELETE", webhook("good", "cnry"), ""), 405, `{"message":"Method Not Allowed: webhooks take GET, POST and PUT"}`)
	if a := s.Fetch(t, "GET", webhook("good", "cnry"), ""); a.Status != 200 {
		t.Errorf("good: %d %s", a.Status, a.Body)
	}
	log := s.Output()
	for name := range lines {
		if !strings.Contains(log, "/flows/"+name+".yaml") {
			t.Errorf("nothing is said of %s.yaml", name)
		}
	}
	texts := map[string]string{}
	for _, args := range [][]string{
		{"validate"}, {"kestra", "validate"}, {"kestra", "validate", "flows"}, {"kestra", "validate", "--portable", "flows"}, {"kestra", "urls"},
	} {
		out, err := s.Command(args...).CombinedOutput()
		texts[fmt.Sprintf("%q, %v", args, err)] = string(out)
	}
	config.Global = strings.Replace(config.Global, "flows flows", "flows flows\n\t\tstrict", 1)
	err := s.Reload(config)
	if err == nil {
		t.Fatal("strict loads bad flows")
	}
	texts["strict"] = err.Error()
	for name, text := range texts {
		if !strings.Contains(text, "/flows/alias.yaml") {
			t.Errorf("%s says nothing of the flows: %s", name, text)
		}
	}
	wantSilence(t, s, texts)
}
