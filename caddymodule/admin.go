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

// adminCall is a request to the API, and what it is about: the newest configuration that runs, and its engine.
type adminCall struct {
	http.ResponseWriter

	app     *App
	engine  *pooledEngine
	request *http.Request
	query   *parameters
}

// endpoint answers a request. It must look at the whole query.
type endpoint func(c *adminCall) error

// endpoints are those of the API by their patterns, as of [http.ServeMux].
func endpoints() map[string]endpoint {
	return map[string]endpoint{
		"GET /kestra/status":                                  showStatus,
		"GET /kestra/executions":                              listExecutions,
		"GET /kestra/executions/{id}":                         showExecution,
		"GET /kestra/executions/{id}/logs":                    showLogs,
		"POST /kestra/executions/{id}/kill":                   killExecution,
		"POST /kestra/executions/{id}/resume":                 resumeExecution,
		"POST /kestra/executions/{id}/replay":                 replayExecution,
		"POST /kestra/executions/{id}/resume-from-breakpoint": passBreakpoint,
		"POST /kestra/executions/{id}/restart":                restartExecution,
		"GET /kestra/triggers":                                listTriggers,
		"POST /kestra/flows/reload":                           reloadFlows,
		"POST /kestra/purge":                                  purgeExecutions,
		"POST /kestra/backup":                                 backUp,

		"POST /kestra/triggers/{namespace}/{flowId}/{triggerId}/enable":  toggleTrigger(true),
		"POST /kestra/triggers/{namespace}/{flowId}/{triggerId}/disable": toggleTrigger(false),
	}
}

// Routes implements [caddy.AdminRouter].
func (AdminAPI) Routes() []caddy.AdminRoute {
	known := http.NewServeMux()
	routes := make([]caddy.AdminRoute, 0, len(endpoints())+1)
	for pattern, answer := range endpoints() {
		known.Handle(pattern, http.NotFoundHandler())
		routes = append(routes, caddy.AdminRoute{Pattern: pattern, Handler: answer})
	}
	return append(routes, caddy.AdminRoute{Pattern: "/kestra/", Handler: unknownEndpoint{known}})
}

// ServeHTTP implements [caddy.AdminHandler].
func (answer endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) error {
	app, err := runningApp()
	if err != nil {
		return adminError(err)
	}
	if err := app.open(); err != nil {
		return adminError(err)
	}
	e, err := app.running()
	if err != nil {
		return adminError(err)
	}
	return adminError(answer(&adminCall{w, app, e, r, parametersOf(r)}))
}

// unknownEndpoint answers what no endpoint does.
type unknownEndpoint struct{ known *http.ServeMux }

// ServeHTTP implements [caddy.AdminHandler].
func (u unknownEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, Host: r.Host, URL: r.URL}
		if _, pattern := u.known.Handler(other); pattern != "" {
			w.Header().Set("Allow", method)
			return refuse(http.StatusMethodNotAllowed, fmt.Errorf("%s takes %s", r.URL.Path, method))
		}
	}
	return refuse(http.StatusNotFound, fmt.Errorf("there is no endpoint %s", r.URL.Path))
}

// errNotConfigured says that there is nothing to ask.
var errNotConfigured = errors.New("kestra is not in the running configuration: there is no kestra block, and no site has kestra_webhook or kestra_api")

// runningApp returns the app of the newest configuration that runs.
func runningApp() (*App, error) {
	app, err := caddy.ActiveContext().AppIfConfigured("kestra")
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNotConfigured, err)
	}
	return app.(*App), nil
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

// refuse gives an error the status of its answer.
func refuse(status int, err error) error { return caddy.APIError{HTTPStatus: status, Err: err} }

// badRequest is the error of a request that nothing can be done with.
func badRequest(err error) error { return refuse(http.StatusBadRequest, err) }

// adminError gives an error of the engine the status of its answer, in Caddy's own form.
func adminError(err error) error {
	status := http.StatusInternalServerError
	var refused caddy.APIError
	var input *flow.InputError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, engine.ErrNotFound), errors.Is(err, errNotConfigured), errors.As(err, new(*engine.NoRevisionError)):
		status = http.StatusNotFound
	case engine.Unfit(err):
		status = http.StatusConflict
	case engine.IsBusy(err), errors.Is(err, errReleased):
		status = http.StatusServiceUnavailable
	case errors.As(err, &input):
		status, err = http.StatusBadRequest, errors.New(input.Public())
	}
	return refuse(status, err)
}

// answer answers with a value as JSON.
func (c *adminCall) answer(v any) error {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	c.Header().Set("Content-Type", "application/json")
	_, _ = c.Write([]byte(text.String())) // who asked has gone, if it fails
	return nil
}

// Interface guards
var (
	_ caddy.AdminRouter  = AdminAPI{}
	_ caddy.AdminHandler = endpoint(nil)
	_ caddy.AdminHandler = unknownEndpoint{}
)
