package flowtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// tasks compares the runs of tasks, by the ids of tasks and in the order in which they began.
func (p *play) tasks(n *yaml.Node, e *seen) {
	if n == nil {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		id := n.Content[i].Value
		p.runs(n.Content[i+1], below("tasks", id), e.runs[id])
	}
}

func (p *play) runs(n *yaml.Node, path string, got []seenRun) {
	want := items(n)
	states := make([]string, len(got))
	for i, r := range got {
		states[i] = r.status
	}
	if len(want) != len(got) {
		p.differ(n, path, count(len(want), "run"), strconv.Itoa(len(got))+": "+listed(states))
		return
	}
	for i, item := range want {
		at := path
		if len(want) > 1 {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		if item.Kind == yaml.ScalarNode {
			p.same(item, at, states[i])
			continue
		}
		for j := 0; j+1 < len(item.Content); j += 2 {
			part, at := item.Content[j+1], below(at, item.Content[j].Value)
			switch item.Content[j].Value {
			case "state":
				p.same(part, at, states[i])
			case "attempts":
				p.compare(part, value.Int(int64(got[i].attempts)), at, false)
			case "value":
				p.same(part, at, got[i].value)
			case "outputs":
				p.compare(part, got[i].outputs, at, true)
			}
		}
	}
}

// logs compares lines of the log: those that are expected must be there in their order, and others may be between them. No line is
// expected by an empty list.
func (p *play) logs(n *yaml.Node, got []execution.LogLine) {
	if n == nil {
		return
	}
	want := items(n)
	if len(want) == 0 && len(got) > 0 {
		p.differ(n, "logs", "no line", count(len(got), "line")+", the first one "+shownLine(&got[0]))
		return
	}
	next := 0
	for i, item := range want {
		at := next
		for at < len(got) && !isLine(item, &got[at]) {
			at++
		}
		if at < len(got) {
			next = at + 1
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "- %s\n", value.JSON(valueOf(item)))
		for _, l := range got[next:] {
			fmt.Fprintf(&b, "+ %s\n", strings.ReplaceAll(shownLine(&l), "\n", "\n  "))
		}
		message := "no such line"
		if next > 0 {
			message = "no such line behind the one before"
		}
		p.found = append(p.found, &Failure{Pos: p.place(item), Path: fmt.Sprintf("logs[%d]", i), Message: message, Diff: b.String()})
		return
	}
}

// isLine reports whether a line is the one that is expected.
func isLine(n *yaml.Node, l *execution.LogLine) bool {
	if n.Kind == yaml.ScalarNode {
		return l.Message == n.Value
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		want := n.Content[i+1].Value
		var ok bool
		switch n.Content[i].Value {
		case "message":
			ok = l.Message == want
		case "has":
			ok = strings.Contains(l.Message, want)
		case "level":
			ok = l.Level == want
		case "task":
			ok = l.Task == want
		}
		if !ok {
			return false
		}
	}
	return true
}

func shownLine(l *execution.LogLine) string {
	text := l.Level + " "
	if l.Task != "" {
		text += l.Task + ": "
	}
	return text + l.Message
}
