package flow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Schema returns a JSON Schema (draft 7) of flow files, for editors. It describes what loads here, but for what no schema can
// say: references, expressions, and members that only pluginDefaults give. A member whose value is null is an error to it.
func (c *Catalog) Schema() value.Value {
	w := schemaWriter{catalog: c, definitions: value.NewMap(0), objects: map[string]string{}}
	for _, kind := range []Kind{KindTask, KindTrigger, KindCondition} {
		w.kind(kind)
	}
	w.inputs()
	var members []Property
	for _, p := range flowProperties {
		if flowMembers[p.Name] == supported {
			members = append(members, p)
		}
	}
	schema := value.MapOf("$schema", value.String("http://json-schema.org/draft-07/schema#"), "title", value.String("A flow of Kestra, as kestra_webhook runs it"))
	root := schema.Map()
	for name, part := range w.object(members, nil).Map().All() {
		root.Set(name, part)
	}
	properties, _ := root.Get("properties")
	properties.Map().Set("triggers", described("What starts the flow.", listSchema(reference(KindTrigger.String()))))
	for _, name := range sortedKeys(flowMembers) {
		if state := flowMembers[name]; state == serverSet || state == blueprint {
			properties.Map().Set(name, described("Has no effect in a file.", value.MapOf()))
		}
	}
	root.Set("definitions", value.FromMap(w.definitions))
	return schema
}

// schemaWriter collects the definitions of a schema.
type schemaWriter struct {
	catalog     *Catalog
	definitions *value.Map
	objects     map[string]string // names of definitions of nested objects, by what they say
}

func reference(definition string) value.Value {
	return value.MapOf("$ref", value.String("#/definitions/"+definition))
}

// described adds a description to a part of a schema.
func described(description string, part value.Value) value.Value {
	if description != "" {
		part.Map().Set("description", value.String(description))
	}
	return part
}

// listSchema returns the schema of a list.
func listSchema(items value.Value) value.Value {
	return value.MapOf("type", value.String("array"), "items", items)
}

// kind defines what components of a kind are: one definition for each type, and one that chooses by the type. A trigger may be of
// a type that never fires here.
func (w *schemaWriter) kind(kind Kind) {
	var types, older []string
	var choices []value.Value
	common, shared := CommonProperties(kind), map[string]value.Value{}
	for _, p := range common {
		shared[p.Name] = reference(kind.String() + "." + p.Name)
		w.definitions.Set(kind.String()+"."+p.Name, w.property(p))
	}
	for _, spec := range w.catalog.specs {
		if spec.Kind != kind || spec.Compile == nil || spec.Refused {
			continue
		}
		types, older = append(types, spec.Type), append(older, spec.Aliases...)
		choices = append(choices, whenType(spec.spellings(), spec.Type))
		w.definitions.Set(spec.Type, described(spec.Summary, w.object(slices.Concat(common, spec.Properties), shared)))
	}
	others := value.MapOf("pattern", value.String(oneOfTexts(older)))
	if kind == KindTrigger {
		others = value.MapOf("type", value.String("string"))
	}
	slices.Sort(types)
	typ := value.MapOf("type", value.String("string"), "anyOf", value.ListOf(value.MapOf("enum", value.Strings(types)), others))
	w.definitions.Set(kind.String(), value.MapOf(
		"type", value.String("object"), "required", value.Strings([]string{"type"}), "properties", value.MapOf("type", typ), "allOf", value.ListOf(choices...),
	))
}

// whenType returns what holds for a mapping whose type is one of these. They stand in a pattern, because editors propose what stands
// in an enum, and older names of types are not to be proposed.
func whenType(types []string, definition string) value.Value {
	typ := value.MapOf("type", value.String("string"), "pattern", value.String(oneOfTexts(types)))
	return value.MapOf(
		"if", value.MapOf("properties", value.MapOf("type", typ), "required", value.Strings([]string{"type"})), "then", reference(definition),
	)
}

// oneOfTexts returns a pattern for these texts.
func oneOfTexts(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = regexp.QuoteMeta(text)
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}

// inputs defines what an input is, by its type.
func (w *schemaWriter) inputs() {
	choices := make([]value.Value, 0, len(inputTypes))
	for _, typ := range inputTypes {
		known := knownMembers(typ)
		var members []Property
		for _, p := range inputProperties {
			if _, ok := known[p.Name]; ok {
				members = append(members, p)
			}
		}
		definition := "input." + string(typ)
		w.definitions.Set(definition, w.object(members, nil))
		choices = append(choices, whenType([]string{string(typ)}, definition))
	}
	w.definitions.Set("input", value.MapOf(
		"type", value.String("object"), "required", value.Strings([]string{"type"}),
		"properties", value.MapOf("type", value.MapOf("enum", value.Strings(typeNames(inputTypes)))), "allOf", value.ListOf(choices...),
	))
}

