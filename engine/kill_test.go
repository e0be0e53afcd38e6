package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// killedVariable, in the environment of this program, makes it one that starts an execution of worksFlow in the working directory,
// says which when it has come to the gate, and waits there until it is killed.
const killedVariable = "KESTRA_TEST_KILLED"

const killedGate = "killed"

// worksFlow is a flow whose tasks work in a directory, one of them at the gate, and write a file beside it.
func worksFlow() string {
	return taskFlow("f", `
- id: wd
  type: io.kestra.plugin.core.flow.WorkingDirectory
  inputFiles: {in.txt: "from {{ trigger.body.n }}"}
  outputFiles: ["*.txt"]
  tasks:
    - {id: made, type: io.kestra.plugin.core.storage.LocalFiles, inputs: {made.txt: "made for {{ trigger.headers.Authorization[0] }}"}}
    - {id: written, type: io.kestra.plugin.core.storage.Write, content: "written"}
    - {id: gate, type: test.Gate, gate: `+killedGate+`}
    - {id: late, type: io.kestra.plugin.core.storage.LocalFiles, inputs: {late.txt: "late for {{ trigger.headers.Authorization[0] }} after {{ read(outputs.written.uri) }}"}}
`, "", `outputs: [{id: files, type: JSON, value: "{{ outputs.wd.outputFiles }}"}, {id: own, type: URI, value: "{{ outputs.written.uri }}"}]`)
}

// beKilled is what that program does. It returns why it cannot.
func beKilled() error {
	g := setGate(killedGate)
	e, err := Open(context.Background(), StoreOptions{Kind: StoreSQLite, Path: "kestra.db", Files: "files"})
	if err != nil {
		return err
	}
	set, _ := Core().Load([]*flow.Source{flow.NewSource("test", []byte(worksFlow()))})
	site, _, err := NewSite(set, SiteOptions{})
	if err == nil {
		err = site.Open(context.Background(), e)
	}
	if err != nil {
		return err
	}
	e.Serve(site)
	fmt.Println(send(site, "f", `{"n":1}`, func(r *webhook.Request) { r.Header.Set("Authorization", "Bearer t0ken") }).ExecutionID)
	<-g.entered
	fmt.Println("at the gate")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// TestKilledInADirectory kills a process while a task works in the directory of a WorkingDirectory: the execution goes on in it, and
// has all files that were there. What its tasks see of the request is what they saw before.
func TestKilledInADirectory(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	killed := exec.CommandContext(t.Context(), program)
	killed.Dir, killed.Env, killed.Stderr = dir, append(os.Environ(), killedVariable+"=yes"), os.Stderr
	in, err := killed.StdinPipe() // open until it is dead
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := killed.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	id := lines.Text()
	if !lines.Scan() || lines.Text() != "at the gate" {
		t.Fatalf("it says %q, %q", id, lines.Text())
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Wait(); err == nil {
		t.Fatal("it was not killed")
	}

	close(newGate(t, killedGate).open)
	e := openLasting(t, dir)
	defer mustClose(t, e)
	newSite(t, e, SiteOptions{}, worksFlow())
	s := waitFor(t, e, id)
	if s.Status() != execution.Success {
		t.Fatalf("it ends %s: %+v", s.Status(), s.Runs)
	}
	outputs, err := value.DecodeJSONText(string(s.Outputs.JSON))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	read := func(name string, uri value.Value) {
		f, err := e.files.Open(t.Context(), task.Origin{}, uri.Str())
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = string(text)
	}
	files, _ := outputs.Map().Get("files")
	for name, uri := range files.Map().All() {
		read(name, uri)
	}
	own, _ := outputs.Map().Get("own")
	read("own", own)
	want := map[string]string{"in.txt": "from 1", "made.txt": "made for ******", "late.txt": "late for ****** after written", "own": "written"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
