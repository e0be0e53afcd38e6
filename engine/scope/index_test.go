package scope

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestSnapshotsDoNotChange records task runs in any order, with several of one task among them. It compares each snapshot with
// a map of the outputs at that time, at once and again at the end.
func TestSnapshotsDoNotChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x index
		type moment struct {
			snapshot snapshot
			want     string
		}
		var moments []moment
		outputs := map[string]string{} // of the last run of a task that has some
		last := map[string]int{}       // the row of it
		var runs []*execution.Run
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			row := rapid.IntRange(0, min(len(runs), 20)).Draw(t, "row")
			if row == len(runs) {
				task := fmt.Sprint("t", rapid.IntRange(0, 9).Draw(t, "task"))
				runs = append(runs, &execution.Run{TaskID: task, History: execution.History{{Status: execution.Running, At: time.Unix(1, 0)}}})
			}
			r := runs[row]
			ends := !r.Status().Terminated() && rapid.Bool().Draw(t, "ends")
			made := value.Null
			if ends {
				r.History = append(r.History, execution.Transition{Status: execution.Success, At: time.Unix(2, 0)})
				made = value.MapOf("row", value.Int(int64(row)))
				if at, ok := last[r.TaskID]; !ok || at <= row {
					last[r.TaskID], outputs[r.TaskID] = row, value.JSON(made)
				}
			}
			x.record(int32(row), r, false, made)
			moments = append(moments, moment{x.snapshot(), show(outputs)})
			if got := showView(x.snapshot()); got != moments[len(moments)-1].want {
				t.Fatalf("outputs are %s, want %s", got, moments[len(moments)-1].want)
			}
		}
		for i, m := range moments {
			if diff := cmp.Diff(m.want, showView(m.snapshot)); diff != "" {
				t.Fatalf("snapshot %d has changed (-want +got):\n%s", i, diff)
			}
		}
	})
}

// show returns outputs of tasks as text.
func show(outputs map[string]string) string { return fmt.Sprint(outputs) }

// showView returns the outputs in a snapshot as show does.
func showView(s snapshot) string {
	found := map[string]string{}
	for i := range 10 {
		task := fmt.Sprint("t", i)
		if v, ok := (outputsView{s}).Get(task); ok {
			found[task] = value.JSON(v)
		}
	}
	return show(found)
}

// TestRowsAreUsedAgain lets task runs come and go, some of them in a loop, with rows that are used again: what expressions see is what
// there is.
func TestRowsAreUsedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x index
		rows := map[int]string{} // what stands in a row: a task, or task=value
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			names := []string{"a", "b", "c", "l=x", "l=y", "l=z", "m=x", "m=y", "d", "e", "f", "g"}
			name := rapid.SampledFrom(names).Draw(t, "task")
			row := 0
			for rows[row] != "" && rows[row] != name {
				row++
			}
			for at, there := range rows {
				if there == name {
					row = at
				}
			}
			if rows[row] == name && rapid.Bool().Draw(t, "goes") {
				delete(rows, row)
				x.clear(int32(row))
			} else {
				rows[row] = name
				task, loop, looped := strings.Cut(name, "=")
				r := &execution.Run{ID: fmt.Sprint(step), TaskID: task, Value: loop, Parent: execution.RootRow, History: execution.History{{Status: execution.Running}}}
				x.record(int32(row), r, looped, value.MapOf("step", value.Int(int64(step))))
			}
			there := map[string]bool{}
			for _, name := range rows {
				there[name] = true
			}
			view := outputsView{x.snapshot()}
			for _, name := range names {
				task, loop, looped := strings.Cut(name, "=")
				v, ok := view.Get(task)
				if ok && looped {
					v, ok = v.Map().Get(loop)
				}
				if ok != there[name] || ok && v.Kind() != value.KindMap {
					t.Fatalf("step %d: %s is there: %v, want %v", step, name, ok, there[name])
				}
			}
			if got := value.FromMap(view.Map()); len(rows) > 0 && got.Map().Len() == 0 {
				t.Fatalf("step %d: all outputs are %s", step, value.JSON(got))
			}
		}
	})
}
