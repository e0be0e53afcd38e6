package handon

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// ran is what an answer says of the execution that was started behind.
type ran struct {
	Whether   bool // there is one, whatever the status says
	ID, State string
}

// ran reads an answer. The status of one who waits is that of the execution: 500 of one that has failed, and whatever responseCode says.
// Sent again, it would run again.
func (h *handOn) ran(a *task.UpstreamAnswer) ran {
	v, err := value.DecodeJSON(a.Body)
	if err == nil && v.Kind() == value.KindMap {
		text := func(m *value.Map, name string) string {
			got, _ := m.Get(name)
			return got.Str()
		}
		m := v.Map()
		id, state := text(m, "id"), m
		if got, ok := m.Get("state"); ok && got.Kind() == value.KindMap {
			state = got.Map()
		}
		if id != "" && text(m, "namespace") == h.flow.Namespace && text(m, "flowId") == h.flow.ID {
			return ran{true, id, text(state, "current")}
		}
	}
	return ran{Whether: h.gaveOutputs(a, v)}
}

// gaveOutputs reports whether an answer is the outputs of an execution: those of one that has failed are an empty 500. Errors of Kestra's
// server have links. Those of proxies have other statuses than 500, which a flow answers with that has a responseCode alone.
func (h *handOn) gaveOutputs(a *task.UpstreamAnswer, body value.Value) bool {
	at := slices.IndexFunc(h.flow.Triggers, func(t *flow.Component) bool { return t.ID == a.Trigger })
	if at < 0 {
		return false
	}
	trigger := h.flow.Triggers[at]
	switch {
	case !trigger.Bool("wait") || !trigger.Bool("returnOutputs"):
		return false
	case a.Code != http.StatusInternalServerError && !trigger.Has("responseCode"):
		return false
	case len(bytes.TrimSpace(a.Body)) == 0:
		return true
	case trigger.Text("responseContentType") == "text/plain" && strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain"):
		return true
	default:
		return body.Kind() == value.KindMap && !body.Map().Has("_links")
	}
}

// outputs returns an answer as outputs.
func outputs(a *task.UpstreamAnswer, r ran) *value.Map {
	out := value.NewMap(6)
	out.Set("code", value.Int(int64(a.Code)))
	names := make([]string, 0, len(a.Header))
	for name := range a.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	headers := value.NewMap(len(names))
	for _, name := range names {
		texts := make([]string, len(a.Header[name]))
		for i, text := range a.Header[name] {
			texts[i] = strings.ToValidUTF8(text, "\ufffd")
		}
		headers.Set(name, value.Strings(texts))
	}
	out.Set("headers", value.FromMap(headers))
	if utf8.Valid(a.Body) {
		out.Set("body", value.String(string(a.Body)))
	} else {
		out.Set("bodyBase64", value.String(base64.StdEncoding.EncodeToString(a.Body)))
	}
	if a.Sealed != nil {
		out.Set("sealed", value.String(base64.StdEncoding.EncodeToString(a.Sealed)))
	}
	if r.ID != "" {
		out.Set("executionId", value.String(r.ID))
	}
	if r.State != "" {
		out.Set("state", value.String(r.State))
	}
	return out
}
