package webhook

import (
	"net/http"
	"slices"
	"strings"
)

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut}

// Methods returns the methods that fire webhooks.
func Methods() []string { return slices.Clone(methods) }

// Fires reports whether a request of this method fires webhooks. Methods are compared exactly: HEAD does not count as
// GET, nor does `get`.
func Fires(method string) bool { return slices.Contains(methods, method) }

// MethodNotAllowed returns the answer to any method that does not fire webhooks.
func MethodNotAllowed() Response {
	r := Message(http.StatusMethodNotAllowed, OutcomeMethod, "Method Not Allowed: webhooks take GET, POST and PUT")
	r.Allow = strings.Join(methods, ", ")
	return r
}
