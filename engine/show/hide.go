package show

import (
	"encoding/json"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// hider replaces the secrets in what is shown of one execution: those of the environment, wherever they stand, and the inputs of type
// SECRET. One of these that is too short to be looked for in texts is replaced where it is a whole text.
type hider struct {
	mask    *mask.Mask
	secrets []string
	known   bool // which inputs are secret
}

func newHider(s *execution.State, p *execution.Plan, m *mask.Mask) *hider {
	h := &hider{mask: m, known: p != nil}
	if p == nil {
		return h
	}
	h.add(p.Flow().Inputs, s.Inputs)
	for row := range s.Runs {
		if r := &s.Runs[row]; !r.Free() {
			if pause, ok := p.Node(r.Node).Task.Compiled.(task.Pause); ok {
				h.add(pause.Inputs(), resumed(r.Outputs))
			}
		}
	}
	h.mask = h.mask.With(h.secrets)
	return h
}

// add adds the values of the inputs that are secret.
func (h *hider) add(inputs []*flow.Input, given execution.Datum) {
	if !slices.ContainsFunc(inputs, func(in *flow.Input) bool { return in.Type.Name == flow.TypeSecret }) {
		return
	}
	if values, err := value.DecodeMembers(given.JSON); err == nil {
		h.secrets = append(h.secrets, flow.SecretsOf(inputs, values)...)
	}
}

// onResume is the output of a Pause that has the values of its inputs.
const onResume = "onResume"

func resumed(outputs execution.Datum) execution.Datum {
	members, _ := value.DecodeMembers(outputs.JSON)
	given, _ := members.Get(onResume)
	return execution.Datum{JSON: value.AppendJSON(nil, given)}
}

// datum returns a text of an execution; nil when there is none.
func (h *hider) datum(d execution.Datum) json.RawMessage {
	if len(d.JSON) == 0 {
		return nil
	}
	members, err := value.DecodeMembers(d.JSON)
	if err != nil { // never: it was made by this program
		return json.RawMessage(`"` + mask.Stars + `"`)
	}
	return h.value(value.FromMap(members))
}

// inputs returns the values of the inputs.
func (h *hider) inputs(d execution.Datum) json.RawMessage {
	if h.known || len(d.JSON) == 0 {
		return h.datum(d)
	}
	return h.withoutValues(d)
}

// outputs returns the outputs of a task run.
func (h *hider) outputs(r *execution.Run, p *execution.Plan) json.RawMessage {
	if p != nil || len(r.Outputs.JSON) == 0 {
		return h.datum(r.Outputs)
	}
	members, _ := value.DecodeMembers(r.Outputs.JSON)
	if !members.Has(onResume) {
		return h.datum(r.Outputs)
	}
	return h.withoutValues(r.Outputs)
}

// withoutValues returns the names in a text.
func (h *hider) withoutValues(d execution.Datum) json.RawMessage {
	members, _ := value.DecodeMembers(d.JSON)
	m := value.NewMap(members.Len())
	for name := range members.All() {
		m.Set(h.text(name), value.String(mask.Stars))
	}
	return value.AppendJSON(nil, value.FromMap(m))
}

func (h *hider) labels(labels []flow.Label) []Label {
	shown := make([]Label, len(labels))
	for i, l := range labels {
		shown[i] = Label{h.text(l.Key), h.text(l.Value)}
	}
	return shown
}

func (h *hider) text(text string) string {
	if text != "" && slices.Contains(h.secrets, text) {
		return mask.Stars
	}
	return h.mask.Text(text)
}

func (h *hider) value(v value.Value) json.RawMessage { return value.AppendJSON(nil, h.hide(v)) }

// hide returns a value whose texts, keys and numbers hold no secret.
func (h *hider) hide(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindNull, value.KindBool:
		return v
	case value.KindString:
		return value.String(h.text(v.Str()))
	case value.KindList:
		items := make([]value.Value, v.List().Len())
		for i := range items {
			items[i] = h.hide(v.List().At(i))
		}
		return value.ListOf(items...)
	case value.KindMap:
		m := value.NewMap(v.Map().Len())
		for key, member := range v.Map().All() {
			m.Set(h.text(key), h.hide(member))
		}
		return value.FromMap(m)
	default:
		if text := value.JSON(v); h.text(text) != text {
			return value.String(mask.Stars)
		}
		return v
	}
}
