package engine

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/secret"
)

// ReadSecrets reads secrets, as [secret.Read] does.
func ReadSecrets(sources []SecretSource, environ []string, before *Secrets) (*Secrets, error) {
	return secret.Read(sources, environ, before)
}

// Hide says which secrets are not shown from now on, beside those of signatures.
func (e *Engine) Hide(s *Secrets) { e.hidden.hide(s) }

// hidden is what an engine does not show: secrets, and those of the signatures of the sites that serve.
type hidden struct {
	mu         sync.Mutex
	secrets    *Secrets
	signatures []string
	masked     atomic.Pointer[mask.Mask]
}

func (h *hidden) hide(s *Secrets) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secrets = s
	h.masked.Store(s.Mask().With(h.signatures))
}

func (h *hidden) serve(sites []*Site) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.signatures = nil
	for _, s := range sites {
		h.signatures = append(h.signatures, s.SignatureSecrets()...)
	}
	slices.Sort(h.signatures)
	h.signatures = slices.Compact(h.signatures)
	h.masked.Store(h.secrets.Mask().With(h.signatures))
}

func (h *hidden) mask() *mask.Mask { return h.masked.Load() }
