package webhook

import (
	"errors"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/nearest"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// inputSource says which part of a request fills inputs by their ids.
type inputSource string

const (
	fromNothing    inputSource = ""
	fromBody       inputSource = "body"
	fromForm       inputSource = "form"
	fromParameters inputSource = "parameters"
)

// GivesInputs reports whether the trigger gives inputs. Without, nothing is resolved and nothing is missing, as in Kestra: an
// execution has the defaults.
func (t *Trigger) GivesInputs() bool { return t.inputs != nil || t.inputsFrom != fromNothing }

// UnrenderedInputs returns what conditions see of what the trigger gives: members of the request as they came, and `inputs` as
// they are written. request is the variable `trigger`.
func (t *Trigger) UnrenderedInputs(request *value.Map) *value.Map {
	return t.withWritten(request, t.component.Value("inputs"))
}

// GivenInputs returns what the trigger gives, by the ids of inputs; request is the variable `trigger`. The error is a
// [*flow.InputError].
func (t *Trigger) GivenInputs(c *pebble.Context, request *value.Map) (*value.Map, error) {
	if t.inputs == nil {
		return t.fromRequest(request), nil
	}
	rendered, err := t.inputs.Render(c)
	if err != nil {
		id := ""
		if at, ok := errors.AsType[*pebble.PathError](err); ok && len(at.Path) > 0 {
			id, _ = at.Path[0].(string)
		}
		return nil, flow.RenderingError(id, err)
	}
	return t.withWritten(request, rendered), nil
}

// withWritten returns what the request gives, and what is written, which wins.
func (t *Trigger) withWritten(request *value.Map, written value.Value) *value.Map {
	given := t.fromRequest(request)
	for id, v := range written.Map().All() {
		given.Set(id, v)
	}
	return given
}

// fromRequest returns the members of the request that fill inputs. A null fills nothing, nothing that a request says fills a SECRET,
// and only a file that it brings a FILE.
func (t *Trigger) fromRequest(request *value.Map) *value.Map {
	given := value.NewMap(len(t.Flow.Inputs))
	if t.inputsFrom == fromNothing {
		return given
	}
	part, _ := request.Get(map[inputSource]string{fromBody: "body", fromForm: "formFields", fromParameters: "parameters"}[t.inputsFrom])
	for _, in := range t.Flow.Inputs {
		if !t.fillable(in) {
			continue
		}
		var v value.Value
		switch {
		case in.Type.Name == flow.TypeFile:
			v = uploaded(request, in.ID)
		case t.inputsFrom == fromBody:
			v = memberAt(part.Map(), in.ID)
		default:
			v = fieldValue(memberAt(part.Map(), in.ID), in.Type.Name)
		}
		if !v.IsNull() {
			given.Set(in.ID, v)
		}
	}
	return given
}

// fillable reports whether the request may fill an input by its name. A SECRET is not the caller's to give, nor is the URI of a FILE,
// because whoever knows one reads it; a form may bring the file itself.
func (t *Trigger) fillable(in *flow.Input) bool {
	return in.Type.Name != flow.TypeSecret && (in.Type.Name != flow.TypeFile || t.inputsFrom == fromForm) && in.Type.Item != flow.TypeFile
}

// fillsNot says what the request never fills.
func (t *Trigger) fillsNot() string {
	if t.inputsFrom == fromForm {
		return "no request fills a SECRET or a list of files"
	}
	return "no request fills a SECRET or a FILE; with `inputsFrom: form` a form may bring the file itself"
}

// uploaded returns the URI of the first file of a form that has a name; null when there is none.
func uploaded(request *value.Map, name string) value.Value {
	parts, _ := request.Get("parts")
	for _, part := range parts.List().All() {
		if of, _ := part.Map().Get("name"); of.Str() == name {
			uri, _ := part.Map().Get("uri")
			return uri
		}
	}
	return value.Null
}

// memberAt returns the member with an id, or the one that its dots lead to; null when there is none.
func memberAt(m *value.Map, id string) value.Value {
	if v, ok := m.Get(id); ok {
		return v
	}
	first, rest, dotted := strings.Cut(id, ".")
	if !dotted {
		return value.Null
	}
	v, _ := m.Get(first)
	return memberAt(v.Map(), rest)
}

// fieldValue returns what the texts of a field or parameter give an input of this type: all of them to a list, unless the only
// one is the JSON of a list. An empty text says nothing where it could not be the value.
func fieldValue(texts value.Value, typ flow.TypeName) value.Value {
	if texts.List().Len() != 1 {
		return texts // null when there is no such field
	}
	only := texts.List().At(0)
	isList := typ == flow.TypeArray || typ == flow.TypeMultiselect
	switch {
	case only.Str() == "" && typ != flow.TypeString && typ != flow.TypeEmail:
		return value.Null
	case isList && !strings.HasPrefix(strings.TrimSpace(only.Str()), "["):
		return texts
	default:
		return only
	}
}

// checkInputs warns of inputs that are given and not there, and of those that are there and nothing gives.
func (t *Trigger) checkInputs(warn func(property, message string)) {
	var lacking, unfillable []string
	ids := make([]string, len(t.Flow.Inputs))
	for i, in := range t.Flow.Inputs {
		ids[i] = in.ID
	}
	given, computed := t.checkWritten(ids, warn)
	for _, in := range t.Flow.Inputs {
		if !in.Required || in.HasDefault() || slices.Contains(given, in.ID) || computed || len(in.DependsOn) > 0 {
			continue
		}
		lacking = append(lacking, "`"+in.ID+"`")
		if !t.fillable(in) {
			unfillable = append(unfillable, "`"+in.ID+"`")
		}
	}
	switch {
	case t.inputsFrom != fromNothing && len(ids) == 0:
		warn("inputsFrom", "has no effect: the flow has no inputs")
	case t.inputsFrom != fromNothing && len(unfillable) > 0:
		warn("inputsFrom", "every request is answered with 422: nothing gives the required "+list(unfillable)+", and "+t.fillsNot())
	case t.inputsFrom != fromNothing || len(lacking) == 0:
	case t.inputs != nil:
		advice := "; write it here, or give it a default"
		if len(unfillable) < len(lacking) {
			advice = "; write it here, give it a default, or let `inputsFrom: body` take it from the request"
		}
		warn("inputs", "every request is answered with 422: nothing gives the required "+list(lacking)+advice)
	default:
		advice := "write `inputs`, or give it a default"
		if len(unfillable) < len(lacking) {
			advice = "let `inputsFrom: body` take it from the request, write `inputs`, or give it a default"
		}
		warn("", "nothing gives the required "+list(lacking)+", and tasks that read it fail: "+advice)
	}
}

// checkWritten warns of `inputs` that the flow does not have, and returns the ids that are written, and whether there may be more.
func (t *Trigger) checkWritten(ids []string, warn func(property, message string)) (given []string, computed bool) {
	for id := range t.component.Value("inputs").Map().All() {
		given = append(given, id)
		if strings.Contains(id, "{{") || strings.Contains(id, "{%") {
			computed = true
			continue
		}
		if slices.Contains(ids, id) {
			continue
		}
		message := "the flow has no input `" + id + "`"
		inside := slices.IndexFunc(ids, func(other string) bool { return strings.HasPrefix(other, id+".") })
		if near := nearest.Name(id, ids); inside >= 0 {
			message += "; write `" + ids[inside] + "`, with the dot"
		} else if near != "" {
			message += "; did you mean `" + near + "`?"
		}
		warn("inputs", message)
	}
	return given, computed
}

// list names inputs in a message, the first ones of many.
func list(names []string) string {
	const most = 5
	switch {
	case len(names) == 1:
		return "input " + names[0]
	case len(names) > most:
		return "inputs " + strings.Join(names[:most], ", ") + ", …"
	default:
		return "inputs " + strings.Join(names, ", ")
	}
}
