package pebble

import (
	"hash/fnv"
	"io"
	"maps"
	"strings"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Engine compiles templates of one dialect under one set of limits. It is immutable and safe for concurrent use.
type Engine struct {
	limits     Limits
	budget     meter.Limits // what each evaluation may spend
	precedence map[string]int
	registry   *registry
	methods    map[value.Kind]methodTable
	states     sync.Pool

	regexes *javaregex.Cache
	quick   *Engine
}

// New returns an engine.
func New(o Options) *Engine {
	l := &o.Limits
	for _, limit := range []struct{ value, standard *int }{
		{&l.TemplateBytes, &DefaultLimits.TemplateBytes},
		{&l.Steps, &DefaultLimits.Steps},
		{&l.OutputBytes, &DefaultLimits.OutputBytes},
		{&l.Depth, &DefaultLimits.Depth},
		{&l.RangeItems, &DefaultLimits.RangeItems},
		{&l.Memory, &DefaultLimits.Memory},
	} {
		if *limit.value <= 0 {
			*limit.value = *limit.standard
		}
	}
	if l.RegexTime <= 0 {
		l.RegexTime = DefaultLimits.RegexTime
	}
	if o.Dialect == 0 {
		o.Dialect = Dialect1
	}
	e := &Engine{
		limits: o.Limits, budget: meter.Limits{
			Steps: l.Steps, OutputBytes: l.OutputBytes, Depth: l.Depth, RangeItems: l.RangeItems, Memory: l.Memory, RegexTime: l.RegexTime,
		},
		precedence: binaryOperators(o.Dialect),
		registry:   newRegistry(o.Dialect, o.Outside), methods: newMethods(), regexes: new(javaregex.Cache),
	}
	e.states.New = func() any { return new(state) }
	e.quick = e.withoutWaiting()
	return e
}

// Quick returns the same language without the functions that wait for other servers: to call one is an error when a template is
// compiled, one that render() makes too. Its templates can be evaluated where nothing may wait.
func (e *Engine) Quick() *Engine { return e.quick }

func (e *Engine) withoutWaiting() *Engine {
	q := &Engine{limits: e.limits, budget: e.budget, precedence: e.precedence, methods: e.methods, regexes: e.regexes}
	q.states.New = e.states.New
	functions := maps.Clone(e.registry.functions)
	for name, f := range functions {
		if f.waits && f.outside {
			refused := *f
			refused.refused = "cannot be called here: it waits for another server, as only properties of tasks can that a worker runs, and not those of flowables"
			functions[name] = &refused
		}
	}
	q.registry = &registry{filters: e.registry.filters, functions: functions, tests: e.registry.tests}
	q.quick = q
	return q
}

// Compile compiles a template. The error is an [*Error]: of [ClassSyntax], of [ClassUnknown] for a filter, function or
// test that does not exist (Kestra reports it only when the call is reached), or of [ClassLimit].
func (e *Engine) Compile(text string) (*Template, error) { return e.CompileAt("", text) }

// CompileAt is [Engine.Compile] for a text of several that are evaluated with one seed: those at different places, such as
// tasks[0].format, draw different random numbers.
func (e *Engine) CompileAt(place, text string) (*Template, error) {
	t := &Template{engine: e, source: text, stream: streamAt(place), references: &noReferences}
	if len(text) > e.limits.TemplateBytes {
		return nil, &Error{
			Class: ClassLimit, Line: 1, Column: 1,
			Msg: meter.NewFault(ClassLimit, 0, "template has %d bytes, more than %d", len(text), e.limits.TemplateBytes).Msg,
		}
	}
	if !strings.Contains(text, "{") {
		return constantTemplate(e, text), nil
	}
	parsed, err := parse(text, e.precedence, e.limits.Depth)
	if err != nil {
		return nil, publish(err, text)
	}
	c := &compiler{engine: e, tree: parsed, template: t}
	if err := c.compile(); err != nil {
		return nil, publish(err, text)
	}
	return t, nil
}

// streamAt names the stream of random numbers at a place, the same one in every process; 0 for "".
func streamAt(place string) uint64 {
	if place == "" {
		return 0
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, place) // a hash takes everything
	return h.Sum64()
}

// constantTemplate returns the template of a text without any expression.
func constantTemplate(e *Engine, text string) *Template {
	return &Template{engine: e, source: text, constant: true, text: text, textValue: value.String(text), references: &noReferences}
}
