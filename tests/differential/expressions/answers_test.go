package expressions

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var oracle = flag.String("oracle", "", "program with Kestra's classes, whose answers are written to testdata")

// question is a template and its variables, as JSON.
type question struct{ template, context string }

func (q question) String() string { return q.template + " " + q.context }

// set is a set of generated questions. The answers to at least share of them must be equal, in hundredths of a percent.
type set struct {
	name      string
	questions []question
	least     int
}

// mostShown is how many differences a failing test prints.
const mostShown = 40

// check compares every question of a set.
func (s set) check(t *testing.T) {
	answers := s.answers(t)
	rows := divergences(t, s.name)
	e := pebble.New(pebble.Options{})
	equal, shown := 0, 0
	for i, q := range s.questions {
		want := answers[i]
		got := answer(t, e, q)
		if same(got, want) {
			equal++
			continue
		}
		covered := false
		for _, r := range rows {
			if r.covers(q, want, got) {
				r.count++
				covered = true
				break
			}
		}
		if !covered {
			if shown++; shown <= mostShown {
				t.Errorf("%s\n  Kestra %q\n  here   %q", q, want, got)
			}
		}
	}
	if shown > mostShown {
		t.Errorf("and %d more", shown-mostShown)
	}
	for _, r := range rows {
		if r.count == 0 {
			t.Errorf("divergences.tsv:%d: covers no difference any more", r.line)
		}
		t.Logf("%5d %s", r.count, r.why)
	}
	t.Logf("%s: %d of %d equal (%.2f %%)", s.name, equal, len(s.questions), 100*float64(equal)/float64(len(s.questions)))
	if 10_000*equal < s.least*len(s.questions) {
		t.Errorf("%s: fewer than %d.%02d %% are equal", s.name, s.least/100, s.least%100)
	}
}

// answer returns our answer in the form of testdata: a text, or ! and the class of an error.
func answer(t *testing.T, e *pebble.Engine, q question) string {
	vars, err := value.DecodeJSONText(q.context)
	if err != nil {
		t.Fatal(q, err)
	}
	tmpl, err := e.Compile(q.template)
	if err == nil {
		var text string
		text, err = tmpl.Render(&pebble.Context{Vars: vars.Map(), Location: time.UTC})
		if err == nil {
			return "=" + text
		}
	}
	return "!" + err.Error()
}

// same reports whether two answers are equal as texts, as JSON, or as errors.
func same(a, b string) bool {
	if a == b || a[0] == '!' && b[0] == '!' {
		return true
	}
	if a[0] != b[0] || len(a) < 2 || a[1] != '{' && a[1] != '[' {
		return false
	}
	x, errX := value.DecodeJSONText(a[1:])
	y, errY := value.DecodeJSONText(b[1:])
	return errX == nil && errY == nil && value.Equal(x, y)
}

// digest returns a hash of the questions, by which answers belong to them.
func (s set) digest() string {
	h := fnv.New64a()
	for _, q := range s.questions {
		fmt.Fprintln(h, q)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// answers returns Kestra's answers.
func (s set) answers(t *testing.T) []string {
	file := "testdata/" + s.name + ".txt"
	if *oracle != "" {
		if err := os.WriteFile(file, s.ask(t), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if lines[0] != s.digest() || len(lines) != 1+len(s.questions) {
		t.Fatalf("%s belongs to other questions: ask again with -oracle", file)
	}
	for i, line := range lines[1:] {
		if lines[i+1] = line; line[0] == '"' {
			var out string
			if err := json.Unmarshal([]byte(line), &out); err != nil {
				t.Fatal(line, err)
			}
			lines[i+1] = out
		}
	}
	return lines[1:]
}

// ask returns the text of an answers file: a digest of the questions, and for each a line with = and a text, as JSON where
// it has control characters, or with ! and a Java class.
func (s set) ask(t *testing.T) []byte {
	var in bytes.Buffer
	for _, q := range s.questions {
		line, err := json.Marshal(map[string]any{"kind": "pebble", "template": q.template, "context": json.RawMessage(q.context)})
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.Command(*oracle)
	cmd.Stdin = &in
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := []byte(s.digest() + "\n")
	for i, line := range bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n")) {
		var a struct{ Out, Error *string }
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(s.questions[i], err)
		}
		var text string
		if a.Out != nil {
			text = "=" + *a.Out
		} else {
			text = "!" + javaClass(*a.Error)
		}
		if text == "!TIMEOUT" {
			t.Fatalf("%s: the program had no time; ask again", s.questions[i])
		}
		if strings.ContainsFunc(text, unicode.IsControl) {
			quoted, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			text = string(quoted)
		}
		out = append(append(out, text...), '\n')
	}
	return out
}

// javaClass returns the class of an error, or of its cause if the error only wraps that.
func javaClass(text string) string {
	text = strings.TrimPrefix(text, "IllegalVariableEvaluationException: ")
	class, _, _ := strings.Cut(text, ":")
	return class[strings.LastIndexByte(class, '.')+1:]
}

// divergence is a row of divergences.tsv.
type divergence struct {
	line              int
	name, theirs, our *regexp.Regexp
	why               string
	count             int
}

func (r *divergence) covers(q question, kestra, ours string) bool {
	return r.name.MatchString(q.String()) && r.theirs.MatchString(describe(kestra)) && r.our.MatchString(describe(ours))
}

// describe writes an answer as divergences.tsv does.
func describe(answer string) string {
	if answer[0] == '!' {
		return "the error " + answer[1:]
	}
	return answer[1:]
}

func divergences(t *testing.T, name string) []*divergence {
	text, err := os.ReadFile("../../conformance/divergences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	glob := func(pattern string) *regexp.Regexp {
		return regexp.MustCompile(`(?s)^` + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`) + `$`)
	}
	var rows []*divergence
	for i, line := range strings.Split(string(text), "\n") {
		rest, ok := strings.CutPrefix(line, "differential/"+name+"/")
		if !ok {
			continue
		}
		columns := strings.Split(rest, "\t")
		if len(columns) != 4 {
			t.Fatalf("divergences.tsv:%d has not four columns", i+1)
		}
		rows = append(rows, &divergence{
			line: i + 1, name: glob(columns[0]), theirs: glob(strings.TrimPrefix(columns[1], "result: ")), our: glob(columns[2]), why: columns[3],
		})
	}
	return rows
}
