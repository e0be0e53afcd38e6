package flow

import (
	"errors"
	"strings"
	"testing"
)

// The types of the tests' catalog: Kestra's names, so that recorded flows load, with small specs.

var webhookProperties = []Property{
	{Name: "key", Type: String, Required: true, Dynamic: true, MaxLength: 256, Secret: true},
	{Name: "conditions", Type: Conditions},
	{Name: "wait", Type: Boolean},
	{Name: "returnOutputs", Type: Boolean},
	{Name: "responseContentType", Type: String, Values: []string{"application/json", "text/plain"}},
	{Name: "responseCode", Type: String, Dynamic: true, AtEnd: true},
	{Name: "inputs", Type: Map, Dynamic: true},
	{Name: "labels", Type: MapOrList, Dynamic: true},
	{Name: "waitTimeout", Type: Duration, Extension: true},
	{Name: "signature", Type: Map, NotYet: true},
	{Name: "signed", Type: Object, Properties: []Property{
		{Name: "secret", Type: String, Dynamic: true, Secret: true},
		{Name: "secrets", Type: StringList, Dynamic: true, Secret: true},
	}},
}

func itself(c *Component) (any, error) { return c, nil }

// compileFakeCEL finds an error at every question mark.
func compileFakeCEL(c *Component) (any, error) {
	for i, line := range strings.Split(c.Text("expression"), "\n") {
		if at := strings.IndexByte(line, '?'); at >= 0 {
			d := c.Errorf("expression", "has a question mark")
			d.Pos = c.PropertyAt("expression", i+1, at+1)
			return nil, d
		}
	}
	return c, nil
}

func fakeSpecs() []Spec {
	return []Spec{
		{
			Kind: KindTask, Type: "io.kestra.plugin.core.log.Log", Aliases: []string{"io.kestra.core.tasks.log.Log"}, Compile: itself,
			Properties: []Property{
				{Name: "message", Type: StringOrList, Required: true, Dynamic: true},
				{Name: "level", Type: String, Dynamic: true, Values: LogLevels},
			},
		},
		{
			Kind: KindTask, Type: "io.kestra.plugin.core.debug.Return", Compile: itself,
			Properties: []Property{{Name: "format", Type: String, Dynamic: true}},
		},
		{
			Kind: KindTask, Type: "io.kestra.plugin.core.flow.Sequential", Compile: itself,
			Properties: []Property{{Name: "tasks", Type: Tasks, Required: true}},
		},
		{
			Kind: KindTask, Type: "io.kestra.plugin.core.execution.Fail", Compile: func(c *Component) (any, error) {
				switch c.Text("errorMessage") {
				case "one":
					return nil, c.Errorf("errorMessage", "is %w", errOne)
				case "two":
					return nil, errors.Join(c.Errorf("errorMessage", "is one"), errors.New("is two"))
				}
				return c, nil
			},
			Properties: []Property{{Name: "errorMessage", Type: String}},
		},
		{
			Kind: KindTask, Type: "test.All", Compile: itself,
			Properties: []Property{
				{Name: "string", Type: String, Dynamic: true, MaxLength: 10},
				{Name: "integer", Type: Integer},
				{Name: "boolean", Type: Boolean},
				{Name: "duration", Type: Duration},
				{Name: "dynInteger", Type: Integer, Dynamic: true},
				{Name: "dynBoolean", Type: Boolean, Dynamic: true},
				{Name: "dynDuration", Type: Duration, Dynamic: true},
				{Name: "list", Type: StringList, Values: []string{"SUCCESS", "FAILED"}},
				{Name: "dynList", Type: StringList, Dynamic: true},
				{Name: "mixed", Type: StringOrList},
				{Name: "map", Type: Map, Dynamic: true},
				{Name: "labels", Type: MapOrList, Dynamic: true},
				{Name: "any", Type: Any, Dynamic: true},
			},
		},
		{
			Kind: KindTask, Type: "test.Set", Compile: itself, NewVariables: "variables",
			Properties: []Property{{Name: "variables", Type: Map, Dynamic: true, JSONText: true}},
		},
		{
			Kind: KindTrigger, Type: "io.kestra.plugin.core.trigger.Webhook", Properties: webhookProperties,
			Compile: func(c *Component) (any, error) {
				for key, v := range c.Value("labels").Map().All() {
					if err := checkLabel(Label{key, v.Str()}); err != nil {
						return nil, c.Errorf("labels", "%w", err)
					}
				}
				return c, nil
			},
			Aliases:   []string{"io.kestra.core.models.triggers.types.Webhook"},
			Variables: []Variable{{Name: "body"}, {Name: "headers", Lists: true}, {Name: "parameters", Lists: true}},
			Check: func(f *Flow, c *Component, report Report) {
				if c.Bool("returnOutputs") && len(f.Outputs) == 0 {
					report(SeverityWarning, "returnOutputs", "the flow has no outputs")
				}
			},
		},
		{
			Kind: KindCondition, Type: "io.kestra.plugin.core.condition.Expression", Compile: itself,
			Aliases:    []string{"io.kestra.plugin.core.condition.ExpressionCondition", "io.kestra.core.models.conditions.types.VariableCondition"},
			Properties: []Property{{Name: "expression", Type: String, Required: true, Dynamic: true, Condition: true, ZeroMet: true}},
		},
		{
			Kind: KindCondition, Type: "io.kestra.plugin.core.condition.Not", Compile: itself,
			Properties: []Property{{Name: "conditions", Type: Conditions, Required: true}},
		},
		// Conditions that this catalog does not support.
		{Kind: KindCondition, Type: "io.kestra.plugin.core.condition.MultipleCondition"},
		{Kind: KindCondition, Type: "io.kestra.plugin.core.condition.Weekend", Aliases: []string{"io.kestra.plugin.core.condition.WeekendCondition"}},
		{Kind: KindCondition, Type: "cel", Compile: compileFakeCEL, Properties: []Property{{Name: "expression", Type: String, Required: true}}},
	}
}

var errOne = errors.New("one")

func fakeCatalog(tb testing.TB) *Catalog {
	tb.Helper()
	catalog, err := NewCatalog(append(fakeSpecs(), nestedSpecs()...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return catalog
}

// loadText loads one file named flow.yml.
func loadText(tb testing.TB, text string) (*Set, Diagnostics) {
	tb.Helper()
	return Load(fakeCatalog(tb), Options{}, []*Source{{Name: "flow.yml", YAML: []byte(text)}})
}
