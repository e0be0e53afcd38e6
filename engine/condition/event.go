package condition

import (
	"sync/atomic"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/cel"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// Event is what conditions look at: one request. It is made once per request, and asked by one condition after the other.
type Event struct {
	// Pebble holds the variables that the expressions of the flow see: trigger {body, headers, parameters, formFields},
	// flow, vars and so on. CEL reads the same values.
	Pebble *pebble.Context

	Flow   *flow.Flow          // of the execution that the request may start
	Labels func() []flow.Label // that the execution has by now; called only by conditions over labels

	Method     string
	Path       func() string // with the key replaced; called only by conditions that name it; nil: there is none
	URL        func() string // the path and the query, likewise
	RemoteAddr string

	// RawBody returns the body as text, before it was read as JSON. It is called only by conditions that name it; nil
	// means that there is no body.
	RawBody func() string

	Now      time.Time // the time of the request, the same for all its conditions
	Work     Work      // what its conditions have done; they have a budget together, so that many cannot do what one may not
	Deadline time.Time // a backstop: what has not been answered by then is [ReasonBusy]; the zero time means none

	seen cel.Request // see request
}

// request returns the event as CEL sees it.
func (e *Event) request() *cel.Request {
	if e.seen.Vars == nil {
		e.seen = cel.Request{
			Vars: e.Pebble.Vars, Method: e.Method, Path: e.Path, URL: e.URL, RemoteAddr: e.RemoteAddr, RawBody: e.RawBody, Now: e.Now,
			Namespace: e.Pebble.Namespace, Secrets: e.Pebble.Secrets, Memory: e.Pebble.Memory, Work: &e.Work, Deadline: e.Deadline,
		}
	}
	return &e.seen
}

// requestWork is how many units all conditions of one request may do together.
const requestWork = 4 * cel.MaxWork

// Work counts what the conditions of one request have done so far. Its zero value has done nothing.
type Work struct{ done atomic.Int64 }

// Take reports whether the conditions of the request may do that many units more.
func (w *Work) Take(units int) bool { return w.done.Add(int64(units)) <= requestWork }
