package flow

import (
	"maps"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// inputMembers are the members of every input; those of one type are in typeMembers.
var inputMembers = map[string]memberState{
	"id": supported, "name": supported, "type": supported, "description": supported, "displayName": supported,
	"required": supported, "defaults": supported, "prefill": supported, "dependsOn": supported,
}

var dependsOnMembers = map[string]memberState{"inputs": supported, "condition": supported}

// typeMembers are the further members of an input, by type.
var typeMembers = map[TypeName]map[string]memberState{
	TypeString:   {"validator": supported},
	TypeSecret:   {"validator": supported},
	TypeInt:      {"min": supported, "max": supported},
	TypeFloat:    {"min": supported, "max": supported},
	TypeDuration: {"min": supported, "max": supported},
	TypeDateTime: {"after": supported, "before": supported},
	TypeDate:     {"after": supported, "before": supported},
	TypeTime:     {"after": supported, "before": supported},
	TypeSelect: {
		"values": supported, "expression": supported, "allowCustomValue": supported, "isRadio": supported, "autoSelectFirst": supported,
	},
	TypeEnum: {"values": supported},
	TypeMultiselect: {
		"values": supported, "options": supported, "expression": supported, "itemType": supported, "allowCustomValue": supported,
		"autoSelectFirst": supported,
	},
	TypeArray: {"itemType": supported},
	TypeFile:  {"extension": supported, "allowedFileExtensions": supported},
	typeForm:  {"inputs": supported},
}

// inputList is a list of inputs that is being read.
type inputList struct {
	all    []*Input
	paths  []string            // in the flow, of each
	named  map[string]Position // of the ids as they are written in the list, those of forms too
	byID   map[string]int      // by full id
	groups map[string]int      // the first input below a beginning of its id, as a and a.b of a.b.c
}

// inputs reads a list of inputs. Those of a FORM stand in it by their full ids, and the form does not.
func (l *loader) inputs(n *yaml.Node, path string) []*Input {
	items, ok := l.list(n, path)
	if !ok {
		return nil
	}
	list := &inputList{named: map[string]Position{}, byID: map[string]int{}, groups: map[string]int{}}
	for i, item := range items {
		l.readInput(list, item, index(path, i), "")
	}
	l.checkDependencies(list)
	return list.all
}

// readInput reads an input of a list, or of the form that its id begins with.
func (l *loader) readInput(list *inputList, n *yaml.Node, path, form string) {
	idNode, id, typ := l.dataHead(n, path, "name", inputTypes)
	if idNode == nil {
		return
	}
	pos := l.pos(idNode)
	if strings.Count(form+id, ".") >= maxDepth {
		l.report(SeverityError, pos, path+".id", "may have %d parts at most", maxDepth)
		return
	}
	if first, ok := list.named[id]; ok && form == "" {
		l.report(SeverityError, pos, path+".id", "duplicate input id `%s`, first at line %d", id, first.Line)
		return
	} else if form == "" {
		list.named[id] = pos
	}
	if typ == typeForm {
		l.form(list, n, path, id, form)
		return
	}
	in := &Input{ID: form + id, Type: Type{Name: typ, input: true}, Required: true, Pos: pos}
	l.input(in, n, path)
	if l.checkInputPath(list, in, path) {
		list.byID[in.ID] = len(list.all)
		list.all, list.paths = append(list.all, in), append(list.paths, path)
	}
}

// form reads the inputs of a FORM. Whatever else it has is for a user interface, in Kestra too.
func (l *loader) form(list *inputList, n *yaml.Node, path, id, outer string) {
	if outer != "" {
		l.errorAt(n, path, "A FORM input cannot contain another FORM input; grouping is limited to a single level.")
		return
	}
	written := false
	l.members(n, path, knownMembers(typeForm), func(name string, key, val *yaml.Node, path string) {
		switch name {
		case "defaults", "prefill":
			l.errorAt(key, path, "A FORM input groups other inputs and cannot declare a default value or a prefill.")
		case "required", "dependsOn":
			l.report(SeverityWarning, l.pos(key), path, "has no effect at a FORM: write it at the inputs inside of it")
		case "inputs":
			written = true
			items, _ := l.list(val, path)
			for i, item := range items {
				l.readInput(list, item, index(path, i), id+".")
			}
		}
	})
	if !written {
		l.errorAt(n, path+".inputs", "is missing")
	}
}

// checkInputPath refuses an id that an earlier input has, or that would stand inside of one.
func (l *loader) checkInputPath(list *inputList, in *Input, path string) bool {
	other, taken := list.byID[in.ID]
	if taken {
		l.report(SeverityError, in.Pos, path+".id", "duplicate input id `%s`, first at line %d", in.ID, list.all[other].Pos.Line)
		return false
	}
	other, taken = list.groups[in.ID]
	for end := 0; end < len(in.ID) && !taken; end++ {
		if in.ID[end] == '.' {
			other, taken = list.byID[in.ID[:end]]
		}
	}
	if taken {
		l.report(SeverityError, in.Pos, path+".id", "input `%s` conflicts with `%s` at line %d: one cannot be nested under the other",
			in.ID, list.all[other].ID, list.all[other].Pos.Line)
		return false
	}
	for end := range len(in.ID) {
		if _, known := list.groups[in.ID[:end]]; in.ID[end] == '.' && !known {
			list.groups[in.ID[:end]] = len(list.all)
		}
	}
	return true
}

func knownMembers(typ TypeName) map[string]memberState {
	own := typeMembers[typ]
	if own == nil {
		return inputMembers
	}
	known := maps.Clone(inputMembers)
	maps.Copy(known, own)
	return known
}

// input reads the members of an input but its id and type.
func (l *loader) input(in *Input, n *yaml.Node, path string) {
	before := l.errors
	nodes := map[string]*yaml.Node{} // of the members that are read after the others
	autoSelect := false
	l.members(n, path, knownMembers(in.Type.Name), func(name string, _, val *yaml.Node, path string) {
		switch name {
		case "description":
			in.Description, _ = l.text(val, path)
		case "displayName":
			_, _ = l.text(val, path)
		case "required":
			in.Required, _ = l.boolean(val, path)
		case "isRadio":
			_, _ = l.boolean(val, path)
		case "autoSelectFirst":
			autoSelect, _ = l.boolean(val, path)
		case "defaults", "prefill", "dependsOn", "expression", "values", "options":
			nodes[name] = val
		default:
			l.constraint(&in.Type, name, val, path)
		}
	})
	l.choices(in, nodes, n, path)
	if in.Type.Name == TypeArray && in.Type.Item == "" {
		l.errorAt(n, path+".itemType", "is missing")
	}
	if in.Type.Name == TypeSecret {
		l.report(SeverityWarning, in.Pos, path, "a SECRET is hidden in logs and stored as it is: there is no encryption yet")
	}
	l.inputExpressions(in, nodes, path)
	if l.errors > before {
		return
	}
	in.selectFirst = autoSelect && in.Defaults == nil
	if defaults := nodes["defaults"]; defaults != nil {
		l.constantDefault(in, defaults, path+".defaults")
		if in.Type.Name == TypeFile {
			l.fileDefault(in, defaults, path+".defaults")
		}
		if !in.Required {
			l.refusedByKestra(defaults, path+".defaults", "an input with a default must be required, since the default always counts")
		}
		if nodes["prefill"] != nil {
			l.refusedByKestra(defaults, path+".defaults", "an input has a default or a prefill, not both")
		}
	} else if in.selectFirst && in.expression == nil {
		in.constant = in.Type.first()
	}
}

// choices reads what the values of a SELECT, ENUM or MULTISELECT are.
func (l *loader) choices(in *Input, nodes map[string]*yaml.Node, n *yaml.Node, path string) {
	if !in.Type.Name.needsValues() {
		return
	}
	name := "values"
	if options := nodes["options"]; options != nil && nodes["values"] == nil {
		name = "options"
	} else if options != nil {
		l.report(SeverityWarning, l.pos(options), path+".options", "`values` counts: `options` is its old name, and Kestra refuses every value when both are there")
	}
	if nodes[name] != nil {
		in.Type.Values = l.values(nodes[name], path+"."+name)
	}
	if len(in.Type.Values) == 0 && nodes["expression"] == nil {
		l.errorAt(n, path+".values", "must have at least one value")
	}
	// Kestra compares with the values of an input that is not required only where there may be several.
	if in.Type.Name != TypeMultiselect && !in.Required {
		in.Type.AllowCustomValue = true
	}
}

// inputExpressions compiles what is evaluated when inputs are resolved. It sees the inputs that dependsOn names.
func (l *loader) inputExpressions(in *Input, nodes map[string]*yaml.Node, path string) {
	var condition *yaml.Node
	if n := nodes["dependsOn"]; n != nil {
		l.members(n, path+".dependsOn", dependsOnMembers, func(name string, _, val *yaml.Node, path string) {
			if name == "condition" {
				condition = val
				return
			}
			items, _ := l.list(val, path)
			for i, item := range items {
				if id, ok := l.text(item, index(path, i)); ok {
					in.DependsOn = append(in.DependsOn, id)
				}
			}
		})
	}
	l.reading = in
	defer func() { l.reading = nil }()
	if condition != nil {
		at := path + ".dependsOn.condition"
		if text, ok := l.text(condition, at); ok {
			in.condition = l.template(condition, text, at)
			if !hasExpression(text) {
				l.report(SeverityWarning, l.pos(condition), at, "never met: a text is no boolean; write an expression that gives one, as in {{ inputs.a == 'x' }}")
			}
		}
	}
	if n := nodes["expression"]; n != nil {
		if text, ok := l.text(n, path+".expression"); ok {
			in.expression = l.template(n, strings.TrimSpace(text), path+".expression")
		}
	}
	if n := nodes["defaults"]; n != nil {
		in.Defaults = l.structure(n, nodeValue(n), path+".defaults")
	}
}

// first returns the first value of a SELECT or MULTISELECT as a value of it.
func (t *Type) first() value.Value {
	if len(t.Values) == 0 {
		return value.Null
	}
	v := value.String(t.Values[0])
	if t.Name == TypeMultiselect {
		v = value.ListOf(v)
	}
	return v
}

// constantDefault converts a default that holds no expression.
func (l *loader) constantDefault(in *Input, n *yaml.Node, path string) {
	written, constant := in.Defaults.Constant()
	if !constant {
		return
	}
	m := newMeter(nil)
	v, order, err := in.Type.convert(written, m)
	if err != nil {
		l.errorAt(n, path, "is no %s: %v", in.Type.Name, err)
		return
	}
	in.constant = v
	if in.expression != nil { // its values are not known yet
		return
	}
	if err := in.Type.check(v, order, m); err != nil {
		l.report(SeverityWarning, l.pos(n), path, "the default breaks the input's own constraint: %v", err)
	}
}

// refusedByKestra warns of what loads here, and in older versions of Kestra, and not in Kestra 1.3.
func (l *loader) refusedByKestra(n *yaml.Node, path, why string) {
	l.report(SeverityWarning, l.pos(n), path, "%s: Kestra 1.3 refuses the flow", why)
	l.flow.extensions = append(l.flow.extensions, &Diagnostic{
		Severity: SeverityWarning, Pos: l.pos(n), Path: path, Message: why + ": Kestra 1.3 refuses the flow",
	})
}

// checkDependencies finds the inputs that others depend on, and refuses those that depend on themselves.
func (l *loader) checkDependencies(list *inputList) {
	for i, in := range list.all {
		for _, id := range in.DependsOn {
			if needed, ok := list.byID[id]; ok {
				in.needs = append(in.needs, needed)
				continue
			}
			l.report(SeverityError, in.Pos, list.paths[i]+".dependsOn.inputs", "Input with id '%s' depends on a non-existent input '%s'%s",
				in.ID, shorten(id), didYouMean(list.meant(in, id)))
			if len(l.found) > maxDiagnostics {
				return
			}
		}
	}
	walk := cycleWalk{list: list, seen: make([]visit, len(list.all))}
	for i := range list.all {
		if cycle := walk.from(i); cycle != nil {
			in := list.all[cycle[0]]
			ids := make([]string, len(cycle))
			for n, at := range cycle {
				ids[n] = list.all[at].ID
			}
			l.report(SeverityError, in.Pos, list.paths[cycle[0]]+".dependsOn.inputs", "Cycle dependency detected for input with id '%s': [%s]",
				in.ID, shorten(strings.Join(ids, ", ")))
		}
	}
}

// meant returns the id that an author may have meant: one beside the input in its form, or one with nearly the same letters.
func (list *inputList) meant(in *Input, id string) string {
	if form, _, ok := strings.Cut(in.ID, "."); ok {
		if _, beside := list.byID[form+"."+id]; beside {
			return form + "." + id
		}
	}
	return nearest.Name(id, sortedKeys(list.byID))
}

// visit says how far a walk has come with an input.
type visit int

const (
	unseen visit = iota
	open
	closed
)

// cycleWalk looks for inputs that depend on themselves.
type cycleWalk struct {
	list *inputList
	seen []visit
	path []int
}

// from returns the inputs of a cycle that can be reached from an input and was not found before.
func (w *cycleWalk) from(i int) []int {
	switch w.seen[i] {
	case open:
		return slices.Clone(w.path[slices.Index(w.path, i):])
	case closed:
		return nil
	default:
	}
	w.seen[i], w.path = open, append(w.path, i)
	var cycle []int
	for _, needed := range w.list.all[i].needs {
		if cycle = w.from(needed); cycle != nil {
			break
		}
	}
	w.seen[i], w.path = closed, w.path[:len(w.path)-1]
	return cycle
}
