package task

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestParseLevel(t *testing.T) {
	for i, name := range LevelNames {
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
		l.Log(level, LevelNames[level], zap.Int("more", 1))
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
