package execution

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

var update = flag.Bool("update", false, "write the state diagrams into the package documentation")

// section has the state diagrams of one shape.
type section struct {
	title    string
	diagrams []diagram
}

// diagram has the states of one task run, or of the execution, in one flow, and the events that lead from one to another.
type diagram struct {
	caption string
	flow    *flow.Flow
	of      string // id of the task whose run is shown; empty: the execution
	moves   []move // those out of one state are neighbours
}

// move is one line of a diagram: what Step makes of an event in a state. The words are those of [actor.tree], [phrases]
// and [actor.effects].
type move struct{ state, event, next, effects string }

// TestDiagrams runs every line of the diagrams, and sees that a line leads to each state and, unless it is an end, one leads
// out of it.
func TestDiagrams(t *testing.T) {
	for _, s := range sections() {
		for _, d := range s.diagrams {
			t.Run(s.title+"/"+d.caption, func(t *testing.T) { d.run(t) })
		}
	}
}

func (d diagram) run(t *testing.T) {
	events := map[string][]string{d.show(newActor(t, d.flow, nil)): nil} // by state: the events that lead there
	left := map[string]bool{}                                            // the states of which a line leads out
	for i, m := range d.moves {
		way, ok := events[m.state]
		if !ok {
			t.Errorf("no line before leads to %q", m.state)
			continue
		}
		if i > 0 && left[m.state] && d.moves[i-1].state != m.state {
			t.Errorf("the lines of %q are no neighbours", m.state)
		}
		left[m.state] = true
		a := newActor(t, d.flow, nil)
		for _, event := range way {
			a.tell(a.read(event))
		}
		effects := a.effects(d.of, a.tell(a.read(m.event)))
		got := move{m.state, m.event, d.show(a), effects}
		if diff := cmp.Diff(m, got, cmp.AllowUnexported(move{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if _, ok := events[m.next]; !ok {
			events[m.next] = append(slices.Clone(way), m.event)
		}
	}
	for state := range events {
		status, _, _ := strings.Cut(strings.TrimSuffix(state, ")"), "(")
		if !Status(status).Terminated() && !left[state] {
			t.Errorf("no line leads out of %q", state)
		}
	}
}

// show returns the state that a diagram shows.
func (d diagram) show(a *actor) string {
	if d.of == "" {
		return a.tree()
	}
	return a.treeOf(d.of)
}

// phrases are the events of the diagrams. Those of a task run follow its name.
var phrases = map[string]Event{
	"Started":               {Kind: Started, Run: RootRow},
	"no place is free":      {Kind: NoPlace, Run: RootRow},
	"Kill":                  {Kind: Kill, Run: RootRow},
	"Restart":               {Kind: Restart, Run: RootRow},
	"outputs are evaluated": {Kind: Evaluated, Run: RootRow, Outputs: Datum{JSON: []byte(`{"o":1}`)}},
	"outputs fail":          {Kind: Evaluated, Run: RootRow, Failed: true},
	"assertions hold":       {Kind: Evaluated, Run: RootRow},
	"one is broken":         {Kind: Evaluated, Run: RootRow, Broken: []int32{0}},
	"it is overdue":         {Kind: Overdue, Run: RootRow},

	"ends SUCCESS":                            {Kind: TaskEnded, Status: Success},
	"ends WARNING":                            {Kind: TaskEnded, Status: Warning},
	"ends FAILED":                             {Kind: TaskEnded, Status: Failed},
	"exits SUCCESS":                           {Kind: TaskEnded, Status: Success, Exit: Success},
	"exits FAILED":                            {Kind: TaskEnded, Status: Success, Exit: Failed},
	"exits WARNING":                           {Kind: TaskEnded, Status: Success, Exit: Warning},
	"waits":                                   {Kind: TaskEnded, Wake: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)},
	"wakes":                                   {Kind: Woke},
	"times out":                               {Kind: TimedOut},
	"is interrupted":                          {Kind: Interrupted},
	"has a timeout":                           {Kind: Evaluated, Timeout: time.Minute},
	"has a timeout that fails":                {Kind: Evaluated, Failed: true},
	"starts an execution":                     {Kind: Evaluated, True: true},
	"starts one and goes on":                  {Kind: Evaluated},
	"cannot start one":                        {Kind: Evaluated, Failed: true},
	"execution ends SUCCESS":                  {Kind: ChildEnded, Status: Success},
	"execution ends WARNING":                  {Kind: ChildEnded, Status: Warning},
	"execution ends FAILED":                   {Kind: ChildEnded, Status: Failed},
	"execution ends KILLED":                   {Kind: ChildEnded, Status: Killed},
	"execution ends CANCELLED":                {Kind: ChildEnded, Status: Cancelled},
	"execution goes on":                       {Kind: Evaluated, True: true},
	"execution cannot go on":                  {Kind: Evaluated},
	"execution has ended SUCCESS":             {Kind: Evaluated, Status: Success},
	"starts 2 of 3":                           {Kind: Evaluated, True: true, Total: 3, Begun: 2},
	"starts 2 of 2":                           {Kind: Evaluated, True: true, Total: 2, Begun: 2},
	"starts 1 more":                           {Kind: Evaluated, True: true, Total: 3, Begun: 1},
	"starts none now":                         {Kind: Evaluated, True: true, Total: 3},
	"starts none of 0":                        {Kind: Evaluated, True: true},
	"starts 2 and goes on":                    {Kind: Evaluated, Total: 2, Begun: 2},
	"none is looked at":                       {Kind: Evaluated},
	"first one has ended, second one goes on": {Kind: Evaluated, Begun: 2, Open: []int32{1}, Over: []Count{{Success, 1}}},
	"first one ends SUCCESS":                  {Kind: ChildEnded, Status: Success},
	"first one ends WARNING":                  {Kind: ChildEnded, Status: Warning},
	"first one ends FAILED":                   {Kind: ChildEnded, Status: Failed},
	"second one ends SUCCESS":                 {Kind: ChildEnded, Status: Success, Iteration: 1},
	"second one ends FAILED":                  {Kind: ChildEnded, Status: Failed, Iteration: 1},
	"second one ends KILLED":                  {Kind: ChildEnded, Status: Killed, Iteration: 1},
	"third one ends SUCCESS":                  {Kind: ChildEnded, Status: Success, Iteration: 2},
	"pauses":                                  {Kind: Evaluated},
	"pauses for a time":                       {Kind: Evaluated, Wake: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)},
	"cannot pause":                            {Kind: Evaluated, Failed: true},
	"is resumed":                              {Kind: Resumed},
	"is through":                              {Kind: Evaluated, True: true},
	"goes on":                                 {Kind: Evaluated, Wake: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)},
	"cannot tell":                             {Kind: Evaluated, Failed: true},
	"is prepared":                             {Kind: Evaluated},
	"cannot be prepared":                      {Kind: Evaluated, Failed: true},
	"is collected from":                       {Kind: Evaluated, Outputs: Datum{JSON: noOutputs}},
	"cannot be collected from":                {Kind: Evaluated, Failed: true, Outputs: Datum{JSON: noOutputs}},
	"runIf true":                              {Kind: Evaluated, True: true},
	"runIf false":                             {Kind: Evaluated},
	"runIf fails":                             {Kind: Evaluated, Failed: true},
	"chooses case 0":                          {Kind: Evaluated, Case: 0},
	"chooses case 1":                          {Kind: Evaluated, Case: 1},
	"chooses none":                            {Kind: Evaluated, Case: -1},
	"cannot choose":                           {Kind: Evaluated, Failed: true},
	"has values x y":                          {Kind: Evaluated, Values: []string{"x", "y"}},
	"has value x":                             {Kind: Evaluated, Values: []string{"x"}},
	"has no values":                           {Kind: Evaluated},
	"has values that fail":                    {Kind: Evaluated, Failed: true},
}

