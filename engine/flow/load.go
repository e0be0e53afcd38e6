package flow

import (
	"crypto/sha256"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Options configure [Load].
type Options struct {
	Pebble *pebble.Engine // compiles expressions; nil means one with the default options

	// Refuse says why a type is not to be used where these flows run; empty: it may be. Nil: all may be.
	Refuse func(*Spec) string

	// HandOn is the spec of the task that hands a request on to a Kestra behind this server. Flows that need what only Kestra has, and
	// those that ask for it, have that one. Nil: there is no such Kestra, and they are errors.
	HandOn *Spec
}

// Load reads all sources and returns the flows without errors, and the findings about all of them in the order of the
// sources and places. A source given twice counts once; a namespace and id that two sources give is an error at the
// second, which is left out of the set.
func Load(catalog *Catalog, o Options, sources []*Source) (*Set, Diagnostics) {
	if o.Pebble == nil {
		o.Pebble = pebble.New(pebble.Options{})
	}
	var loaders []*loader
	seen := make(map[any]bool, len(sources))
	for _, source := range sources {
		if id := source.identity(); !seen[id] {
			seen[id] = true
			loaders = append(loaders, &loader{collector: &collector{source: source}, catalog: catalog, pebble: o.Pebble, refuse: o.Refuse, handOn: o.HandOn})
		}
	}
	flows := loadAll(loaders)
	set, found := newSet(), Diagnostics(nil)
	for i, l := range loaders {
		if f := flows[i]; f != nil {
			if first := set.add(f); first != nil {
				l.add(duplicateFlow(first, f))
			}
		}
		l.found.sortByPlace()
		l.found = l.found.withoutRepeats()
		found = append(found, l.found...)
	}
	set.sort()
	return set, found
}

// loadAll returns the flows of loaders, in their order; nil for one with errors. It uses all processors, because a server with
// thousands of flows answers nothing before they are loaded.
func loadAll(loaders []*loader) []*Flow {
	flows := make([]*Flow, len(loaders))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(loaders), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(loaders) {
					return
				}
				flows[i] = loaders[i].load()
			}
		})
	}
	workers.Wait()
	return flows
}

// loader turns one source into a flow.
type loader struct {
	*collector
	catalog *Catalog
	pebble  *pebble.Engine // the whole language
	refuse  func(*Spec) string
	flow    *Flow
	taskIDs map[string]Position

	handOn   *Spec       // of the task that hands on; nil: there is none
	handedOn bool        // the flow is read as one that is handed on
	ordered  bool        // it is handed on one request after the other
	reason   *Diagnostic // the first finding about what only Kestra has; nil: none
	kestras  int         // errors about that

	early      bool       // what is being read is evaluated before the flow runs
	variables  []string   // what is being read sees them beside the others
	items      bool       // what is being read sees taskrun.items
	waiting    *Component // what is being read are properties of this task, which may wait; nil: they are not
	reading    *Input     // what is being read is evaluated when this input is resolved; nil: it is not
	texts      []expressionText
	conditions []expressionText
}

// load returns the flow; nil when there are errors.
func (l *loader) load() *Flow {
	root := l.parse()
	if root == nil {
		return nil
	}
	f := l.loadRoot(root)
	if l.handsOn() {
		return l.loadHandedOn(root)
	}
	if l.failed() {
		return nil
	}
	if l.ordered {
		l.report(SeverityWarning, f.memberPos("ordered"), "ordered", "has no effect: the flow runs here, where `concurrency` with the limit 1 keeps the order")
	}
	return f
}

