package caddymodule

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// adminList is a part of a list, and where the next part begins; 0 after the last.
type adminList[T any] struct {
	Results []T   `json:"results"`
	Next    int64 `json:"next"`
}

// listExecutions answers with executions, the newest first.
func listExecutions(app *App, w http.ResponseWriter, r *http.Request) error {
	e, err := app.running()
	if err != nil {
		return err
	}
	q, err := executionsQuery(r)
	if err != nil {
		return err
	}
	found, next, err := e.Summaries(r.Context(), q)
	if err != nil {
		return err
	}
	return writeAdmin(w, adminList[engine.Summary]{found, next})
}

func executionsQuery(r *http.Request) (q engine.Query, err error) {
	p := parametersOf(r)
	q = engine.Query{
		Namespace: p.text("namespace"), FlowID: p.text("flowId"), Unfinished: p.flag("unfinished"),
		Before: p.number("before", 1, maxNumber), Limit: int(p.number("limit", 1, engine.MaxListLimit)),
		Since: p.since("since", time.Now()),
	}
	for _, name := range p.texts("state") {
		status, ok := flow.ParseStatus(name)
		if !ok {
			p.wrong("state", "%q is no state of an execution, as FAILED is", name)
		}
		q.Statuses = append(q.Statuses, status)
	}
	return q, p.end()
}

// showExecution answers with an execution in Kestra's shape.
func showExecution(app *App, w http.ResponseWriter, r *http.Request) error {
	e, err := app.running()
	if err != nil {
		return err
	}
	if err := parametersOf(r).end(); err != nil {
		return err
	}
	found, err := e.Show(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return writeAdmin(w, found)
}

// killExecution ends an execution.
func killExecution(app *App, w http.ResponseWriter, r *http.Request) error {
	e, err := app.running()
	if err != nil {
		return err
	}
	if err := parametersOf(r).end(); err != nil {
		return err
	}
	if err := e.Kill(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// resumeExecution lets an execution go on that is paused. The body is a JSON object with the values of the inputs that its Pause asks
// for, or empty.
func resumeExecution(app *App, w http.ResponseWriter, r *http.Request) error {
	e, err := app.running()
	if err != nil {
		return err
	}
	if err := parametersOf(r).end(); err != nil {
		return err
	}
	body, err := readAdmin(w, r)
	if err != nil {
		return err
	}
	inputs, err := engine.DecodeInputs(body)
	if err != nil {
		return requestError{err}
	}
	return e.Resume(r.Context(), r.PathValue("id"), inputs)
}

// maxAdminBody is how long the body of a request to the API may be, in bytes.
const maxAdminBody = 1 << 20

func readAdmin(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAdminBody))
	if err != nil {
		return nil, requestError{fmt.Errorf("reading the body: %w", err)}
	}
	return body, nil
}
