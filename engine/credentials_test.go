package engine

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestCredentials checks who sees the headers by which callers say who they are.
func TestCredentials(t *testing.T) {
	text := taskFlow("f", `- {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ trigger.headers.authorization[0] }} {{ trigger.headers }}"}`,
		`conditions: [{type: io.kestra.plugin.core.condition.Expression, expression: "{{ trigger.headers.authorization[0] == 'Bearer tok' }}"}]
inputs: {given: "{{ trigger.headers.authorization[0] }}"}
wait: true
returnOutputs: true`,
		"inputs: [{id: given, type: STRING}]", "outputs: [{id: seen, type: STRING, value: '{{ outputs.a.value }} {{ inputs.given }}'}]")
	for _, tc := range []struct {
		keep         bool
		seen, stored string
	}{
		{false, "****** {", `"Authorization":["******"]`},
		{true, "Bearer tok {", `"Authorization":["Bearer tok"]`},
	} {
		e := openEngine(t)
		site := newSite(t, e, SiteOptions{KeepCredentials: tc.keep}, text)
		got := send(site, "f", "{}", func(r *webhook.Request) { r.Header.Set("Authorization", "Bearer tok") })
		if got.Status != 200 || !strings.Contains(string(got.Body), tc.seen) || !strings.HasSuffix(string(got.Body), ` Bearer tok"}`) {
			t.Errorf("keep %t: %d %s", tc.keep, got.Status, got.Body)
		}
		ended := waitFor(t, e, got.ExecutionID)
		if kept := string(ended.Trigger.Variables.JSON); !strings.Contains(kept, tc.stored) {
			t.Errorf("keep %t: kept is %s", tc.keep, kept)
		}
	}
}