// loadRoot is load for what the file holds.
func (l *loader) loadRoot(root *yaml.Node) *Flow {
	l.flow = &Flow{
		Source: l.source, Pos: l.pos(root), Hash: sha256.Sum256(l.source.YAML),
		Variables: value.NewMap(0), members: map[string]Position{},
	}
	l.taskIDs = map[string]Position{}
	root = l.withDefaults(root)
	l.members(root, "", flowMembers, l.flowMember)
	for _, name := range []string{"id", "namespace", "tasks"} {
		if _, ok := l.flow.members[name]; !ok && !(l.handedOn && name == "tasks") {
			l.report(SeverityError, l.flow.Pos, name, "is missing")
		}
	}
	if l.handedOn {
		l.addHandOn()
	}
	l.checkReferences()
	if l.failed() {
		return nil
	}
	l.flow.defaults = l.flow.constantDefaults()
	l.checkExpressions()
	l.checkComponents()
	for c := range l.flow.components {
		c.forgetNodes()
	}
	if l.failed() {
		return nil
	}
	l.flow.extensions.sortByPlace()
	l.flow.extensions = l.flow.extensions.withoutRepeats()
	return l.flow
}

// checkComponents lets every component look at the complete flow.
func (l *loader) checkComponents() {
	for c := range l.flow.components {
		if c.Spec.Check == nil || c.Spec.Compile == nil {
			continue
		}
		c.Spec.Check(l.flow, c, func(severity Severity, property, message string) {
			path := c.Path
			if property != "" {
				path += "." + property
			}
			strict := severity == SeverityStrict
			if strict {
				severity = SeverityWarning
			}
			l.add(&Diagnostic{Severity: severity, Strict: strict, Pos: c.propertyPos(property), Path: path, Message: message})
		})
	}
}

// memberState is what happens to a member whose name Kestra knows.
type memberState int

const (
	supported  memberState = iota
	notYet                 // an error that says so
	enterprise             // an error that says so
	serverSet              // kept by Kestra's server: a warning that it has no effect
	blueprint              // what Kestra's catalog of blueprints says of a flow: a warning that it has no effect
)

var flowMembers = map[string]memberState{
	"id": supported, "namespace": supported, "description": supported, "labels": supported, "variables": supported,
	"inputs": supported, "outputs": supported, "tasks": supported, "triggers": supported, "disabled": supported,
	"deleted": supported, "errors": supported, "finally": supported,
	"afterExecution": supported, "listeners": notYet, "pluginDefaults": supported,
	"taskDefaults": supported, "concurrency": supported, "retry": supported, "sla": supported, "checks": supported, "draft": notYet,
	"workerGroup": enterprise, "workerSelector": enterprise, "quotas": enterprise, "policyRefs": enterprise,
	"handOn": supported, "ordered": supported,
	"extend":   blueprint,
	"revision": serverSet, "updated": serverSet, "tenantId": serverSet, "source": serverSet,
}

// members calls visit for every member of a mapping that has a supported name and is not null, in order, and reports
// the others. It returns false when n is no mapping.
func (l *loader) members(n *yaml.Node, path string, known map[string]memberState, visit func(name string, key, val *yaml.Node, path string)) bool {
	return l.membersOf(n, path, memberSet{others: known}, visit)
}

// membersOf is members for a mapping that properties describe.
func (l *loader) membersOf(n *yaml.Node, path string, known memberSet, visit func(name string, key, val *yaml.Node, path string)) bool {
	if n.Kind != yaml.MappingNode {
		l.errorAt(n, path, "must be a mapping, is %s", kindName(n))
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		name, inner := key.Value, key.Value
		if path != "" {
			inner = path + "." + name
		}
		state, ok := known.state(name)
		switch {
		case !ok:
			l.errorAt(key, path, "unknown member `%s`%s", shorten(name), didYouMean(nearest.Name(name, known.names())))
		case yaml.IsNull(val):
		case l.handedOn && (state == notYet || state == enterprise): // the Kestra behind has it
		case state == notYet:
			l.onlyKestra(key, inner, "is not supported yet")
		case state == enterprise:
			l.onlyKestra(key, inner, "is a feature of Kestra's Enterprise Edition and not supported")
		case state == blueprint:
			l.report(SeverityWarning, l.pos(key), inner, "belongs to the catalog of Kestra's blueprints and has no effect in a flow")
		case state == serverSet:
			l.report(SeverityWarning, l.pos(key), inner, "has no effect in a file")
		default:
			visit(name, key, val, inner)
		}
	}
	return true
}

