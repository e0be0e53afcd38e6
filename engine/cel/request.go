package cel

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Request is what expressions look at. Several programs may look at one at once, and none changes it.
type Request struct {
	Vars *value.Map // trigger {body, headers, parameters, formFields}, flow and vars

	Method     string
	Path       func() string // with the key replaced; called only by expressions that name path; nil: there is none
	URL        func() string // the path and the query of the request, with the key replaced; likewise
	RemoteAddr string
	RawBody    func() string // the body as text; called only by expressions that name rawBody; nil: there is none
	Now        time.Time     // the time of the request

	Namespace string  // whose secrets secret and compareSecret read
	Secrets   Secrets // nil: there are none

	Memory   Memory    // nil: evaluations have no bound but their own
	Work     Work      // likewise
	Deadline time.Time // a long evaluation that is still running then is [ReasonBusy]; the zero time means none
}

// Secrets gives expressions the secrets of a namespace.
type Secrets interface {
	// Secret returns the secret with a name, and whether there is one.
	Secret(namespace, name string) (text string, found bool, err error)
}

// Memory is an account of bytes that evaluations share with others.
type Memory interface {
	// Take takes bytes from the account before they are allocated; an error says that it does not have them.
	Take(bytes int64) error
}

// Work is a budget of units of work that the evaluations of one request share.
type Work interface {
	// Take reports whether that many units more may be done.
	Take(units int) bool
}
