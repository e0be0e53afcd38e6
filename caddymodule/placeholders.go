package caddymodule

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// placeholders is how the names of all placeholders begin.
const placeholders = "http.kestra_webhook."

// setPlaceholders tells handlers and logs of the outcome. Those of an answer are one function, because few ever ask for them;
// what passes on has values, which a handler after this one may take away again.
func setPlaceholders(r *http.Request, response webhook.Response) {
	replacer, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if !ok {
		return
	}
	t := told{string(response.Outcome), response.ExecutionID, response.Namespace, response.FlowID}
	if response.Unmatched {
		for _, name := range []string{"outcome", "execution_id", "namespace", "flow"} {
			v, _ := t.placeholder(name)
			replacer.Set(placeholders+name, v)
		}
		return
	}
	replacer.DeleteByPrefix(placeholders)
	replacer.Map(func(name string) (any, bool) {
		name, ours := strings.CutPrefix(name, placeholders)
		if !ours {
			return nil, false
		}
		return t.placeholder(name)
	})
}

// told is what the placeholders of an answer say.
type told struct{ outcome, executionID, namespace, flow string }

func (t told) placeholder(name string) (any, bool) {
	switch name {
	case "outcome":
		return t.outcome, true
	case "execution_id":
		return t.executionID, true
	case "namespace":
		return t.namespace, true
	case "flow":
		return t.flow, true
	default:
		return nil, false
	}
}
