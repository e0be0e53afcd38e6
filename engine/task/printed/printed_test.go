package printed

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// newPrinted returns what takes lines, what it has logged, and whether the commands were ended.
func newPrinted() (p *Printed, lines *observer.ObservedLogs, ended *bool) {
	core, lines := observer.New(zap.DebugLevel)
	ended = new(bool)
	c := &task.Context{Pebble: new(pebble.Context), Log: task.Logger{To: zap.New(core)}}
	return New(c, func() { *ended = true }), lines, ended
}

// TestPrinted reads lines that tell nothing, or too much.
func TestPrinted(t *testing.T) {
	long := "::{" + strings.Repeat(" ", 1<<20)
	for name, tt := range map[string]struct {
		lines []task.CommandLine
		log   []string
		err   string
	}{
		"cut":                     {[]task.CommandLine{{Text: "::{", Cut: true}}, []string{"Invalid outputs: the line has more than 1048576 bytes"}, ""},
		"cut where it seems over": {[]task.CommandLine{{Text: "::{}::", Cut: true}}, []string{"Invalid outputs: the line has more than 1048576 bytes"}, ""},
		"no object":               {[]task.CommandLine{{Text: "::[]::"}, {Text: "::{}:"}, {Text: ":{}::"}, {Text: "::"}, {Text: "::{::"}, {Text: "::}::"}}, []string{"::[]::", "::{}:", ":{}::", "::", "::{::", "::}::"}, ""},
		"members of other kinds":  {[]task.CommandLine{{Text: `::{"outputs":[],"metrics":{},"logs":"x"}::`}}, []string{"Invalid outputs 'outputs is no map'", "Invalid outputs 'metrics is no list'", "Invalid outputs 'logs is no list'"}, ""},
		"too much": {
			slicesRepeat(task.CommandLine{Text: long + "}::"}, 16), nil, "the commands tell more than 16777216 bytes of outputs, metrics and log lines",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, lines, ended := newPrinted()
			for _, l := range tt.lines {
				p.Line(l)
			}
			var log []string
			for _, e := range lines.All() {
				log = append(log, e.Message)
			}
			if d := cmp.Diff(tt.log, log); d != "" {
				t.Errorf("log (-want +got):\n%s", d)
			}
			if got := errText(p.err); got != tt.err || *ended != (got != "") {
				t.Errorf("error %q, want %q; ended: %t", got, tt.err, *ended)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func slicesRepeat(l task.CommandLine, n int) []task.CommandLine {
	all := make([]task.CommandLine, n)
	for i := range all {
		all[i] = l
	}
	return all
}

// FuzzPrinted reads lines of scripts: what they tell is a map that can be read again, nothing is logged that tells something, and a line that
// tells the outputs once more changes nothing.
func FuzzPrinted(f *testing.F) {
	for _, text := range []string{
		"a\nb", "::{}::", `::{"outputs":{"a":1,"b":[null,"x"],"a":2}}::`, `::{"outputs":null,"metrics":null,"logs":null}::`, "::{\"outputs\":{}}::\n::{\"outputs\":[]}::",
		`::{"metrics":[{"type":"counter","name":"c","value":1,"tags":{"a":"b"}},{"type":"timer","name":"t","value":1e300},{"type":"gauge"},7]}::`,
		`::{"logs":[{"level":"WARN","message":"w"},{"level":7,"message":{}},[],null]}::`, "::{oops}::", "::{\"outputs\":{\"\xff\":\"\xfe\"}}::", `::{"outputs":{"n":1e999}}::`, `::{"outputs":{"s":"\ud800"}}::`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, printed []byte) {
		p, lines, ended := newPrinted()
		told := 0
		for line := range bytes.SplitSeq(printed, []byte("\n")) {
			text := strings.ToValidUTF8(string(line), "\uFFFD") // as lines are given
			if _, ok := message(text); ok {
				told++
			}
			before := lines.Len()
			p.Line(task.CommandLine{Text: text})
			if _, ok := message(text); ok && p.err == nil {
				for _, e := range lines.All()[before:] {
					if e.Message == text && strings.HasPrefix(text, "::{\"outputs\"") {
						t.Errorf("what it tells is logged: %q", text)
					}
				}
			} else if lines.Len() != before+1 && p.logged <= maxLogged {
				t.Errorf("%q is logged %d times", text, lines.Len()-before)
			}
		}
		if p.err != nil || *ended {
			t.Fatal(p.err)
		}
		if told == 0 && p.vars.Len() > 0 {
			t.Errorf("outputs of nothing: %v", p.vars.Keys())
		}
		vars := value.JSON(value.FromMap(p.vars))
		again, _, _ := newPrinted()
		again.Line(task.CommandLine{Text: `::{"outputs":` + vars + "}::"})
		if d := cmp.Diff(vars, value.JSON(value.FromMap(again.vars))); d != "" {
			t.Errorf("told again (-want +got):\n%s", d)
		}
	})
}
