package caddymodule

import (
	"slices"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// compiledSite is a site over the flows of one time: those that the configuration was loaded with, or of a later edit.
type compiledSite struct {
	*engine.Site

	set     *flow.Set
	secrets *engine.Secrets
	found   flow.Diagnostics // about the site and its triggers
}

// compile makes the site over a set, with secrets.
func (h *Handler) compile(set *flow.Set, secrets *engine.Secrets) (*compiledSite, error) {
	options := h.options
	options.Secrets = secrets
	site, found, err := engine.NewSite(set, options)
	if err != nil {
		return nil, err
	}
	return &compiledSite{site, set, secrets, found}, nil
}

// is reports whether the site is one over the same flows, with the same secrets.
func (s *compiledSite) is(set *flow.Set, secrets *engine.Secrets) bool {
	return s.secrets == secrets && slices.Equal(slices.Collect(s.set.All()), slices.Collect(set.All()))
}

// serve makes requests that come from now on go to a site. Those under way end with the one before.
func (h *Handler) serve(s *compiledSite) {
	before := h.compiled.Swap(s)
	if s.Len() == 0 && (before == nil || before.Len() > 0) {
		h.logger.Warn("no flow of this site has a webhook trigger that can fire, so every webhook URL is unknown",
			zap.Strings("flow_dirs", h.FlowDirs), zap.Strings("namespaces", h.Namespaces))
	}
}
