package engine

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// itemsFlow is a flow that starts an execution of another one for each letter of a to g.
func itemsFlow(id, properties string) string {
	return taskFlow(id, "- {id: file, type: io.kestra.plugin.core.storage.Write, content: \"a\\nb\\nc\\nd\\ne\\nf\\ng\", extension: .txt}\n"+
		"- {id: each, type: io.kestra.plugin.core.flow.ForEachItem, items: '{{ outputs.file.uri }}', namespace: company.team, flowId: item, inputs: {line: '{{ taskrun.items }}', n: '{{ taskrun.iteration }}'}"+properties+"}\n"+
		"- {id: merged, type: io.kestra.plugin.core.debug.Return, format: '{{ read(outputs.each_merge.subflowOutputs) }}'}", "")
}

// TestRestartOfItems restarts executions that have started one for each part of a file: those that have failed go on, and the others do
// not run again.
func TestRestartOfItems(t *testing.T) {
	for _, kind := range []string{StoreMemory, StoreSQLite} {
		e, err := Open(t.Context(), StoreOptions{Kind: kind, Path: filepath.Join(t.TempDir(), "kestra.db"), Files: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		e.Configure(Options{Drain: -1})
		t.Run(kind, func(t *testing.T) { testRestartOfItems(t, e) })
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func testRestartOfItems(t *testing.T, e *Engine) {
	const item = `{id: need, type: io.kestra.plugin.core.debug.Return, format: "{{ ['1', '4'] contains inputs.n ? kv('fixed') : 'yes' }} {{ read(inputs.line) | trim }}"}`
	s := newSite(t, e, SiteOptions{}, taskFlow("fix", fix, ""), itemsFlow("items", ""), itemsFlow("gone", ""), itemsFlow("anew", ", restartBehavior: NEW_EXECUTION"),
		taskFlow("item", "- {id: once, type: io.kestra.plugin.core.debug.Return, format: '{{ uuid() }}'}\n- "+item, "",
			"inputs: [{id: line, type: FILE}, {id: n, type: STRING}]", "outputs: [{id: o, type: STRING, value: '{{ outputs.need.value }}'}]"))
	e.Serve(s)
	started := func(id string) map[string]string { // by the iteration: the execution, its status and its restarts
		t.Helper()
		all, _, err := e.List(t.Context(), execution.Query{FlowID: "item", Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, x := range all {
			if x.StartedBy != id {
				continue
			}
			st := waitFor(t, e, x.ID)
			_, after, _ := strings.Cut(string(st.Trigger.Variables.JSON), `"taskRunIteration":`)
			number := after[:1]
			found[number+" "+x.ID] = fmt.Sprint(st.Status(), " ", st.Restarts, " ", runsOf(st))
		}
		return found
	}
	statuses := func(found map[string]string) string {
		count := map[string]int{}
		for _, v := range found {
			count[v]++
		}
		return fmt.Sprint(count)
	}
	ids, before := map[string]string{}, map[string]map[string]string{}
	for _, id := range []string{"items", "anew", "gone"} {
		ids[id] = send(s, id, "{}").ExecutionID
		if st := waitFor(t, e, ids[id]); st.Status() != execution.Failed {
			t.Fatalf("%s: %s %s", id, st.Status(), runsOf(st))
		}
		before[id] = started(ids[id])
		const want = "map[FAILED 0 once SUCCESS, need FAILED:2 SUCCESS 0 once SUCCESS, need SUCCESS:5]"
		if got := statuses(before[id]); got != want {
			t.Fatalf("%s: %s, want %s", id, got, want)
		}
	}
	if err := e.Restart(t.Context(), ids["items"]); err != nil {
		t.Fatal(err)
	}
	const unmended = "file SUCCESS, each FAILED, each_split SUCCESS, each_items FAILED"
	if st := waitFor(t, e, ids["items"]); runsOf(st) != unmended || !strings.Contains(string(st.Runs[3].Outputs.JSON), `"FAILED":2,"SUCCESS":5},"numberOfBatches":7`) {
		t.Errorf("not mended, it ends as %s, %s", runsOf(st), st.Runs[3].Outputs.JSON)
	}
	waitFor(t, e, send(s, "fix", "{}").ExecutionID)
	var gone []string
	for name := range before["gone"] {
		if number, id, _ := strings.Cut(name, " "); number == "1" || number == "2" {
			gone = append(gone, id)
		}
	}
	if n, err := e.store.Delete(t.Context(), gone); err != nil || n != 2 {
		t.Fatalf("%d executions went, %v", n, err)
	}
	for _, tt := range []struct{ id, statuses string }{
		{"items", "map[SUCCESS 0 once SUCCESS, need SUCCESS:5 SUCCESS 2 once SUCCESS, need SUCCESS'':2]"},
		{"anew", "map[FAILED 0 once SUCCESS, need FAILED:2 SUCCESS 0 once SUCCESS, need SUCCESS:12]"},
		{"gone", "map[SUCCESS 0 once SUCCESS, need SUCCESS:6 SUCCESS 1 once SUCCESS, need SUCCESS':1]"}, // others stand for those that are not kept
	} {
		if err := e.Restart(t.Context(), ids[tt.id]); err != nil {
			t.Fatal(err)
		}
		st := waitFor(t, e, ids[tt.id])
		if got, want := runsOf(st), "file SUCCESS, each SUCCESS, each_split SUCCESS, each_items SUCCESS, each_merge SUCCESS, merged SUCCESS"; got != want {
			t.Errorf("%s ends as %s, want %s", tt.id, got, want)
		}
		if got, want := string(st.Runs[3].Outputs.JSON), `"iterations":{"CREATED":0,"RUNNING":0,"SUCCESS":7},"numberOfBatches":7}`; !strings.HasSuffix(got, want) {
			t.Errorf("%s: outputs %s", tt.id, got)
		}
		if got := outputOf(st, "merged", "value"); strings.Count(got, "\n") != 7 || strings.Join(strings.Fields(strings.NewReplacer(`{o:"yes `, "", `"}`, "").Replace(got)), "") != "abcdefg" {
			t.Errorf("%s: merged %q", tt.id, got)
		}
		after := started(ids[tt.id])
		if got := statuses(after); got != tt.statuses {
			t.Errorf("%s: %s, want %s", tt.id, got, tt.statuses)
		}
		if tt.id == "items" {
			for name := range before["items"] {
				if _, ok := after[name]; !ok || len(after) != 7 {
					t.Errorf("executions (-before +after):\n%s", cmp.Diff(before["items"], after))
				}
			}
		}
	}
}
