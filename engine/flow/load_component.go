package flow

import (
	"errors"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// commonMembers are the members that Kestra allows on every component of a kind, beside its type's own properties.
var commonMembers = map[Kind]map[string]memberState{
	KindTask: {
		"id": supported, "type": supported, "description": supported, "disabled": supported, "runIf": supported,
		"allowFailure": supported, "allowWarning": supported, "logLevel": supported, "logToFile": supported, "version": supported,
		"retry": supported, "timeout": supported, "taskCache": notYet, "pluginDefaultsRef": supported,
		"workerGroup": enterprise, "workerSelector": enterprise, "assets": enterprise,
	},
	KindTrigger: {
		"id": supported, "type": supported, "description": supported, "disabled": supported, "logLevel": supported,
		"minLogLevel": supported, "stopAfter": supported, "version": supported, "logToFile": supported,
		"failOnTriggerError": supported, "allowConcurrent": supported,
		"pluginDefaultsRef": supported,
		"workerGroup":       enterprise, "workerSelector": enterprise, "assets": enterprise,
	},
	KindCondition: {"type": supported},
}

// LogLevels are the levels of Kestra's logs as flows write them, the lightest first.
var LogLevels = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR"}

// ExecutionStates are Kestra 1.3's, as its error about a wrong one lists them (golden file 14-validation).
var ExecutionStates = []string{
	"CREATED", "SUBMITTED", "RUNNING", "PAUSED", "RESTARTED", "KILLING", "SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED",
	"QUEUED", "RETRYING", "RETRIED", "SKIPPED", "BREAKPOINT", "RESUBMITTED",
}

// components loads a list of components.
func (l *loader) components(kind Kind, n *yaml.Node, path string) []*Component {
	items, ok := l.list(n, path)
	if !ok {
		return nil
	}
	list := make([]*Component, 0, len(items))
	for i, item := range items {
		if c := l.component(kind, item, index(path, i)); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// component loads one component with everything inside of it; nil when not even its type is known.
func (l *loader) component(kind Kind, n *yaml.Node, path string) *Component {
	if n.Kind != yaml.MappingNode {
		l.errorAt(n, path, "a %s is a mapping with a type, this is %s", kind, kindName(n))
		return nil
	}
	before := l.errors
	c := &Component{Members: l.noMembers(n, path)}
	if kind != KindCondition {
		l.componentID(kind, c, n)
	}
	if !l.componentType(kind, c, n) {
		return nil
	}
	if c.Spec.Compile == nil {
		return c
	}
	if c.Spec.Runnable() {
		l.waiting = c
	}
	l.readMembers(&c.Members, c.Spec.Properties, commonMembers[kind], n, func(name string, val *yaml.Node, path string) {
		waiting := l.waiting
		l.waiting = nil
		l.commonMember(c, name, val, path)
		l.waiting = waiting
	})
	l.waiting = nil
	if l.errors == before {
		l.compile(c)
	}
	if l.errors == before && c.Spec.Parts != nil {
		l.addParts(c)
	}
	return c
}

func (l *loader) componentID(kind Kind, c *Component, n *yaml.Node) {
	_, val := memberNode(n, "id")
	if val == nil || yaml.IsNull(val) {
		l.report(SeverityError, c.Pos, c.Path+".id", "is missing")
		return
	}
	c.ID = l.identifier(val, c.Path+".id", componentID)
	if kind != KindTask || c.ID == "" {
		return
	}
	if first, ok := l.taskIDs[c.ID]; ok {
		l.errorAt(val, c.Path+".id", "duplicate task id `%s`, first at line %d", c.ID, first.Line)
		return
	}
	l.taskIDs[c.ID] = l.pos(val)
}

// handItOn says what can be done with a flow that needs what Kestra has and this module has not.
const handItOn = "leave this flow to a Kestra behind this server, to which the option `upstream` hands it on"

// buildIn says what else can be done if that is a task.
func buildIn(kind Kind) string {
	if kind != KindTask {
		return ""
	}
	return ", or build in a group of tasks that has it, see docs/tasks.md"
}

// componentType finds the spec of the component's type. It returns false when the type cannot be used; a trigger of a
// type of Kestra's that never fires here can.
func (l *loader) componentType(kind Kind, c *Component, n *yaml.Node) bool {
	_, val := memberNode(n, "type")
	path := c.Path + ".type"
	if val == nil || yaml.IsNull(val) {
		l.report(SeverityError, c.Pos, path, "is missing")
		return false
	}
	typ, ok := l.text(val, path)
	if !ok {
		return false
	}
	c.Type = typ
	c.Spec = l.catalog.Lookup(kind, typ)
	switch {
	case c.Spec != nil && c.Spec.Compile != nil:
		if !strings.HasPrefix(typ, kestraPrefix) {
			l.extension(val, path, "type `"+typ+"`")
		}
		if l.refuse != nil {
			if why := l.refuse(c.Spec); why != "" {
				l.onlyKestra(val, path, "%s", why)
				return false
			}
		}
		return true
	case c.Spec != nil && kind != KindTrigger:
		l.onlyKestra(val, path, "the %s type `%s` is Kestra's, and not supported yet: %s%s", kind, typ, handItOn, buildIn(kind))
		return false
	case c.Spec != nil:
		l.neverFires(val, path, typ)
		return true
	}
	for _, other := range []Kind{KindTask, KindTrigger, KindCondition} {
		if l.catalog.Lookup(other, typ) != nil {
			l.errorAt(val, path, "`%s` is a %s, not a %s", typ, other, kind)
			return false
		}
	}
	plugin := strings.HasPrefix(typ, pluginPrefix) && !strings.HasPrefix(typ, corePackage)
	hint := didYouMean(l.catalog.nearest(kind, typ))
	if plugin && !misspells(typ, l.catalog.nearest(kind, typ)) {
		hint = ""
	}
	switch {
	case plugin && kind == KindTrigger && (hint == "" || !strings.EqualFold(l.catalog.nearest(kind, typ), typ)):
		l.neverFires(val, path, typ)
		c.Spec = &Spec{Kind: kind, Type: typ}
		return true
	case plugin && hint == "":
		l.onlyKestra(val, path, "`%s` is a type of Kestra's %s, which is not supported here: %s%s", shorten(typ), pluginOf(typ), handItOn, buildIn(kind))
	default:
		l.errorAt(val, path, "unknown %s type `%s`%s", kind, shorten(typ), hint)
	}
	return false
}

// pluginOf returns what a type is of that is none of Kestra's core.
func pluginOf(typ string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(typ, pluginPrefix), ".")
	if name == "ee" {
		return "Enterprise Edition"
	}
	return "plugin " + shorten(name)
}

// misspells reports whether a type of a plugin is meant to be the type known: one of the same plugin, give or take a letter, with a name in
// it that differs by few, or that of the core without this word. Another class of the plugin is one that is not here, and another
// plugin's class of the same name does something else.
func misspells(typ, known string) bool {
	group, class, _ := strings.Cut(strings.TrimPrefix(typ, pluginPrefix), ".")
	other, otherClass, _ := strings.Cut(strings.TrimPrefix(known, pluginPrefix), ".")
	if known == corePackage+group+"."+class {
		return true
	}
	few := max(1, (len(class)-strings.LastIndexByte(class, '.')-1)/4)
	return nearest.Distance(strings.ToLower(group), strings.ToLower(other)) <= 1 && nearest.Distance(strings.ToLower(class), strings.ToLower(otherClass)) <= few
}

func (l *loader) neverFires(n *yaml.Node, path, typ string) {
	if l.handedOn { // it fires there
		return
	}
	l.add(&Diagnostic{
		Severity: SeverityWarning, Strict: true, Pos: l.pos(n), Path: path,
		Message: "the trigger type `" + shorten(typ) + "` never fires here",
	})
}

func (l *loader) extension(n *yaml.Node, path, what string) {
	l.flow.extensions = append(l.flow.extensions, &Diagnostic{
		Severity: SeverityWarning, Pos: l.pos(n), Path: path, Message: what + " is an extension: Kestra does not have it",
	})
}

// commonMember reads a member that every component of the kind may have. The id and type were read before.
func (l *loader) commonMember(c *Component, name string, val *yaml.Node, path string) {
	switch name {
	case "description":
		c.Description, _ = l.text(val, path)
	case "disabled":
		c.Disabled, _ = l.boolean(val, path)
	case "allowFailure":
		c.AllowFailure, _ = l.boolean(val, path)
	case "allowWarning":
		c.AllowWarning, _ = l.boolean(val, path)
	case "runIf":
		if text, ok := l.text(val, path); ok {
			c.RunIf = l.template(val, text, path)
			l.noteCondition(val, text, path, false)
		}
	case "retry":
		c.Retry = l.retry(val, path)
	case "timeout":
		c.Timeout = l.timeout(val, path)
	case "logLevel", "minLogLevel":
		c.LogLevel, _ = l.oneOf(val, path, LogLevels)
	case "stopAfter":
		items, _ := l.list(val, path)
		for i, item := range items {
			if state, ok := l.oneOf(item, index(path, i), ExecutionStates); ok && !slices.Contains(c.StopAfter, state) {
				c.StopAfter = append(c.StopAfter, state)
			}
		}
	case "logToFile", "failOnTriggerError", "allowConcurrent":
		_, _ = l.boolean(val, path)
	case "pluginDefaultsRef": // what it asks for was merged before, and the member taken away
		if ref, ok := l.text(val, path); ok {
			l.errorAt(val, path, "No pluginDefaults bundle found for pluginDefaultsRef '%s'", shorten(ref))
		}
	case "version":
		_, _ = l.text(val, path)
	}
	c.others = append(c.others, memberPlace{name, l.pos(val)})
}

// compile hands the component to its package.
func (l *loader) compile(c *Component) {
	c.loader = l
	compiled, err := c.Spec.Compile(c)
	c.Compiled, c.loader = compiled, nil
	l.addErrors(c, err)
}

// addParts adds the tasks that a component is made of.
func (l *loader) addParts(c *Component) {
	parts := c.Spec.Parts(c)
	for _, part := range parts {
		if first, ok := l.taskIDs[part.ID]; ok {
			l.report(SeverityError, c.Pos, c.Path+".id", "duplicate task id `%s`, first at line %d: a part of the task has it", part.ID, first.Line)
		}
		l.taskIDs[part.ID] = c.Pos
	}
	c.properties = append(c.properties, property{name: "tasks", pos: c.Pos, inside: &inside{children: parts}})
}

// addErrors reports what a package said about a component: diagnostics as they are, joined errors one by one, others at
// the component.
func (l *loader) addErrors(c *Component, err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			l.addErrors(c, err)
		}
	} else if d, ok := errors.AsType[*Diagnostic](err); ok && d.kestras {
		l.addKestras(d)
	} else if ok {
		l.add(d)
	} else {
		l.add(&Diagnostic{Pos: c.Pos, Path: c.Path, Message: err.Error(), Err: err})
	}
}
