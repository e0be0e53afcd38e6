package webhook

import (
	"encoding/base64"
	"net/http"

	"golang.org/x/net/http/httpguts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// HandsOn reports whether a Kestra behind this server runs the flow.
func (t *Trigger) HandsOn() bool { return t.Flow != nil && t.Flow.HandedOn }

// HandedOn returns the answer to a caller that waited for an execution which handed the request on, and has ended: what the Kestra behind
// answered, with its status, type and body as they came, and its headers as far as flows may set them. Without an answer of it, it is the
// execution here.
func (t *Trigger) HandedOn(s *execution.State, allowed HeaderNames, tokens *Tokens, baseURL string) Response {
	for i := range s.Runs {
		if s.Runs[i].TaskID != flow.HandOnID {
			continue
		}
		outputs, err := value.DecodeJSON(s.Runs[i].Outputs.JSON)
		if r, ok := behindAnswer(outputs.Map(), s.ID, allowed, tokens); err == nil && ok {
			return r
		}
	}
	return Accepted(nil, statusOf(s), OutcomeEnded, s, baseURL)
}

// behindAnswer makes an answer of the outputs of the task that hands on; false: there is none in them.
func behindAnswer(outputs *value.Map, id string, allowed HeaderNames, tokens *Tokens) (Response, bool) {
	member := func(name string) value.Value {
		v, _ := outputs.Get(name)
		return v
	}
	r := Response{Status: int(member("code").Int()), Outcome: OutcomeEnded, ExecutionID: id}
	if r.Status < http.StatusOK || r.Status > 599 {
		return r, false
	}
	r.Body = []byte(member("body").Str())
	for name, open := range map[string]func([]byte) ([]byte, error){
		"bodyBase64": func(raw []byte) ([]byte, error) { return raw, nil },
		"sealed":     func(raw []byte) ([]byte, error) { return tokens.Unseal(id, raw) },
	} {
		if text := member(name).Str(); text != "" {
			raw, err := base64.StdEncoding.DecodeString(text)
			if err == nil {
				raw, err = open(raw)
			}
			if err != nil {
				return r, false
			}
			r.Body = raw
		}
	}
	for name, texts := range member("headers").Map().All() {
		for _, text := range texts.List().All() {
			switch {
			case !httpguts.ValidHeaderFieldValue(text.Str()):
			case name == "Content-Type":
				r.ContentType = text.Str()
			case name == "Server" || reserved(name) != "" || needsSite(name) && !allowed.has(name):
			default:
				if r.Header == nil {
					r.Header = make(http.Header)
				}
				r.Header[name] = append(r.Header[name], text.Str())
			}
		}
	}
	return r, true
}
