package process

import (
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// TestCheck says which options which system does not have.
func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		system  string
		options Options
		want    string
	}{
		{"linux", Options{User: new(task.User), Memory: 1, CPU: time.Second}, ""},
		{"freebsd", Options{User: new(task.User), Memory: 1, CPU: time.Second}, ""},
		{"windows", Options{MaxParallel: 3, FileSize: 1}, ""},
		{"windows", Options{User: new(task.User)}, "run_as is not there on Windows, where commands run as the server does and without limits: leave it out"},
		{"windows", Options{Memory: 1}, "memory is not there on Windows, where commands run as the server does and without limits: leave it out"},
		{"darwin", Options{CPU: time.Second}, "cpu is not there on macOS, where commands run as the server does and without limits: leave it out"},
	} {
		got := ""
		if err := tt.options.Check(tt.system); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.system, got, tt.want)
		}
	}
}
