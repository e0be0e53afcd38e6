package engine_test

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// TestEveryTypeHasAnExample checks that each type that can be used has an example, and that it loads without a finding where a
// flow has such components.
func TestEveryTypeHasAnExample(t *testing.T) {
	const trigger = "triggers:\n- id: webhook\n  type: io.kestra.plugin.core.trigger.Webhook\n  key: abc\n"
	places := map[flow.Kind]string{
		flow.KindTask:      "tasks:\n- " + "%\n" + trigger,
		flow.KindTrigger:   "tasks:\n- id: a\n  type: io.kestra.plugin.core.debug.Return\ntriggers:\n- %\n",
		flow.KindCondition: "tasks:\n- id: a\n  type: io.kestra.plugin.core.debug.Return\n" + trigger + "  conditions:\n  - %\n",
	}
	for _, spec := range engine.Core().Types() {
		if spec.Compile == nil || spec.Refused || strings.HasPrefix(spec.Type, "test.") {
			continue
		}
		before, after, _ := strings.Cut(places[spec.Kind], "%")
		margin := "\n" + strings.Repeat(" ", len(before)-strings.LastIndexByte(before, '\n')-1)
		text := "id: example\nnamespace: company.team\n" + before + strings.ReplaceAll(strings.TrimSpace(spec.Example), "\n", margin) + after
		set, found := engine.Core().Load([]*flow.Source{flow.NewSource("example", []byte(text))})
		if sameForAll[spec.Type] {
			if set.Len() != 1 || len(found) == 0 || !strings.Contains(found[0].Message, "always met: ") && !strings.Contains(found[0].Message, "never met: ") {
				t.Errorf("the example of %s, which is the same for every request: %v", spec.Type, found)
			}
		} else if len(found) > 0 || set.Len() != 1 {
			t.Errorf("the example of %s: %v\n%s", spec.Type, found, text)
		}
		if spec.Summary == "" {
			t.Errorf("%s has no summary", spec.Type)
		}
		checkDescribed(t, spec.Type, spec.Properties)
	}
}

// sameForAll are the conditions over executions. Kestra has them for its trigger Flow; here loading says that what they ask for is
// the same for every request.
var sameForAll = map[string]bool{
	"io.kestra.plugin.core.condition.ExecutionFlow":          true,
	"io.kestra.plugin.core.condition.ExecutionLabels":        true,
	"io.kestra.plugin.core.condition.ExecutionNamespace":     true,
	"io.kestra.plugin.core.condition.ExecutionOutputs":       true,
	"io.kestra.plugin.core.condition.ExecutionStatus":        true,
	"io.kestra.plugin.core.condition.FlowCondition":          true,
	"io.kestra.plugin.core.condition.FlowNamespaceCondition": true,
	"io.kestra.plugin.core.condition.HasRetryAttempt":        true,
}

// checkDescribed checks that each property has a summary, and those inside of it.
func checkDescribed(t *testing.T, of string, properties []flow.Property) {
	t.Helper()
	for _, p := range properties {
		if p.Summary == "" {
			t.Errorf("%s.%s has no summary", of, p.Name)
		}
		checkDescribed(t, of+"."+p.Name, p.Properties)
	}
}
