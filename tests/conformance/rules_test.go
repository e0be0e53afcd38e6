package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var update = flag.Bool("update", false, "write what the cases of testdata/rules came to as expected")

// TestRules runs the cases of testdata/rules, which say rule by rule how flows run; see the package documentation.
func TestRules(t *testing.T) {
	files, err := filepath.Glob("testdata/rules/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, cases, _ := strings.Cut("\n"+string(content), "\n=== ")
		var out strings.Builder
		out.WriteString(strings.TrimPrefix(head, "\n"))
		for block := range strings.SplitSeq(cases, "\n=== ") {
			rule := parseRule(t, file, block)
			got := rule.want // of a case that -run leaves out
			inBubble(t, strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+rule.name, func(t *testing.T) {
				got = rule.run(t)
				if diff := cmp.Diff(rule.want, got); diff != "" && !*update {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
			fmt.Fprintf(&out, "\n=== %s\n%s----------\n%s\n", rule.name, rule.given, got)
		}
		if *update {
			if err := os.WriteFile(file, []byte(out.String()), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// rule is a case of testdata/rules.
type rule struct {
	name, given, want string

	does  []deed
	flows []string // the first one is started
}

// deed is what is done after the flows were loaded.
type deed struct {
	at   time.Duration
	name string
	arg  string
}

// parseRule reads a case.
func parseRule(t *testing.T, file, block string) rule {
	t.Helper()
	var r rule
	var ok bool
	r.name, block, _ = strings.Cut(block, "\n")
	if r.given, r.want, ok = strings.Cut(block, "----------\n"); !ok {
		t.Fatalf("%s: %s has no expectation", file, r.name)
	}
	r.want = strings.TrimSpace(r.want)
	yaml := r.given
	for strings.HasPrefix(yaml, "> ") {
		var line string
		line, yaml, _ = strings.Cut(yaml, "\n")
		words := strings.SplitN(strings.TrimPrefix(line, "> "), " ", 3)
		at, err := time.ParseDuration(words[0])
		if err != nil || len(words) < 2 {
			t.Fatalf("%s: %s: %q is not \"> time deed argument\"", file, r.name, line)
		}
		r.does = append(r.does, deed{at, words[1], strings.Join(words[2:], "")})
	}
	if len(r.does) == 0 {
		r.does = []deed{{0, "call", ""}}
	}
	r.flows = strings.Split(yaml, "\n---\n")
	return r
}

// ruleBody is the body of a call that names none.
const ruleBody = `{"n":1,"name":"bob","list":["a","b"],"map":{"k":"v"}}`

// whole returns a flow with the members that all of them need. They come last, so that lines keep their numbers.
func whole(i int, yaml string) string {
	yaml = strings.TrimRight(yaml, "\n") + "\n"
	for _, member := range [][2]string{
		{"id", "f"},
		{"namespace", "rules"},
		{"triggers", `[{id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: abc}]`},
	} {
		if !strings.Contains("\n"+yaml, "\n"+member[0]+":") && (i == 0 || member[0] != "triggers") {
			yaml += member[0] + ": " + member[1] + "\n"
		}
	}
	return yaml
}

// run runs a case and returns what came of it.
func (r *rule) run(t *testing.T) string {
	var sources []*flow.Source
	for i, text := range r.flows {
		name := "flow.yml"
		if i > 0 {
			name = fmt.Sprintf("flow%d.yml", i+1)
		}
		sources = append(sources, &flow.Source{Name: name, YAML: []byte(whole(i, text))})
	}
	set, found := engine.Core().Load(sources)
	var out strings.Builder
	for _, d := range found {
		if d.Severity == flow.SeverityWarning {
			out.WriteString("warning: ")
		}
		out.WriteString(d.Error() + "\n")
	}
	if set.Len() < len(r.flows) {
		return strings.TrimSpace(out.String())
	}
	s := startServer(t, set, recordedSite)
	begin := time.Now()
	var called []string
	for _, d := range r.does {
		<-time.After(d.at - time.Since(begin))
		synctest.Wait()
		switch d.name {
		case "call":
			called = append(called, s.call(t, &out, d.arg))
		case "kill":
			if err := s.engine.Kill(t.Context(), called[len(called)-1]); err != nil {
				fmt.Fprintf(&out, "kill: %v\n", err)
			}
		case "resume":
			inputs := value.NewMap(0)
			if d.arg != "" {
				var err error
				if inputs, err = value.DecodeMembers([]byte(d.arg)); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.engine.Resume(t.Context(), called[len(called)-1], inputs); err != nil {
				fmt.Fprintf(&out, "resume: %v\n", err)
			}
		default:
			t.Fatalf("there is nothing to do called %s", d.name)
		}
	}
	for i := 0; i < len(called); i++ {
		if called[i] != "" {
			s.report(t, &out, i, begin, called[i])
		}
		if i == len(called)-1 { // those that have come of these by themselves
			all, _, err := s.engine.List(t.Context(), execution.Query{Namespace: "rules", FlowID: "f"})
			if err != nil {
				t.Fatal(err)
			}
			for _, summary := range slices.Backward(all) {
				if !slices.Contains(called, summary.ID) {
					called = append(called, summary.ID)
				}
			}
		}
	}
	return strings.TrimSpace(out.String())
}

// call calls the webhook and returns the id of the execution that came of it.
func (s *server) call(t *testing.T, out *strings.Builder, body string) string {
	t.Helper()
	if body == "" {
		body = ruleBody
	}
	a, err := s.send(http.MethodPost, fmt.Appendf(nil, "POST /api/v1/executions/webhook/rules/f/abc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	if err != nil {
		t.Fatal(err)
	}
	if a.status != http.StatusOK {
		fmt.Fprintf(out, "answer: %d %s\n", a.status, a.body)
	}
	return a.execution
}

// report writes what became of an execution: its states, task runs, outputs, labels, and log lines from WARN on. A state
// that came later than the one before it has the time since the beginning of the case.
func (s *server) report(t *testing.T, out *strings.Builder, call int, begin time.Time, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
	defer cancel()
	state, err := s.engine.Wait(ctx, id)
	if errors.Is(err, context.DeadlineExceeded) {
		state, err = s.engine.Get(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	lines, err := s.engine.Logs(t.Context(), id, 0, math.MaxInt)
	if err != nil {
		t.Fatal(err)
	}
	number := ""
	if call > 0 {
		number = " " + strconv.Itoa(call+1)
	}
	fmt.Fprintf(out, "execution%s: %s\n", number, timed(state.History, begin))
	writeRuns(out, state, execution.RootRow, "", begin)
	if outputs := printed(state.Outputs); outputs != "" {
		fmt.Fprintf(out, "outputs: %s\n", outputs)
	}
	for _, l := range state.Labels {
		if !strings.HasPrefix(l.Key, "system.") || l.Key == "system.replay" {
			fmt.Fprintf(out, "label: %s=%s\n", l.Key, l.Value)
		}
	}
	for _, l := range lines {
		if l.Level == "WARN" || l.Level == "ERROR" {
			task := ""
			if l.Task != "" {
				task = l.Task + ": "
			}
			fmt.Fprintf(out, "log: %s %s%s\n", l.Level, task, strings.ReplaceAll(withoutIDs(l.Message), "\n", "\n     "))
		}
	}
}

// writeRuns writes the task runs below a row, each followed by those below it.
func writeRuns(out *strings.Builder, s *execution.State, parent int32, indent string, begin time.Time) {
	for i := range s.Runs {
		run := &s.Runs[i]
		if run.Parent != parent {
			continue
		}
		out.WriteString(indent + run.TaskID)
		if run.Value != "" {
			out.WriteString("[" + run.Value + "]")
		}
		out.WriteString(": " + timed(run.History, begin))
		if len(run.Attempts) != 1 || run.Attempts[0].History.Current() != run.Status() {
			out.WriteString(" attempts")
			for _, a := range run.Attempts {
				out.WriteString(" " + string(a.History.Current()))
			}
		}
		if outputs := printed(run.Outputs); outputs != "" && outputs != "{}" {
			out.WriteString(" " + outputs)
		}
		out.WriteString("\n")
		writeRuns(out, s, int32(i), indent+"  ", begin)
	}
}

// ids are those of executions and task runs, and the numbers that files have for names.
var ids = regexp.MustCompile(`\b([0-9A-Za-z]{20,22}|[0-9]{12,19})\b`)

// withoutIDs returns a text without the ids in it.
func withoutIDs(text string) string {
	return ids.ReplaceAllStringFunc(text, func(word string) string {
		if word == "subflowOutputsBaseUri" {
			return word
		}
		return "(id)"
	})
}

// printed returns an object that is kept, without the ids.
func printed(d execution.Datum) string { return withoutIDs(string(d.JSON)) }

// timed prints a history, with the time at which a status began where it is another than that of the one before, and without the
// middle of a long one.
func timed(h execution.History, begin time.Time) string {
	var words []string
	last := time.Duration(0)
	for _, entry := range h {
		word := string(entry.Status)
		if at := entry.At.Sub(begin).Round(time.Millisecond); at != last {
			word += "@" + at.String()
			last = at
		}
		words = append(words, word)
	}
	if len(words) > 20 {
		words = slices.Concat(words[:5], []string{"…"}, words[len(words)-3:])
	}
	return strings.Join(words, " ")
}
