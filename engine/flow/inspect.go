package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// scope is what expressions of one place in a flow can read.
type scope struct {
	early bool             // evaluated before the flow runs
	names []string         // the variables
	own   [5]namedMembers  // of the variables whose members follow from the flow
	lists []string         // members of `trigger` that hold a list of texts for each name
	tasks map[string]*Spec // by id, of those whose outputs are all known; nil before they are asked for
}

// namedMembers are those of a variable.
type namedMembers struct {
	variable string
	names    []string
}

// The variables of all expressions, and those that a run adds (engine/runner).
var (
	earlyVariables = []string{"trigger", "flow", "execution", "labels", "envs", "globals", "kestra", "locale"}
	runVariables   = []string{"outputs", "tasks", "taskrun", "task", "parent", "parents", "error"}
	lateVariables  = slices.Concat(earlyVariables, runVariables)
)

// fixedMembers are those of the variables that have the same ones in all flows. While the flow runs, an execution has `outputs` too:
// once they are evaluated, for afterExecution.
var fixedMembers = map[string][]string{
	"flow":      {"id", "namespace", "revision", "tenantId"},
	"execution": {"id", "startDate", "originalId", "state", "outputs"},
	"taskrun":   {"id", "startDate", "attemptsCount", "parentId", "value", "iteration"},
	"task":      {"id", "type"},
	"error":     {"tenantId", "namespace", "flowId", "taskId", "executionId", "taskRunId", "attemptNumber", "timestamp", "level", "message"},
}

// members returns those of a variable; nil when they are not known.
func (s *scope) members(variable string) []string {
	for i := range s.own {
		if s.own[i].variable == variable {
			return s.own[i].names
		}
	}
	fixed := fixedMembers[variable]
	if variable == "execution" && s.early {
		return fixed[:len(fixed)-1]
	}
	return fixed
}

// set says which members a variable has.
func (s *scope) set(variable string, names []string) {
	for i := range s.own {
		if s.own[i].variable == "" {
			s.own[i] = namedMembers{variable, names}
			return
		}
	}
}

// scope returns what expressions can read before the flow runs, or while it does.
func (l *loader) scope(early bool) *scope {
	f := l.flow
	s := &scope{early: early, names: slices.Clip(earlyVariables)}
	if !early {
		s.names = slices.Clip(lateVariables)
	}
	tasks := sortedKeys(l.taskIDs)
	s.set("outputs", tasks)
	s.set("tasks", tasks)
	s.addVariables(f)
	if len(f.Inputs) > 0 {
		s.names = append(s.names, "inputs")
		inputs := make([]string, len(f.Inputs))
		for i, in := range f.Inputs {
			inputs[i], _, _ = strings.Cut(in.ID, ".")
		}
		s.set("inputs", inputs)
	}
	l.triggerScope(s)
	return s
}

// addVariables adds `vars`: the variables of the flow and, while it runs, those that its tasks set.
func (s *scope) addVariables(f *Flow) {
	set, open := slices.Clone(f.Variables.Keys()), false
	if !s.early {
		for c := range f.components {
			name := c.Spec.NewVariables
			if name == "" {
				continue
			}
			v := c.Value(name)
			open = open || v.Kind() != value.KindMap
			for key := range v.Map().All() {
				open = open || hasExpression(key)
				set = append(set, key)
			}
		}
	}
	if len(set) > 0 || open {
		s.names = append(s.names, "vars")
	}
	if !open {
		s.set("vars", set)
	}
}

// triggerScope adds what the triggers say of the variable `trigger`. One of a type that never fires here gives it members
// of its own, which are not known.
func (l *loader) triggerScope(s *scope) {
	var members []string
	for _, c := range l.flow.Triggers {
		if c.Spec.Compile == nil && !s.early {
			members = nil
			break
		}
		for _, v := range c.Spec.Variables {
			if v.Absent != nil && v.Absent(c, s.early) {
				continue
			}
			members = append(members, v.Name)
			if v.Lists {
				s.lists = append(s.lists, v.Name)
			}
		}
	}
	if members != nil {
		s.set("trigger", members)
	}
}

// checkExpressions warns of expressions that compile and cannot do what their author thinks: they read what there is not,
// compare a list with a text, or are conditions that are always met.
func (l *loader) checkExpressions() {
	type place struct {
		node  *yaml.Node
		early bool
	}
	var scopes [2]*scope
	scopeOf := func(early bool) *scope {
		s := &scopes[0]
		if early {
			s = &scopes[1]
		}
		if *s == nil {
			*s = l.scope(early)
		}
		return *s
	}
	seen := make(map[place]bool, len(l.texts)) // aliases name one node at several paths
	for _, t := range l.texts {
		if seen[place{t.node, t.early}] || len(l.found) > maxDiagnostics {
			continue
		}
		seen[place{t.node, t.early}] = true
		in, err := l.pebble.Inspect(t.text)
		if err != nil {
			continue
		}
		for _, name := range in.Extensions {
			l.extension(t.node, t.path, "function `"+name+"`")
		}
		if len(in.Uses) == 0 {
			continue
		}
		l.checkUses(scopeOf(t.early), t, in)
	}
	for _, t := range l.conditions {
		if in, err := l.pebble.Inspect(t.text); err == nil {
			l.checkAlwaysMet(t, in)
		}
	}
}

