package engine

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// openWithFiles returns an engine that keeps files, and the URI of one that another execution has made.
func openWithFiles(t testing.TB) (e *Engine, uri string) {
	t.Helper()
	e = openEngineOn(t, StoreOptions{Kind: StoreMemory, Files: t.TempDir()})
	f, err := e.files.Create(t.Context(), task.Origin{Namespace: "company.team", Flow: "other", Execution: "x", Task: "t", Run: "r"}, "1.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = io.WriteString(f, "text"); err == nil {
		uri, err = f.Commit()
	}
	if err != nil {
		t.Fatal(err)
	}
	return e, uri
}

// TestFileOutputs asks a flow whose output of type FILE is the text of the body.
func TestFileOutputs(t *testing.T) {
	e, uri := openWithFiles(t)
	const missing = "kestra:///company/team/other/executions/x/tasks/t/r/2.txt"
	site := newSite(t, e, SiteOptions{}, webhookFlow("f", "wait: true\nreturnOutputs: true", "outputs: [{id: f, type: FILE, value: \"{{ trigger.body }}\", required: false}]"))
	for _, test := range []struct {
		body, answer, log string
		status            int
	}{
		{uri, `{"f":"` + uri + `"}`, "", http.StatusOK},
		{missing, "{}", "failed to render output values: invalid value for output `f`. Cause: " + missing + ": file does not exist", http.StatusInternalServerError},
		{"kestra:///etc/passwd", "{}", "Cause: ", http.StatusInternalServerError},
		{"/etc/passwd", "{}", "and files of the server are never read", http.StatusInternalServerError},
		{"file:///etc/passwd", "{}", "and files of the server are never read", http.StatusInternalServerError},
	} {
		r := send(site, "f", test.body)
		if r.Status != test.status || string(r.Body) != test.answer {
			t.Errorf("%s: the answer is %d %s, want %d %s", test.body, r.Status, r.Body, test.status, test.answer)
		}
		lines, err := e.Logs(t.Context(), r.ExecutionID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if last := lines[len(lines)-1].Message; !strings.Contains(last, test.log) {
			t.Errorf("%s: the log ends with %q, want %q", test.body, last, test.log)
		}
	}
}

// TestFileInputs gives inputs of type FILE: by the trigger, and by a task that starts another flow.
func TestFileInputs(t *testing.T) {
	e, uri := openWithFiles(t)
	const inputs, outputs = "inputs: [{id: f, type: FILE, allowedFileExtensions: [.txt]}]", "outputs: [{id: f, type: FILE, value: \"{{ inputs.f }}\"}]"
	site := newSite(t, e, SiteOptions{},
		webhookFlow("called", "wait: true\nreturnOutputs: true\ninputs: {f: \"{{ trigger.body }}\"}", inputs, outputs),
		taskFlow("caller", "- {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: company.team, flowId: called, inputs: {f: \"{{ trigger.body }}\"}}",
			"wait: true\nreturnOutputs: true", "outputs: [{id: f, type: FILE, value: \"{{ outputs.s.outputs.f }}\"}]"),
	)
	for _, id := range []string{"called", "caller"} {
		if r := send(site, id, uri); r.Status != http.StatusOK || string(r.Body) != `{"f":"`+uri+`"}` {
			t.Errorf("%s: the answer is %d %s", id, r.Status, r.Body)
		}
	}
	const words = "Invalid value for input `f`. Cause: "
	for _, test := range []struct{ body, want string }{
		{"/etc/passwd", words + "`/etc/passwd` is no URI of a file as kestra:///… and nsfile:///…, and files of the server are never read"},
		{strings.TrimSuffix(uri, "txt") + "csv", words + "File type not allowed. Accepted extensions: .txt"},
	} {
		r := send(site, "called", test.body)
		if diff := cmp.Diff(`{"message":"Invalid entity: `+test.want+`"}`, string(r.Body)); r.Status != http.StatusUnprocessableEntity || diff != "" {
			t.Errorf("the answer is %d (-want +got):\n%s", r.Status, diff)
		}
		ended := waitFor(t, e, send(site, "caller", test.body).ExecutionID)
		lines, err := e.Logs(t.Context(), ended.ID, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if ended.Status() != execution.Failed || lines[0].Message != test.want {
			t.Errorf("caller is %s: %+v", ended.Status(), lines)
		}
	}
}
