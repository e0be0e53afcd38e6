package webhook

import (
	"net/http"
	"testing"
)

func TestFrom(t *testing.T) {
	for _, test := range []struct {
		name   string
		header http.Header
		want   string
	}{
		{"no header", nil, "trigger"},
		{"true", http.Header{"X-Kestra-Test-Event": {"true"}}, "testEvent"},
		{"nothing", http.Header{"X-Kestra-Test-Event": {""}}, "testEvent"},
		{"anything", http.Header{"X-Kestra-Test-Event": {"1"}}, "testEvent"},
		{"false", http.Header{"X-Kestra-Test-Event": {" False"}}, "trigger"},
		{"false and true", http.Header{"X-Kestra-Test-Event": {"false", "true"}}, "testEvent"},
		{"another header", http.Header{"X-Test-Event": {"true"}}, "trigger"},
	} {
		if got := (&Request{Header: test.header}).From(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
