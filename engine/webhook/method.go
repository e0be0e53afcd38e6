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

// MethodNotAllowed returns the answer to a method that does not fire webhooks. t is the trigger of the URL; nil without the right
// key, with which alone the answer tells what the trigger takes, and has no body for OPTIONS and HEAD, which ask for none.
func MethodNotAllowed(t *Endpoint, method string) Response {
	if t != nil && (method == http.MethodOptions || method == http.MethodHead) {
		return Response{Status: http.StatusMethodNotAllowed, Allow: t.allow(), Outcome: OutcomeMethod}
	}
	r := Message(http.StatusMethodNotAllowed, OutcomeMethod, "Method Not Allowed: webhooks take GET, POST and PUT")
	r.Allow = t.allow()
	return r
}

// allow returns the value of the header Allow for a trigger; nil stands for any.
func (t *Endpoint) allow() string {
	all := strings.Join(methods, ", ")
	if t != nil && t.probe {
		all += ", " + http.MethodHead
	}
	return all
}