// object returns the schema of a mapping that properties describe. Those that are shared have one elsewhere.
func (w *schemaWriter) object(properties []Property, shared map[string]value.Value) value.Value {
	members := value.NewMap(len(properties))
	var required []string
	for _, p := range properties {
		if p.NotYet {
			continue
		}
		if elsewhere, ok := shared[p.Name]; ok {
			members.Set(p.Name, elsewhere)
		} else {
			members.Set(p.Name, w.property(p))
		}
		if p.Required {
			required = append(required, p.Name)
		}
	}
	object := value.MapOf("type", value.String("object"), "properties", value.FromMap(members), "additionalProperties", value.Bool(false))
	if len(required) > 0 {
		object.Map().Set("required", value.Strings(required))
	}
	return object
}

// shortObject is how long a nested object may be to stand where it is, in bytes.
const shortObject = 512

// nested returns the schema of an object in a component. Long ones are definitions, since many types have the same.
func (w *schemaWriter) nested(p Property) value.Value {
	object := w.object(p.Properties, nil)
	text := string(value.AppendJSON(nil, object))
	if len(text) <= shortObject {
		return object
	}
	name, ok := w.objects[text]
	for n := 1; !ok; n++ {
		if name = "object." + p.Name; n > 1 {
			name += "." + strconv.Itoa(n)
		}
		if _, taken := w.definitions.Get(name); !taken {
			w.definitions.Set(name, object)
			w.objects[text], ok = name, true
		}
	}
	return value.MapOf("allOf", value.ListOf(reference(name)))
}

// expression is what a text with an expression in it matches.
const expression = `\{[{%#]`

// scalars are the types of JSON that count as text.
var scalars = []string{"string", "number", "boolean"}

// property returns the schema of a property.
func (w *schemaWriter) property(p Property) value.Value {
	var part value.Value
	switch p.Type {
	case String:
		part = textSchema(p)
	case StringList:
		part = listSchema(textSchema(p))
	case StringOrList:
		part = value.MapOf("type", value.Strings(append(slices.Clone(scalars), "array")), "items", textSchema(p))
	case Integer:
		part = scalarSchema(p, "^[+-]?[0-9]+$", "integer", "string")
	case Boolean:
		part = scalarSchema(p, "^(true|True|TRUE|false|False|FALSE)$", "boolean", "integer", "string")
	case Duration:
		part = value.MapOf("type", value.Strings([]string{"string", "number"}))
	case Map:
		part = value.MapOf("type", value.String("object"))
		if p.Texts {
			part.Map().Set("additionalProperties", value.MapOf("type", value.Strings(append([]string{"null"}, scalars...))))
		}
	case MapOrList:
		part = value.MapOf(
			"type", value.Strings([]string{"object", "array"}), "additionalProperties", value.MapOf("type", value.Strings(scalars)),
			"items", w.object([]Property{{Name: "key", Type: String, Required: true}, {Name: "value", Type: String, Required: true}}, nil),
		)
	case Conditions:
		part = listSchema(reference(KindCondition.String()))
	case Task:
		part = value.MapOf("allOf", value.ListOf(reference(KindTask.String())))
	case Tasks:
		part = listSchema(reference(KindTask.String()))
	case TaskCases:
		part = value.MapOf("type", value.String("object"), "additionalProperties", listSchema(reference(KindTask.String())))
	case Inputs:
		part = listSchema(reference("input"))
	case Object:
		part = w.nested(p)
	case Objects:
		part = listSchema(w.nested(p))
	default: // Any
		part = value.MapOf()
	}
	if p.Required && p.Type.nests() {
		part.Map().Set("minItems", value.Int(1))
	}
	if p.JSONText {
		part = value.MapOf("anyOf", value.ListOf(part, value.MapOf("type", value.String("string"))))
	}
	return described(p.describe(), part)
}

// nests reports whether an empty list of the type is no better than none.
func (t PropertyType) nests() bool {
	return t == Tasks || t == Conditions || t == Inputs || t == Objects
}

// textSchema returns the schema of a text, or of an item of a list of texts.
func textSchema(p Property) value.Value {
	switch {
	case len(p.Values) > 0 && p.Dynamic:
		return value.MapOf("anyOf", value.ListOf(value.MapOf("enum", value.Strings(p.Values)), value.MapOf("type", value.String("string"), "pattern", value.String(expression))))
	case len(p.Values) > 0:
		return value.MapOf("enum", value.Strings(p.Values))
	}
	anything := value.MapOf("type", value.Strings(scalars))
	if p.MaxLength > 0 {
		anything.Map().Set("maxLength", value.Int(int64(p.MaxLength)))
	}
	return anything
}

// scalarSchema returns the schema of a value that may be written as a text.
func scalarSchema(p Property, pattern string, types ...string) value.Value {
	if p.Dynamic {
		pattern += "|" + expression
	}
	return value.MapOf("type", value.Strings(types), "pattern", value.String(pattern))
}

// describe returns what documentation says of the property in one line.
func (p *Property) describe() string {
	text := p.Summary
	if p.Default != "" {
		text += " Default: `" + p.Default + "`."
	}
	if p.Extension {
		text += " Kestra does not have it."
	}
	return strings.TrimSpace(text)
}