func (l *loader) flowMember(name string, key, val *yaml.Node, path string) {
	f := l.flow
	f.members[name] = l.pos(val)
	switch name {
	case "id":
		f.ID = l.identifier(val, path, flowID)
		if slices.Contains(reservedFlowIDs, f.ID) {
			l.errorAt(val, path, "`%s` is reserved, as are %s", f.ID, strings.Join(reservedFlowIDs, ", "))
		}
	case "namespace":
		f.Namespace = l.identifier(val, path, namespaceID)
	case "description":
		f.Description, _ = l.text(val, path)
	case "disabled":
		f.Disabled, _ = l.boolean(val, path)
	case "deleted":
		if deleted, ok := l.boolean(val, path); ok && deleted {
			l.errorAt(val, path, "a deleted flow cannot be loaded: remove the file")
		}
	case "labels":
		f.Labels = l.labels(val, path, checkLabel)
	case "variables":
		if val.Kind != yaml.MappingNode {
			l.errorAt(val, path, "must be a mapping, is %s", kindName(val))
			return
		}
		f.Variables = nodeValue(val).Map()
	case "inputs":
		l.early = true
		f.Inputs = l.inputs(val, path)
		l.early = false
	case "outputs":
		f.Outputs = l.outputs(val, path)
	case "tasks":
		f.Tasks = l.components(KindTask, val, path)
		if val.Kind == yaml.SequenceNode && len(val.Content) == 0 {
			l.errorAt(val, path, "must not be empty")
		}
	case "errors":
		f.Errors = l.components(KindTask, val, path)
	case "finally":
		f.Finally = l.components(KindTask, val, path)
	case "afterExecution":
		f.AfterExecution = l.components(KindTask, val, path)
	case "retry":
		f.Retry = l.retry(val, path)
	case "sla":
		f.SLAs = l.slas(val, path)
	case "checks":
		l.early = true
		l.checks(val, path)
		l.early = false
	case "handOn":
		f.HandedOn, _ = l.boolean(val, path)
		l.extension(key, path, "member `handOn`")
	case "ordered":
		l.ordered, _ = l.boolean(val, path)
		l.extension(key, path, "member `ordered`")
	case "concurrency":
		f.Concurrency = l.concurrency(val, path)
	case "triggers":
		l.early = true
		f.Triggers = l.components(KindTrigger, val, path)
		l.early = false
		l.checkTriggerIDs(f.Triggers)
		l.checkPreconditions(val, path)
	}
}

func (l *loader) checkTriggerIDs(triggers []*Component) {
	seen := map[string]Position{}
	for _, c := range triggers {
		if first, ok := seen[c.ID]; ok && c.ID != "" {
			l.report(SeverityError, c.Pos, c.Path+".id", "duplicate trigger id `%s`, first at line %d", c.ID, first.Line)
			continue
		}
		seen[c.ID] = c.Pos
	}
}

// checkPreconditions refuses preconditions with an id that others have. They are of triggers that never fire here, and Kestra
// refuses such a flow.
func (l *loader) checkPreconditions(triggers *yaml.Node, path string) {
	seen := map[string]Position{}
	for i, trigger := range triggers.Content {
		_, preconditions := memberNode(trigger, "preconditions")
		if preconditions == nil {
			continue
		}
		_, id := memberNode(preconditions, "id")
		if id == nil || id.Kind != yaml.ScalarNode {
			continue
		}
		if first, ok := seen[id.Value]; ok {
			l.errorAt(id, index(path, i)+".preconditions.id", "Duplicate preconditions with id [%s], first at line %d", shorten(id.Value), first.Line)
			continue
		}
		seen[id.Value] = l.pos(id)
	}
}

func (l *loader) pos(n *yaml.Node) Position { return Position{l.source, n.Line, n.Column} }

func (l *loader) errorAt(n *yaml.Node, path, format string, args ...any) {
	l.report(SeverityError, l.pos(n), path, format, args...)
}

// sortedKeys returns the keys of m in order, so that messages and catalogs do not change from run to run.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// shorten cuts a name that is quoted in a message.
func shorten(name string) string {
	const longest = 100
	if len(name) <= longest {
		return name
	}
	return strings.ToValidUTF8(name[:longest], "") + "…"
}
