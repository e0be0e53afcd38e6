package flow

// String returns the name of the YAML form, as documentation has it.
func (t PropertyType) String() string {
	if int(t) >= len(propertyTypes) || t < 0 {
		return "unknown"
	}
	return propertyTypes[t]
}

var propertyTypes = [...]string{
	String: "text", Integer: "integer", Boolean: "boolean", Duration: "duration", StringList: "list of texts", StringOrList: "text or list of texts",
	Map: "map", MapOrList: "map, or list of key and value", Any: "any", Conditions: "conditions", Task: "task", Tasks: "tasks",
	TaskCases: "map of tasks", Inputs: "inputs", Object: "object", Objects: "list of objects",
}

// Description is what is known of a component type, or of the members that every component of a kind has, in the JSON form that
// `caddy kestra types --json` prints. Members may be added to it, and none is taken away.
type Description struct {
	Kind       string                `json:"kind"` // task, trigger or condition
	Type       string                `json:"type,omitempty"`
	Aliases    []string              `json:"aliases,omitempty"`
	Summary    string                `json:"summary,omitempty"`
	Supported  bool                  `json:"supported"` // false: Kestra has it and it cannot be used here yet
	Properties []PropertyDescription `json:"properties,omitempty"`
	Outputs    []OutputDescription   `json:"outputs,omitempty"`
	Example    string                `json:"example,omitempty"` // YAML
}

// PropertyDescription is a [Property] in JSON.
type PropertyDescription struct {
	Name       string                `json:"name"`
	Type       string                `json:"type"`
	Summary    string                `json:"summary,omitempty"`
	Required   bool                  `json:"required,omitempty"`
	Dynamic    bool                  `json:"dynamic,omitempty"` // expressions in it are evaluated
	Default    string                `json:"default,omitempty"`
	Values     []string              `json:"values,omitempty"` // the only ones allowed
	MaxLength  int                   `json:"maxLength,omitempty"`
	Extension  bool                  `json:"extension,omitempty"` // Kestra does not have it
	JSONText   bool                  `json:"jsonText,omitempty"`  // text that renders to JSON of one may stand for it
	NotYet     bool                  `json:"notYet,omitempty"`
	Properties []PropertyDescription `json:"properties,omitempty"` // of an object
}

// OutputDescription is a [TaskOutput] in JSON.
type OutputDescription struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Summary string `json:"summary,omitempty"`
}

// Describe returns the description of the type.
func (s *Spec) Describe() Description {
	d := Description{
		Kind: s.Kind.String(), Type: s.Type, Aliases: s.Aliases, Summary: s.Summary, Supported: s.Compile != nil, Example: s.Example,
		Properties: DescribeProperties(s.Properties),
	}
	for _, out := range s.Outputs {
		d.Outputs = append(d.Outputs, OutputDescription{out.Name, string(out.Type), out.Summary})
	}
	return d
}

// DescribeProperties returns the descriptions of properties.
func DescribeProperties(properties []Property) []PropertyDescription {
	described := make([]PropertyDescription, 0, len(properties))
	for _, p := range properties {
		described = append(described, PropertyDescription{
			Name: p.Name, Type: p.Type.String(), Summary: p.Summary, Required: p.Required, Dynamic: p.Dynamic, Default: p.Default, Values: p.Values,
			MaxLength: p.MaxLength, Extension: p.Extension, JSONText: p.JSONText, NotYet: p.NotYet, Properties: DescribeProperties(p.Properties),
		})
	}
	return described
}
