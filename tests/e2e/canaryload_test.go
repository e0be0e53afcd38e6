package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestKeyIsNeverPrintedByFindings has keys that are written wrong in many ways, and mistakes near a key. Every finding says
// where the mistake is, and none shows the key: at the start, at a strict reload, and in the commands.
func TestKeyIsNeverPrintedByFindings(t *testing.T) {
	t.Parallel()
	lines := map[string]string{
		"too_long":        "key: cn~ry" + strings.Repeat("x", 260),
		"too_long_quoted": `key: "cn~ry` + strings.Repeat("x", 260) + `"`,
		"map":             "key: {cn~ry: cn~ry}",
		"list":            "key: [cn~ry]",
		"open_map":        "key: {cn~ry",
		"open_list":       "key: [cn~ry",
		"colon":           "key: cn~ry: cn~ry",
		"open_quote":      `key: "cn~ry`,
		"open_apostrophe": `key: 'cn~ry`,
		"bad_escape":      `key: "cn~ry\q"`,
		"text_after":      `key: "cn~ry" cn~ry`,
		"alias":           "key: *cn~ry",
		"anchor":          "key: &cn~ry",
		"tag":             "key: !cn~ry cn~ry",
		"binary_tag":      "key: !!binary cn~ry",
		"int_tag":         "key: !!int cn~ry",
		"verbatim_tag":    "key: !<cn~ry> cn~ry",
		"two_bangs":       "key: !!cn~ry",
		"at":              "key: @cn~ry",
		"percent":         "key: %cn~ry",
		"backtick":        "key: `cn~ry`",
		"pipe":            "key: |cn~ry",
		"control":         "key: cn~ry\x01",
		"not_utf8":        "key: cn~ry\xff",
		"open_expression": `key: "{{ 'cn~ry' "`,
		"syntax":          `key: "cn~ry{{ 'cn~ry' ~ }}cn~ry"`,
		"no_filter":       `key: "{{ 'cn~ry' | nofilter }}"`,
		"no_function":     `key: "{{ nofunction('cn~ry') }}"`,
		"no_variable":     `key: "cn~ry{{ nothing }}"`,
		"no_secret":       `key: "cn~ry{{ secret('NOT_THERE') }}"`,
		"broken_secret":   `key: "cn~ry{{ secret('BROKEN') }}"`,
		"evaluation":      `key: "{{ 'cn~ry' | number }}"`,
		"json":            `key: "{{ fromJson('cn~ry') }}"`,
		"open_tag":        `key: "{% if 'cn~ry' %}"`,
		"no_tag":          `key: "{% cn~ry %}"`,
		"twice":           "key: cn~ry1\n    key: cn~ry2",
		"misspelled":      "key: cn~ry\n    kee: cn~ry",
		"no_condition":    "key: cn~ry\n    conditions:\n      - type: nothing",
		"wrong_type":      "key: cn~ry\n    wait: cn~ry",
		"wrong_code":      "key: cn~ry\n    responseCode: \"{{ 'cn~ry' | nofilter }}\"",
		"tab":             "key: cn~ry\n\twait: true",
	}
	const head = "namespace: company.team\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\ntriggers:\n"
	trigger := func(id, lines string) string {
		return "  - id: " + id + "\n    type: io.kestra.plugin.core.trigger.Webhook\n    " + lines + "\n"
	}
	files := map[string]string{
		"flows/same.yaml":    "id: same\n" + head + trigger("first", "key: cn~ry") + trigger("second", "key: cn~ry"),
		"flows/flow.yaml":    "id: flow\n" + head + strings.Replace(trigger("webhook", "key: cn~ry"), "trigger.Webhook", "trigger.Webhok", 1),
		"flows/outside.yaml": "id: outside\nkey: cn~ry\n" + head + trigger("webhook", "key: cn~ry"),
		"flows/good.yaml":    "id: good\n" + head + trigger("webhook", "key: cn~ry"),
	}
	for name, text := range lines {
		files["flows/"+name+".yaml"] = "id: " + name + "\n" + head + trigger("webhook", text)
	}
	config := harness.Config{
		Global: "\tdebug\n\tkestra {\n\t\tflows flows\n\t}\n",
		Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook\n}",
		Files:  files,
		Env:    []string{"SECRET_BROKEN=cn~ry!not!base64"},
	}
	s := harness.Start(t, config)
	want(t, "good", s.Fetch(t, "DELETE", webhook("good", "cn~ry"), ""), 405, `{"message":"Method Not Allowed: webhooks take GET, POST and PUT"}`)
	if a := s.Fetch(t, "GET", webhook("good", "cn~ry"), ""); a.Status != 200 {
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
