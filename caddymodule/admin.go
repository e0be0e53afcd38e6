package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func init() {
	caddy.RegisterModule(AdminAPI{})
}

// AdminAPI answers operators at Caddy's admin endpoint, below /kestra/, under Caddy's own rules for it: it listens locally unless told
// otherwise, checks origins, and asks remote clients for certificates. docs/admin.md describes it. It shows no key of a webhook and
// masks secrets.
type AdminAPI struct{}

// CaddyModule returns the Caddy module information.
func (AdminAPI) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "admin.api.kestra",
		New: func() caddy.Module { return new(AdminAPI) },
	}
}

// endpoint answers a request for what a configuration runs.
type endpoint func(app *App, w http.ResponseWriter, r *http.Request) error

// endpoints are those of the API by their patterns, as of [http.ServeMux].
func endpoints() map[string]endpoint {
	return map[string]endpoint{
		"GET /kestra/executions":              listExecutions,
		"GET /kestra/executions/{id}":         showExecution,
		"GET /kestra/executions/{id}/logs":    showLogs,
		"POST /kestra/executions/{id}/kill":   killExecution,
		"POST /kestra/executions/{id}/resume": resumeExecution,
	}
}

// Routes implements [caddy.AdminRouter].
func (AdminAPI) Routes() []caddy.AdminRoute {
	known := http.NewServeMux()
	routes := make([]caddy.AdminRoute, 0, len(endpoints())+1)
	for pattern, answer := range endpoints() {
		known.Handle(pattern, http.NotFoundHandler())
		routes = append(routes, caddy.AdminRoute{Pattern: pattern, Handler: caddy.AdminHandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
			app, err := runningApp()
			if err == nil {
				err = answer(app, w, r)
			}
			return adminError(err)
		})})
	}
	return append(routes, caddy.AdminRoute{Pattern: "/kestra/", Handler: unknownEndpoint{known}})
}

// unknownEndpoint answers what no endpoint does.
type unknownEndpoint struct{ known *http.ServeMux }

// ServeHTTP implements [caddy.AdminHandler].
func (u unknownEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, Host: r.Host, URL: r.URL}
		if _, pattern := u.known.Handler(other); pattern != "" {
			w.Header().Set("Allow", method)
			return caddy.APIError{HTTPStatus: http.StatusMethodNotAllowed, Err: fmt.Errorf("%s takes %s", r.URL.Path, method)}
		}
	}
	return caddy.APIError{HTTPStatus: http.StatusNotFound, Err: fmt.Errorf("there is no endpoint %s", r.URL.Path)}
}

// errNotConfigured says that there is nothing to ask.
var errNotConfigured = errors.New("kestra is not in the running configuration: no site has kestra_webhook")

// runningApp returns the app of the newest configuration that runs, which is open.
func runningApp() (*App, error) {
	app, err := caddy.ActiveContext().AppIfConfigured("kestra")
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNotConfigured, err)
	}
	return app.(*App), app.(*App).open()
}

// running returns the engine of a configuration that is open.
func (a *App) running() (*pooledEngine, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.engine == nil {
		return nil, a.err
	}
	return a.engine, nil
}

// requestError is the error of a request that nothing can be done with.
type requestError struct{ error }

// Unwrap returns what is wrong with it.
func (b requestError) Unwrap() error { return b.error }

// adminError gives an error the status of its answer, in Caddy's own form.
func adminError(err error) error {
	if err == nil {
		return nil
	}
	status := http.StatusInternalServerError
	var bad requestError
	var large *http.MaxBytesError
	var input *flow.InputError
	switch {
	case errors.Is(err, engine.ErrNotFound), errors.Is(err, errNotConfigured):
		status = http.StatusNotFound
	case errors.Is(err, engine.ErrEnded), errors.Is(err, engine.ErrNotPaused):
		status = http.StatusConflict
	case engine.IsBusy(err), errors.Is(err, errReleased):
		status = http.StatusServiceUnavailable
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	case errors.As(err, &input):
		status, err = http.StatusBadRequest, errors.New(input.Public())
	case errors.As(err, &bad):
		status = http.StatusBadRequest
	}
	return caddy.APIError{HTTPStatus: status, Err: err}
}

// writeAdmin answers with a value as JSON.
func writeAdmin(w http.ResponseWriter, v any) error {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(text.String())) // who asked has gone, if it fails
	return nil
}

// Interface guards
var (
	_ caddy.AdminRouter  = AdminAPI{}
	_ caddy.AdminHandler = unknownEndpoint{}
)
