package task

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

func TestParseLevel(t *testing.T) {
	for i, name := range flow.LogLevels {
		if l, err := ParseLevel(name); err != nil || l != Level(i) {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
	for _, name := range []string{"", "info", "FATAL", " INFO"} {
		if _, err := ParseLevel(name); err == nil {
			t.Errorf("%q is a level", name)
		}
	}
}

func TestLogger(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	l := Logger{To: zap.New(core), Minimum: Warn, Execution: "e", Namespace: "n", Flow: "f", Task: "t"}
	for level := Trace; level <= Error; level++ {
		l.Log(level, flow.LogLevels[level], zap.Int("more", 1))
	}
	l.Minimum, l.Task = Trace, ""
	l.Log(Debug, "below the server's level")
	l.Log(Info, "of the execution")
	var got []string
	for _, e := range logs.All() {
		got = append(got, e.Level.String()+" "+e.Message)
	}
	if diff := cmp.Diff([]string{"warn WARN", "error ERROR", "info of the execution"}, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	want := map[string]any{"execution": "e", "namespace": "n", "flow": "f", "task": "t", "more": int64(1)}
	if diff := cmp.Diff(want, logs.All()[0].ContextMap()); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if _, ok := logs.All()[2].ContextMap()["task"]; ok {
		t.Error("a line of the execution names a task")
	}
	new(Logger).Log(Error, "nowhere")
}

// TestLoggerKeepsLines checks that no message forges a line, acts on a terminal, or prints a secret.
func TestLoggerKeepsLines(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	l := Logger{To: zap.New(core), Mask: mask.New([]string{"hunter22"})}
	tests := []struct{ message, want string }{
		{"clean", "clean"},
		{"a\nb\x1b[31mc\u202ed", `a\nb\u001b[31mc\u202ed`},
		{"the key is hunter22", "the key is ******"},
		{strings.Repeat("\x01", 10<<20), strings.Repeat(`\u0001`, mask.Limit/6) + "… (10474838 bytes more)"},
	}
	for _, test := range tests {
		l.Log(Info, test.message, zap.Error(errors.New(test.message)))
		line := logs.TakeAll()[0]
		if field := line.ContextMap()["error"]; line.Message != test.want || field != test.want {
			t.Errorf("%.50q: %.50q and %.50q, want %.50q", test.message, line.Message, field, test.want)
		}
	}
}

// journal is what was kept.
type journal []string

func (j *journal) Keep(run, task string, attempt int32, level Level, message string) {
	*j = append(*j, fmt.Sprint(level, " ", run, " ", task, " ", attempt, " ", message))
}

// TestLoggerJournal checks that an execution keeps what the server's log does not want, without secrets and fields, but nothing
// below the minimum of the task.
func TestLoggerJournal(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	var kept journal
	l := Logger{To: zap.New(core), Journal: &kept, Mask: mask.New([]string{"hunter22"}), Minimum: Debug, Task: "t", Run: "r", Attempt: 1}
	for level := Trace; level <= Error; level++ {
		l.Log(level, "a\nhunter22", zap.String("more", "b"))
	}
	(&Logger{Journal: &kept}).Log(Trace, "without a server's log")
	want := journal{
		"DEBUG r t 1 a\n******", "INFO r t 1 a\n******", "WARN r t 1 a\n******", "ERROR r t 1 a\n******", "TRACE   0 without a server's log",
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := logs.Len(); n != 2 {
		t.Errorf("%d lines in the server's log, want 2", n)
	}
}

func BenchmarkLog(b *testing.B) {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	for _, secrets := range []int{0, 100} {
		b.Run(fmt.Sprintf("secrets=%d", secrets), func(b *testing.B) {
			var all []string
			for i := range secrets {
				all = append(all, fmt.Sprintf("ghp_%032x", i))
			}
			l := Logger{To: zap.New(zapcore.NewCore(encoder, discard{}, zap.InfoLevel)), Mask: mask.New(all), Execution: "e", Namespace: "n", Flow: "f", Task: "t"}
			b.ReportAllocs()
			for b.Loop() {
				l.Log(Info, "received 3 commits of company/team on refs/heads/main, the last by someone@example.com")
			}
		})
	}
}

// discard is a file that keeps nothing.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Sync() error                 { return nil }
