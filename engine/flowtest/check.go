package flowtest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// check compares what has become of a step with what is expected, once, as soon as there is the answer.
func (p *play) check(ctx context.Context, o *outcome) {
	if o.checked || !o.hasAnswer() {
		return
	}
	o.checked = true
	p.unknownRequests(o)
	x := o.step.expect
	if x == nil {
		return
	}
	p.answer(o, x)
	p.asked(o, x)
	if x.others != nil {
		p.executions(ctx, x.others)
	}
	if n := x.ofExecution(); n != nil {
		p.execution(ctx, o, x, n)
	}
}

// ofExecution returns the first expectation about the execution of a step; nil if there is none.
func (x *expectation) ofExecution() *yaml.Node {
	return cmp.Or(x.state, x.outputs, x.labels, x.inputs, x.logs, x.tasks)
}

// unknownRequests fails for requests to other servers that no stub answers: they cannot be what the case means.
func (p *play) unknownRequests(o *outcome) {
	for _, a := range o.asked {
		if !a.known {
			p.fail(o.step.pos, "", "the flow sends a request that no stub in `http` answers: "+a.method+" "+a.url)
		}
	}
}

func (p *play) place(n *yaml.Node) flow.Position {
	return flow.Position{Source: p.of.Pos.Source, Line: n.Line, Column: n.Column}
}

func (p *play) differ(n *yaml.Node, path, want, got string) {
	f := &Failure{Pos: p.place(n), Path: path}
	if strings.ContainsRune(want, '\n') || strings.ContainsRune(got, '\n') || len(want)+len(got) > longLine {
		f.Message, f.Diff = "differs", diff(want, got)
	} else {
		f.Message = "want " + want + ", got " + got
	}
	p.found = append(p.found, f)
}

// longLine is how long two texts may be together to stand in one line.
const longLine = 100

// same compares texts.
func (p *play) same(n *yaml.Node, path, got string) {
	if n != nil && n.Value != got {
		p.differ(n, path, shown(n.Value), shown(got))
	}
}

// shown returns a text as messages have it: of several lines as it is, else in quotes if it would not be told from what is around it.
func shown(text string) string {
	if text == "" || strings.TrimSpace(text) != text {
		return strconv.Quote(text)
	}
	return text
}

// answer compares the answer of a request.
func (p *play) answer(o *outcome, x *expectation) {
	r := &o.response
	if x.status != nil && strconv.Itoa(r.Status) != strconv.FormatInt(valueOf(x.status).Int(), 10) {
		got := strconv.Itoa(r.Status)
		if r.Status == 0 {
			got = "no answer: the step has no request"
		}
		p.differ(x.status, "status", x.status.Value, got)
		if len(r.Body) > 0 {
			p.explain([]string{"with the body " + shorten(string(r.Body))})
		}
		p.explain(o.said)
		o.said = nil // once is enough
	}
	if x.headers != nil {
		p.headers(x.headers, "headers", o.header)
	}
	p.same(x.body, "body", string(r.Body))
	p.same(x.outcome, "outcome", string(r.Outcome))
	p.jsonText(x.json, "json", r.Body, false)
	p.jsonText(x.contains, "contains", r.Body, true)
}

// headers compares the headers that are named; one that is null or an empty list must not be there.
func (p *play) headers(n *yaml.Node, path string, got http.Header) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, want := n.Content[i], n.Content[i+1]
		texts := got[http.CanonicalHeaderKey(name.Value)]
		at := below(path, name.Value)
		switch {
		case yaml.IsNull(want):
			if len(texts) > 0 {
				p.differ(name, at, "none", shown(strings.Join(texts, ", ")))
			}
		case want.Kind == yaml.ScalarNode:
			if len(texts) == 0 {
				p.differ(want, at, shown(want.Value), "none")
			} else {
				p.same(want, at, strings.Join(texts, ", "))
			}
		default:
			p.compare(want, value.Strings(texts), at, false)
		}
	}
}

// jsonText compares a text that is JSON with what is expected, or with part that has what is expected.
func (p *play) jsonText(n *yaml.Node, path string, text []byte, part bool) {
	if n == nil {
		return
	}
	got, err := value.DecodeJSON(text)
	if err != nil {
		p.differ(n, path, "JSON", shown(shorten(string(text))))
		return
	}
	p.compare(n, got, path, part)
}

