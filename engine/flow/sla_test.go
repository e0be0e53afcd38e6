package flow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSLAs(t *testing.T) {
	for _, test := range []struct {
		text string
		want []*SLA
	}{
		{"", nil},
		{"sla: []", []*SLA{}},
		{"sla: [{id: m, type: MAX_DURATION, duration: PT1S, behavior: FAIL}]", []*SLA{{ID: "m", Kind: MaxDuration, Duration: time.Second, Behavior: FailBySLA}}},
		{`sla: [{id: a, type: EXECUTION_ASSERTION, assert: "{{ execution.state == 'RUNNING' }}", behavior: NONE, labels: {sla: missed, n: 1}}]`, []*SLA{{
			ID: "a", Kind: ExecutionAssertion, Text: "{{ execution.state == 'RUNNING' }}", Behavior: NoneBySLA, Labels: []Label{{"sla", "missed"}, {"n", "1"}},
		}}},
		{"sla: [{id: a, type: EXECUTION_ASSERTION, assert: '{{ vars is defined }}', behavior: CANCEL, labels: [{key: k, value: '{{ x }}'}]}]", []*SLA{{
			ID: "a", Kind: ExecutionAssertion, Text: "{{ vars is defined }}", Behavior: CancelBySLA, Labels: []Label{{"k", "{{ x }}"}},
		}}},
	} {
		set, found := loadText(t, "id: x\nnamespace: n\n"+test.text+"\ntasks: [{id: t, type: test.All}]\n")
		if err := found.Err(); err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		got := set.Flow("n", "x").SLAs
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(SLA{}, "Assert")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
		for _, s := range got {
			if (s.Assert != nil) != (s.Kind == ExecutionAssertion) {
				t.Errorf("%s: %s has the assertion %v", test.text, s.ID, s.Assert)
			}
		}
	}
}
