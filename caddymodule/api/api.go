package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Server is what a configuration has for the API.
type Server interface {
	// Flows returns the flows that are served.
	Flows() []Flow

	// Replay starts an execution that does anew what another one did which has ended, in one of the ways there are, and returns its id.
	Replay(ctx context.Context, id string, how engine.Replay) (string, error)

	// Stopping is closed when the configuration stops: whoever follows an execution is to ask again.
	Stopping() <-chan struct{}
}

// Flow is a flow that is served.
type Flow struct {
	*flow.Flow

	Revision int
}

// API answers requests.
type API struct {
	Server

	Namespaces []string   // that may be seen, as a site serves them; none: all
	Followers  *Followers // of the process
}

// call is a request, and what it is for.
type call struct {
	http.ResponseWriter

	api     *API
	engine  *engine.Engine
	request *http.Request
	route   Route
}

// Serve answers a request.
func (a *API) Serve(w http.ResponseWriter, r *http.Request, e *engine.Engine, route Route) {
	if route.allow != "" {
		w.Header().Set("Allow", route.allow)
		WriteError(w, http.StatusMethodNotAllowed, "Method Not Allowed: write "+route.allow)
		return
	}
	c := &call{w, a, e, r, route}
	if err := route.route.answer(c); err != nil {
		c.refuse(err)
	}
}

// sees reports whether what is in a namespace may be seen.
func (c *call) sees(namespace string) bool { return engine.Serves(c.api.Namespaces, namespace) }

// execution returns the execution that the URL names.
func (c *call) execution() (*execution.State, error) {
	s, err := c.engine.Get(c.request.Context(), c.route.segments[0])
	if err == nil && !c.sees(s.Namespace) {
		err = engine.ErrNotFound
	}
	return s, err
}

// answer answers with a value as JSON.
func (c *call) answer(v any) error {
	text, err := engine.EncodeJSON(v)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, text)
	return nil
}

// page answers with a page of a list.
func (c *call) page(results []json.RawMessage, total int) {
	text := append([]byte(`{"results":[`), bytes.Join(asBytes(results), []byte(","))...)
	text = append(text, `],"total":`...)
	c.write(http.StatusOK, append(strconv.AppendInt(text, int64(total), 10), '}'))
}

func asBytes(texts []json.RawMessage) [][]byte {
	all := make([][]byte, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

func (c *call) write(status int, json []byte) {
	header(c.ResponseWriter, "application/json")
	c.Header().Set("Content-Length", strconv.Itoa(len(json)))
	c.WriteHeader(status)
	if c.request.Method != http.MethodHead {
		_, _ = c.Write(json) // who asked has gone, if it fails
	}
}

func header(w http.ResponseWriter, contentType string) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", contentType)
}
