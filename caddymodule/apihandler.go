package caddymodule

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/api"
	"github.com/caddy-kestra/kestra-webhook/engine"
)

func init() {
	caddy.RegisterModule(new(APIHandler))
}

// APIHandler answers the part of Kestra's HTTP API by which clients find, read, follow, kill, resume, restart and replay executions, and read logs
// and flows, at `/api/v1/` and `/api/v1/main/`. Every other request, those of webhooks included, goes to the next handler. It answers
// with 403 unless a handler before it, such as basic_auth, has authenticated a user.
type APIHandler struct {
	// The namespaces whose executions and flows may be seen and changed. A pattern is a namespace, or `a.b.*` for a.b and everything
	// below. Default: all that the process has, those of other sites included.
	Namespaces []string `json:"namespaces,omitempty"`

	// Whether requests are answered that nobody is authenticated for, of which something else must then keep strangers away. Default: false.
	Unauthenticated bool `json:"unauthenticated,omitempty"`

	logger *zap.Logger
	app    *App
	origin *http.CrossOriginProtection
}

// CaddyModule returns the Caddy module information.
func (*APIHandler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.kestra_api",
		New: func() caddy.Module { return new(APIHandler) },
	}
}

// Provision implements [caddy.Provisioner].
func (h *APIHandler) Provision(ctx caddy.Context) error {
	h.logger = ctx.Logger()
	if err := checkNamespaces(h.Namespaces); err != nil {
		return fmt.Errorf("kestra_api: %w", err)
	}
	module, err := ctx.App("kestra")
	if err != nil {
		return err
	}
	h.app = module.(*App)
	h.origin = http.NewCrossOriginProtection()
	if h.Unauthenticated {
		h.logger.Warn("kestra_api answers without authentication: whoever reaches this site sees executions, with what webhooks were sent, and changes them")
	}
	return nil
}

// crossSite reports whether a page of another site has made a browser send a request that changes something.
func (h *APIHandler) crossSite(r *http.Request) bool { return h.origin.Check(r) != nil }

// ServeHTTP answers requests of the API.
func (h *APIHandler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	route, ok := api.Find(r)
	if !ok {
		return next.ServeHTTP(w, r)
	}
	switch {
	case !h.Unauthenticated && !authenticated(r):
		api.WriteError(w, http.StatusForbidden, "Forbidden: nobody is authenticated: put basic_auth, forward_auth or the like before kestra_api")
		return nil
	case h.crossSite(r):
		api.WriteError(w, http.StatusForbidden, "Forbidden: a page of another site may change nothing")
		return nil
	}
	e, err := h.engine()
	if err != nil {
		h.logger.Error("a request of the API found no engine", zap.Error(err))
		w.Header().Set("Retry-After", strconv.Itoa(retryOpening))
		api.WriteError(w, http.StatusServiceUnavailable, "Service Unavailable: the server is not ready")
		return nil
	}
	server := &api.API{Server: apiServer{h.app}, Namespaces: h.Namespaces, Followers: &e.followers}
	server.Serve(w, r, e.Engine, route)
	return nil
}

// engine returns the engine of the configuration, which it opens if that has not been done.
func (h *APIHandler) engine() (*pooledEngine, error) {
	if err := h.app.open(); err != nil {
		return nil, err
	}
	return h.app.running()
}

// authenticated reports whether a handler before this one has authenticated a user.
func authenticated(r *http.Request) bool {
	replacer, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if !ok {
		return false
	}
	user, _ := replacer.GetString("http.auth.user.id")
	return user != ""
}

// apiServer is what a configuration has for the API. It implements [api.Server].
type apiServer struct{ app *App }

// Flows implements [api.Server].
func (s apiServer) Flows() []api.Flow {
	served := s.app.ServedFlows()
	flows := make([]api.Flow, len(served))
	for i, f := range served {
		flows[i] = api.Flow{Flow: f.Flow, Revision: f.Revision}
	}
	return flows
}

// Replay implements [api.Server].
func (s apiServer) Replay(ctx context.Context, id string, how engine.Replay) (string, error) {
	started, err := s.app.replay(ctx, id, how)
	return started.ID, err
}

// Stopping implements [api.Server].
func (s apiServer) Stopping() <-chan struct{} { return s.app.stopping }

// checkNamespaces returns what is wrong with patterns of namespaces.
func checkNamespaces(patterns []string) error {
	for _, pattern := range patterns {
		if name := strings.TrimSuffix(pattern, ".*"); name == "" || strings.Contains(name, "*") {
			return fmt.Errorf("namespaces: %q is neither a namespace, as in a.b, nor a.b.* for a.b and everything below", pattern)
		}
	}
	return nil
}

// Interface guards
var (
	_ caddy.Provisioner           = (*APIHandler)(nil)
	_ caddyhttp.MiddlewareHandler = (*APIHandler)(nil)
	_ api.Server                  = apiServer{}
)