// checkAlwaysMet warns of a condition that prints some text in every case.
func (l *loader) checkAlwaysMet(t expressionText, in *pebble.Inspection) {
	const met = ", and any text but `false` is met; write the whole comparison inside of one {{ … }}"
	switch text := in.Printed; {
	case in.Number && t.zeroMet:
		l.warnInside(t, in, 0, true, "always met, unless it fails: this gives a number, and any text but `false` is met, 0 too; compare it, as in … > 0")
	case text == "" || text == "true":
	case !hasExpression(t.text):
		l.warnInside(t, in, in.PrintedAt, true, "always met: without braces this is plain text"+met)
	case strings.ContainsAny(text, "“”„‘’«»"):
		l.warnInside(t, in, in.PrintedAt, true, "always met: this quotation mark is none of YAML's but a part of the text"+met)
	case strings.Trim(text, "\u00a0\u2007\u202f") == "":
		l.warnInside(t, in, in.PrintedAt, true, "always met: a no-break space is printed here, which is a text like any other; write a blank or nothing in its place")
	default: // the text is not quoted: it may be what a secret is compared with
		l.warnInside(t, in, in.PrintedAt, true, "always met: what is printed here is neither blank nor `false`, whatever the variables are; write the whole comparison inside of one {{ … }}")
	}
}

// warnInside reports a warning at a byte offset of an expression's text.
func (l *loader) warnInside(t expressionText, in *pebble.Inspection, at int, strict bool, format string, args ...any) {
	line, column := in.Place(at)
	l.add(&Diagnostic{
		Severity: SeverityWarning, Strict: strict, Pos: l.source.within(t.node, line, column), Path: t.path,
		Message: fmt.Sprintf(format, args...),
	})
}

func (l *loader) checkUses(s *scope, t expressionText, in *pebble.Inspection) {
	rescued := map[string]bool{} // what the text itself takes into account that it may be missing
	for _, u := range in.Uses {
		if u.Rescued {
			rescued[strings.Join(u.Path, ".")] = true
		}
	}
	end := 0 // of the last name with dashes
	for i, u := range in.Uses {
		if u.At[0] < end {
			continue
		}
		last := len(u.Path) - 1
		switch {
		case u.Dashed != "" && s.isDashed(u, in.Uses[i+1:]):
			end = u.At[last] + len(u.Dashed)
			written := Access(u.Path[:last])
			l.warnInside(t, in, u.At[0], true, "`%s.%s` is read as a difference: write `%s`", written, shorten(u.Dashed), Access(append(slices.Clone(u.Path[:last]), u.Dashed)))
		case u.Compared != "" && last == 2 && u.Path[0] == "trigger" && slices.Contains(s.lists, u.Path[1]):
			l.warnInside(t, in, u.At[0], true, comparisons[u.Compared], Access(u.Path))
		case t.of != nil && t.of.sees(u): // it is resolved before
		case slices.Contains(t.variables, u.Path[0]): // what it has is not known
		case t.items && last > 0 && u.Path[0] == "taskrun" && u.Path[1] == "items":
		case t.of != nil && t.early && !u.Rescued && s.isInput(u):
			l.warnInside(t, in, u.At[0], true, "`%s` has no value here: an input sees those that its `dependsOn` names", Access(u.Path))
		default:
			l.checkName(s, t, in, u, rescued)
		}
		if u.Path[0] == "error" && !s.early {
			l.extension(t.node, t.path, "variable `error`")
		}
	}
}

// isInput reports whether a use reads an input of the flow.
func (s *scope) isInput(u pebble.Use) bool {
	return len(u.Path) > 1 && u.Path[0] == "inputs" && slices.Contains(s.members("inputs"), u.Path[1])
}

// sees reports whether a use reads an input that this one depends on.
func (in *Input) sees(u pebble.Use) bool {
	return len(u.Path) > 1 && u.Path[0] == "inputs" && slices.ContainsFunc(in.DependsOn, func(id string) bool {
		first, _, _ := strings.Cut(id, ".")
		return first == u.Path[1]
	})
}

// comparisons are the messages about a list that an operator compares with texts.
var comparisons = map[string]string{
	"==":   "never met: `%[1]s` is a list of texts, which equals no text; write `%[1]s[0] == …` or `%[1]s contains …`",
	"!=":   "always met: `%[1]s` is a list of texts, which differs from every text; write `%[1]s[0] != …` or `not (%[1]s contains …)`",
	"isIn": "never met: `%[1]s` is a list of texts, not one of them; write `%[1]s[0] isIn …`",
}

