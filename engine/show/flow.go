package show

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// Flow is a flow. Its members are those of Kestra's API, in its order, and hold what is written in the flow.
type Flow struct {
	ID             string          `json:"id"`
	Namespace      string          `json:"namespace"`
	Revision       int             `json:"revision"`
	Description    string          `json:"description,omitempty"`
	Inputs         json.RawMessage `json:"inputs,omitempty"`
	Outputs        json.RawMessage `json:"outputs,omitempty"`
	Disabled       bool            `json:"disabled"`
	Labels         []Label         `json:"labels,omitempty"`
	Variables      json.RawMessage `json:"variables,omitempty"`
	Deleted        bool            `json:"deleted"`
	Finally        json.RawMessage `json:"finally,omitempty"`
	Tasks          json.RawMessage `json:"tasks"`
	Errors         json.RawMessage `json:"errors,omitempty"`
	AfterExecution json.RawMessage `json:"afterExecution,omitempty"`
	Triggers       json.RawMessage `json:"triggers,omitempty"`
	PluginDefaults json.RawMessage `json:"pluginDefaults,omitempty"`
	Concurrency    json.RawMessage `json:"concurrency,omitempty"`
	Retry          json.RawMessage `json:"retry,omitempty"`
	SLA            json.RawMessage `json:"sla,omitempty"`
	Source         string          `json:"source,omitempty"` // the YAML
}

// FlowOf returns what is shown of a flow: neither the keys of its triggers and the variables that they are made of, nor the secrets that m
// masks, nor the defaults of its inputs of type SECRET.
func FlowOf(f *flow.Flow, revision int, m *mask.Mask) (Flow, error) {
	source := f.WithoutKeys()
	docs, err := yaml.Parse(source, 1, func(int) error { return nil })
	if err != nil || len(docs) == 0 { // never: it was loaded
		return Flow{}, fmt.Errorf("source of flow %s/%s: %w", f.Namespace, f.ID, err)
	}
	members := value.NewMap(0)
	if v, err := new(yaml.Converter).Value(docs[0]); err != nil {
		return Flow{}, fmt.Errorf("source of flow %s/%s: %w", f.Namespace, f.ID, err)
	} else if v.Kind() == value.KindMap {
		members = v.Map()
	}
	h := &hider{mask: m}
	h.secrets = append(secretDefaults(members), keyVariables(f)...)
	h.mask = h.mask.With(h.secrets)
	member := func(names ...string) json.RawMessage {
		for _, name := range names {
			if v, ok := members.Get(name); ok {
				return h.value(v)
			}
		}
		return nil
	}
	beside := &hider{mask: h.mask, secrets: h.secrets} // of what is not taken from the source without keys
	for _, t := range f.Triggers {
		beside.secrets = append(beside.secrets, t.Text("key"))
	}
	beside.mask = beside.mask.With(beside.secrets)
	shown := Flow{
		ID: f.ID, Namespace: f.Namespace, Revision: revision, Description: beside.text(f.Description), Disabled: f.Disabled,
		Inputs: member("inputs"), Outputs: member("outputs"), Variables: member("variables"),
		Tasks: member("tasks"), Errors: member("errors"), Finally: member("finally"), AfterExecution: member("afterExecution"),
		Triggers: member("triggers"), PluginDefaults: member("pluginDefaults", "taskDefaults"),
		Concurrency: member("concurrency"), Retry: member("retry"), SLA: member("sla"),
	}
	if len(f.Labels) > 0 {
		shown.Labels = beside.labels(f.Labels)
	}
	if slices.ContainsFunc(h.secrets, func(s string) bool { return h.mask.Text(s) == s }) { // too short to be found in a text
		shown.Source = mask.Stars
	} else {
		shown.Source = h.mask.Text(string(source))
	}
	return shown, nil
}

// secretDefaults returns the texts that are defaults of inputs of type SECRET, of Pauses as well.
func secretDefaults(members *value.Map) (secrets []string) {
	var walk func(v value.Value)
	walk = func(v value.Value) {
		switch v.Kind() {
		case value.KindList:
			for i := range v.List().Len() {
				walk(v.List().At(i))
			}
		case value.KindMap:
			kind, _ := v.Map().Get("type")
			secret := kind.Kind() == value.KindString && kind.Str() == string(flow.TypeSecret)
			for name, member := range v.Map().All() {
				switch text := value.JSON(member); {
				case !secret || name != "defaults" && name != "prefill":
					walk(member)
				case member.IsNull() || text == `""`:
				case member.Kind() == value.KindString:
					secrets = append(secrets, member.Str())
				default:
					secrets = append(secrets, text)
				}
			}
		default:
		}
	}
	walk(value.FromMap(members))
	return secrets
}
