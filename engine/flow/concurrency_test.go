package flow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConcurrency(t *testing.T) {
	for _, test := range []struct {
		text string
		want *Concurrency
	}{
		{"", nil},
		{"concurrency: null", nil},
		{"concurrency: {limit: 3}", &Concurrency{3, QueueExecution}},
		{"concurrency: {limit: 1, behavior: CANCEL}", &Concurrency{1, CancelExecution}},
		{"concurrency: {limit: 99999999999, behavior: FAIL}", &Concurrency{1<<31 - 1, FailExecution}},
	} {
		set, found := loadText(t, "id: x\nnamespace: n\n"+test.text+"\ntasks: [{id: t, type: test.All}]\n")
		if err := found.Err(); err != nil {
			t.Errorf("%s: %v", test.text, err)
		} else if diff := cmp.Diff(test.want, set.Flow("n", "x").Concurrency); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}