// read returns the event that a line of a diagram names.
func (a *actor) read(line string) Event {
	a.t.Helper()
	if e, ok := phrases[line]; ok {
		return e
	}
	name, phrase, _ := strings.Cut(line, " ")
	e, ok := phrases[phrase]
	if e.Run = a.row(name); !ok || e.Run < 0 {
		a.t.Fatalf("event %q: no such phrase, or no such task run", line)
	}
	r := &a.state.Runs[e.Run]
	e.Attempt = max(0, int32(len(r.Attempts))-1)
	switch e.Kind {
	case Woke:
		e.At = r.Wake
	case TimedOut:
		e.At = r.Deadline
	case Resumed:
		e.ID = r.ID
	case ChildEnded:
		e.ID = a.state.ChildID(e.Run, e.Attempt, e.Iteration)
	default: // its run and attempt are all
	}
	return e
}

// effects returns what a line of a diagram says of a result. Where a task run is shown, the end of the execution is an effect.
func (a *actor) effects(of string, r Result) string {
	if r.Stale {
		return "ignored"
	}
	var texts []string
	if r.Barrier {
		texts = append(texts, "commit")
	}
	for _, e := range r.Effects {
		text := a.name(e)
		if e.Kind == Eval {
			text = "eval " + text
		}
		texts = append(texts, text)
	}
	text := strings.Join(texts, ", ")
	if status := a.state.Status(); of != "" && status.Terminated() {
		text += "; flow " + string(status)
	}
	return text
}

// chapters are the files of the documentation, for the sake of their length, and the section that each begins with.
var chapters = []struct{ file, from string }{
	{"doc.go", "the execution"}, {"doc_shapes.go", "a Sequence"}, {"doc_waits.go", "a Child"}, {"doc_restart.go", "an execution that goes on after its end"},
}

// TestDiagramsInDocumentation checks that the ends of the package comments show the diagrams.
func TestDiagramsInDocumentation(t *testing.T) {
	rest := sections()
	for _, c := range slices.Backward(chapters) {
		cut := slices.IndexFunc(rest, func(s section) bool { return s.title == c.from })
		documented(t, c.file, rest[cut:])
		rest = rest[:cut]
	}
}

// documented checks that a package comment ends with these sections.
func documented(t *testing.T, file string, sections []section) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&want, "// # States of %s\n//\n", s.title)
		for _, d := range s.diagrams {
			d.print(&want)
		}
	}
	text := strings.TrimSuffix(want.String(), "//\n") + "package execution\n"
	begin, _, _ := strings.Cut(text, "\n")
	before, got, found := strings.Cut(string(source), begin)
	if !found {
		t.Fatalf("%s has no line %q", file, begin)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+text), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(text, begin+got); diff != "" {
		t.Errorf("%s: run `go test ./engine/execution -run Diagrams -update`: (-want +got)\n%s", file, diff)
	}
}

// print writes a diagram as comment lines: each state, and indented below it the moves out of it.
func (d diagram) print(b *strings.Builder) {
	var event, next int // widths of their columns
	for _, m := range d.moves {
		event, next = max(event, utf8.RuneCountInString(m.event)), max(next, utf8.RuneCountInString(m.next))
	}
	fmt.Fprintf(b, "// %s\n//\n", d.caption)
	for i, m := range d.moves {
		if i == 0 || d.moves[i-1].state != m.state {
			fmt.Fprintf(b, "//\t%s\n", m.state)
		}
		line := fmt.Sprintf("//\t    %-*s → %-*s  %s", event, m.event, next, m.next, m.effects)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString("//\n")
}
