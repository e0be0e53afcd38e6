package caddymodule

import (
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// allowedHeaders returns the headers that the site allows in answers of its flows.
func (h *Handler) allowedHeaders() (webhook.HeaderNames, error) {
	var allowed webhook.HeaderNames
	for _, name := range h.AllowResponseHeaders {
		canonical, err := webhook.ParseHeaderName(name)
		if err != nil {
			return nil, fmt.Errorf("kestra_webhook: allow_response_headers: %w", err)
		}
		allowed = append(allowed, canonical)
	}
	return allowed, nil
}

// forbiddenHeaders returns the findings about flows whose answers set headers which a site that serves them does not allow. Without
// sites it is not known which one will, and they are warnings.
func forbiddenHeaders(set *flow.Set, handlers []*Handler, served []map[string]bool) (found flow.Diagnostics, err error) {
	allowed := make([]webhook.HeaderNames, len(handlers))
	for i, h := range handlers {
		if allowed[i], err = h.allowedHeaders(); err != nil {
			return nil, err
		}
	}
	for t := range webhook.Triggers(set) {
		if len(handlers) == 0 {
			if d := t.Forbidden(nil); d != nil {
				d.Severity = flow.SeverityWarning
				found = append(found, d)
			}
		}
		for i, h := range handlers {
			if !served[i][t.Flow.Source.Name] || !engine.Serves(h.Namespaces, t.Flow.Namespace) {
				continue
			}
			if d := t.Forbidden(allowed[i]); d != nil {
				found = append(found, d)
				break
			}
		}
	}
	return found, nil
}
