//go:build unix

package engine

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// shellTask returns a task that runs a command.
func shellTask(id, command string) string {
	return "- {id: " + id + ", type: io.kestra.plugin.scripts.shell.Commands, commands: [\"" + command + "\"]}"
}

// openCommands returns an engine with files, which runs commands if options say so, and its log.
func openCommands(t *testing.T, o *CommandOptions) (*Engine, *observer.ObservedLogs) {
	t.Helper()
	core, lines := observer.New(zap.DebugLevel)
	e := openEngineOn(t, StoreOptions{Kind: StoreMemory, Files: t.TempDir()})
	e.Configure(Options{Commands: o, Logger: zap.New(core)})
	return e, lines
}

// TestWithoutCommands refuses what runs commands: when flows are loaded, when a task is made while a flow runs, and, should a flow have
// been loaded elsewhere, when the task begins.
func TestWithoutCommands(t *testing.T) {
	source := func(tasks string) []*flow.Source {
		return []*flow.Source{flow.NewSource("f.yml", []byte(taskFlow("f", tasks, "wait: true")))}
	}
	const off = "runs commands on this machine, which is off: write `allow_commands` in the global kestra block"
	catalog := Core().WithoutCommands()
	set, found := catalog.Load(source(shellTask("a", "true")))
	if set.Len() != 0 || len(found) != 1 || !strings.Contains(found[0].Error(), "line 5): tasks[0].type: `io.kestra.plugin.scripts.shell.Commands` "+off) {
		t.Errorf("%d flows were loaded: %v", set.Len(), found)
	}
	templated := "- {id: a, type: io.kestra.plugin.core.templating.TemplatedTask, spec: \"{type: io.kestra.plugin.scripts.shell.Commands, commands: ['true']}\"}"
	set, found = catalog.Load(source(templated))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	elsewhere, found := Core().Load(source(shellTask("a", "true")))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		set  *flow.Set
		want string
	}{"templated": {set, off}, "loaded elsewhere": {elsewhere, "commands are not allowed: write `allow_commands`"}} {
		e, lines := openCommands(t, nil)
		site, _ := openSite(t, e, tt.set, SiteOptions{})
		if a := send(site, "f", "{}"); a.Status != 500 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if n := lines.Filter(func(l observer.LoggedEntry) bool { return strings.Contains(l.Message, tt.want) }).Len(); n != 1 {
			t.Errorf("%s: the log says %d times that commands are off", name, n)
		}
	}
}

// TestFailureHasOutputs lets the tasks for errors read what a command that failed has left.
func TestFailureHasOutputs(t *testing.T) {
	e, _ := openCommands(t, new(CommandOptions))
	site := newSite(t, e, SiteOptions{}, taskFlow("f", shellTask("a", "echo '::{}::'; exit 6"), "wait: true\nreturnOutputs: true\nresponseCode: \"200\"",
		"errors: [{id: e, type: io.kestra.plugin.core.debug.Return, format: \"{{ outputs.a.exitCode }}\"}]",
		"outputs: [{id: code, type: STRING, value: \"{{ outputs.e.value }}\"}]"))
	if a := send(site, "f", "{}"); string(a.Body) != `{"code":"6"}` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// TestKilledCommand kills an execution whose command runs: it ends, and the command with it.
func TestKilledCommand(t *testing.T) {
	e, lines := openCommands(t, new(CommandOptions))
	site := newSite(t, e, SiteOptions{}, taskFlow("f", shellTask("a", "echo begun; sleep 1000"), ""))
	a := send(site, "f", "{}")
	for lines.FilterMessage("begun").Len() == 0 {
		if t.Context().Err() != nil {
			t.Fatal("it does not begin")
		}
	}
	if err := e.Kill(context.Background(), a.ExecutionID); err != nil {
		t.Fatal(err)
	}
	if s := waitFor(t, e, a.ExecutionID); s.Status() != flow.Killed {
		t.Error(s.Status())
	}
}