// isDashed reports whether the names that follow a use with dashes between are none that could be subtracted.
func (s *scope) isDashed(u pebble.Use, next []pebble.Use) bool {
	last := len(u.Path) - 1
	end := u.At[last] + len(u.Dashed)
	for part := range strings.SplitSeq(u.Dashed[len(u.Path[last])+1:], "-") {
		if part == "" || part[0] >= '0' && part[0] <= '9' {
			continue
		}
		unknown := func(other pebble.Use) bool {
			return other.At[0] < end && other.Path[0] == part && !slices.Contains(s.names, part)
		}
		if !slices.ContainsFunc(next[:min(len(next), 20)], unknown) {
			return false
		}
	}
	return true
}

// checkName warns of a variable, or a member of one, that does not exist. One that the text rescues may be meant to be
// missing: it is named only if it looks like a misspelling.
func (l *loader) checkName(s *scope, t expressionText, in *pebble.Inspection, u pebble.Use, rescued map[string]bool) {
	name := u.Path[0]
	known := slices.Contains(s.names, name)
	if known && (len(u.Path) == 1 || s.members(name) == nil || slices.Contains(s.members(name), u.Path[1])) {
		if name == "outputs" && len(u.Path) > 2 {
			l.checkOutput(s, t, in, u, rescued)
		}
		return
	}
	at := u.At[0]
	var message, hint string
	switch {
	case known:
		at = u.At[1]
		message = "there is no `" + Access(u.Path[:2]) + "`"
		if what := ownMembers[name]; what != "" {
			message += ": the flow has no " + what + " of this name"
		}
		if Access(u.Path[:2]) == "trigger.date" {
			message += ", which only schedules have: `now()` is the time of the request"
		}
		if near := nearest.Name(u.Path[1], s.members(name)); near != "" {
			hint = didYouMean(Access([]string{name, near}))
		}
	case s.early && slices.Contains(runVariables, name):
		message = "there is no variable `" + name + "` here: this is evaluated before the flow runs"
	case name == "vars":
		message = "there is no variable `vars`: the flow has no `variables`"
	case name == "inputs":
		message = "there is no variable `inputs`: the flow has no `inputs`"
	default:
		message = "there is no variable `" + shorten(name) + "`"
		hint = didYouMean(l.variableMeant(s, name))
	}
	l.warnName(t, in, u, rescued, at, message, hint)
}

// warnName warns of a name at a place of a use, unless the text rescues it and nothing else may be meant.
func (l *loader) warnName(t expressionText, in *pebble.Inspection, u pebble.Use, rescued map[string]bool, at int, message, hint string) {
	isRescued := u.Rescued
	for n := range u.Path {
		isRescued = isRescued || rescued[strings.Join(u.Path[:n+1], ".")]
	}
	if !isRescued || hint != "" {
		l.warnInside(t, in, at, !isRescued, "%s%s", message, hint)
	}
}

// variableMeant returns what an author may have meant by a variable that does not exist; "" when nothing is near.
func (l *loader) variableMeant(s *scope, name string) string {
	switch {
	case slices.Contains(s.members("trigger"), name):
		return "trigger." + name
	case usualVariables[name] != "":
		return usualVariables[name]
	case nearest.Name(name, s.names) != "":
		return nearest.Name(name, s.names)
	case slices.ContainsFunc(l.pebble.Functions(), func(e pebble.Entry) bool { return e.Name == name }):
		return name + "()"
	}
	return ""
}

// usualVariables are names that people bring along from elsewhere.
var usualVariables = map[string]string{"secrets": "secret('…')", "payload": "trigger.body", "event": "trigger.body", "request": "trigger"} //nolint:gosec // names, no secrets

// ownMembers are the variables whose members the flow itself names, and as what.
var ownMembers = map[string]string{"vars": "variable", "inputs": "input", "outputs": "task", "tasks": "task"}

// Access writes the path of a variable as expressions do.
func Access(path []string) string {
	var b strings.Builder
	for i, name := range path {
		_, err := strconv.Atoi(name)
		switch {
		case i == 0:
			b.WriteString(shorten(name))
		case err == nil:
			b.WriteString("[" + name + "]")
		case strings.IndexFunc(name, func(r rune) bool { return r > 'z' || !isNameByte(byte(r)) || r == '-' || r == '.' }) < 0:
			b.WriteString("." + shorten(name))
		default:
			b.WriteString("['" + shorten(name) + "']")
		}
	}
	return b.String()
}

// noteCondition remembers a text that decides, for checkAlwaysMet.
func (l *loader) noteCondition(n *yaml.Node, text, path string, zeroMet bool) {
	l.conditions = append(l.conditions, expressionText{node: n, text: text, path: path, zeroMet: zeroMet})
}