// compare compares a value with what a node says. With part, objects may have more members than there; lists may not have more elements.
func (p *play) compare(n *yaml.Node, got value.Value, path string, part bool) {
	switch {
	case n.Kind == yaml.MappingNode && got.Kind() == value.KindMap:
		names := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			names[name] = true
			if member, ok := got.Map().Get(name); ok {
				p.compare(n.Content[i+1], member, path+"."+name, part)
			} else {
				p.differ(n.Content[i], path+"."+name, value.JSON(valueOf(n.Content[i+1])), "nothing")
			}
		}
		for name, member := range got.Map().All() {
			if !part && !names[name] {
				p.differ(n, path+"."+name, "nothing", shorten(value.JSON(member)))
			}
		}
	case n.Kind == yaml.SequenceNode && got.Kind() == value.KindList:
		if len(n.Content) != got.List().Len() {
			p.differ(n, path, count(len(n.Content), "element"), fmt.Sprintf("%d: %s", got.List().Len(), value.JSON(got)))
			return
		}
		for i, item := range n.Content {
			p.compare(item, got.List().At(i), fmt.Sprintf("%s[%d]", path, i), part)
		}
	default:
		if want := valueOf(n); !sameValue(want, got) {
			p.differ(n, path, value.JSON(want), value.JSON(got))
		}
	}
}

// sameValue tells a text from a number, and compares numbers as numbers.
func sameValue(want, got value.Value) bool {
	return (want.Kind() == got.Kind() || want.IsNumber() && got.IsNumber()) && value.Equal(want, got)
}

// shorten cuts what would not be read.
func shorten(text string) string {
	const most = 300
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// asked compares the requests that were sent to other servers, in their order.
func (p *play) asked(o *outcome, x *expectation) {
	if x.asked == nil {
		return
	}
	want := items(x.asked)
	for i, n := range want {
		path := fmt.Sprintf("asked[%d]", i)
		if i >= len(o.asked) {
			p.differ(n, path, "a request", "none: "+count(len(o.asked), "request")+" in all")
			return
		}
		got := o.asked[i]
		for j := 0; j+1 < len(n.Content); j += 2 {
			part, at := n.Content[j+1], below(path, n.Content[j].Value)
			switch n.Content[j].Value {
			case "method":
				p.same(part, at, got.method)
			case "url":
				p.same(part, at, got.url)
			case "headers":
				p.headers(part, at, got.header)
			case "body":
				p.same(part, at, string(got.body))
			case "json":
				p.jsonText(part, at, got.body, false)
			case "contains":
				p.jsonText(part, at, got.body, true)
			}
		}
	}
	for _, more := range o.asked[len(want):] {
		p.differ(x.asked, "asked", count(len(want), "request"), "one more: "+more.method+" "+more.url+" "+shorten(string(more.body)))
	}
}

// items returns the elements of a list; what is no list is the only one.
func items(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// execution compares the execution of a step; first is the first expectation about it.
func (p *play) execution(ctx context.Context, o *outcome, x *expectation, first *yaml.Node) {
	if o.response.ExecutionID == "" {
		p.differ(first, "", "an execution", "none: the answer is "+string(o.response.Outcome))
		p.explain(o.said)
		o.said = nil // once is enough
		return
	}
	e, err := p.look(ctx, o.response.ExecutionID)
	if err != nil {
		p.fail(p.place(first), "", err.Error())
		return
	}
	if x.state != nil && e.status != x.state.Value {
		p.differ(x.state, "state", x.state.Value, e.status)
		p.explain(problems(e.lines))
	}
	for _, one := range []struct {
		want *yaml.Node
		got  value.Value
		path string
		part bool
	}{{x.outputs, e.outputs, "outputs", false}, {x.inputs, e.inputs, "inputs", true}, {x.labels, e.labels, "labels", true}} {
		if one.want != nil {
			p.compare(one.want, one.got, one.path, one.part)
		}
	}
	p.logs(x.logs, e.lines)
	p.tasks(x.tasks, e)
}

// explain adds what logs say to the last failure.
func (p *play) explain(said []string) {
	last := p.found[len(p.found)-1]
	for _, line := range said {
		last.Diff += "  " + line + "\n"
	}
}

// problems returns what the log of an execution says of why it has failed.
func problems(lines []execution.LogLine) []string {
	var texts []string
	for _, l := range lines {
		if l.Level == "ERROR" || l.Level == "WARN" {
			texts = append(texts, shownLine(&l))
		}
	}
	return texts
}

// executions compares the states of all executions of flows.
func (p *play) executions(ctx context.Context, n *yaml.Node) {
	got := map[string][]string{}
	for before := int64(0); ; {
		found, next, err := p.engine.List(ctx, execution.Query{Before: before, Limit: execution.MaxListLimit})
		if err != nil {
			p.fail(p.place(n), "executions", err.Error())
			return
		}
		for _, s := range found {
			name := s.Namespace + "/" + s.FlowID
			got[name] = append(got[name], string(s.Head.History.Current()))
		}
		if before = next; next == 0 {
			break
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		states := got[n.Content[i].Value]
		slices.Reverse(states) // the oldest first
		p.states(n.Content[i+1], below("executions", n.Content[i].Value), states)
	}
}

// states compares states with a list of them.
func (p *play) states(n *yaml.Node, path string, got []string) {
	want := make([]string, 0, len(items(n)))
	for _, item := range items(n) {
		want = append(want, item.Value)
	}
	if !slices.Equal(want, got) {
		p.differ(n, path, listed(want), listed(got))
	}
}

func listed(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}
