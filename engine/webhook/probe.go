package webhook

import (
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Some senders ask by HEAD whether a URL is there before they take it, and want a 200: Trello does when its webhooks are made. It
// starts nothing, so conditions are not asked; without the property the answer is 405, as to any method that fires nothing.

func probeProperty() flow.Property {
	return flow.Property{
		Name: "probe", Type: flow.Boolean, Default: "false", Extension: true,
		Summary: "Answer HEAD with 200 and start nothing, for senders that ask so whether the URL is there.",
	}
}

// Probes reports whether a request of this method asks no more than whether the webhook is there, and its trigger tells.
func (t *Trigger) Probes(method string) bool { return t.probe && method == http.MethodHead }

// Present returns the answer to a probe.
func Present() Response { return Response{Status: http.StatusOK, Outcome: OutcomeProbe} }
