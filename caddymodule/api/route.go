package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The prefixes of Kestra's API, without its tenant and with the only one there is.
const (
	prefix     = "/api/v1/"
	prefixMain = "/api/v1/main/"
)

// endpoint answers a call.
type endpoint func(c *call) error

// route is an endpoint with its method and its path below a prefix, in which {} stands for any segment.
type route struct {
	method string
	path   string
	answer endpoint
	quiet  bool // of actions: the answer has no body; else it is the execution
}

// routes are those of the API. The first one that fits counts.
var routes = []route{
	{method: http.MethodGet, path: "executions", answer: listOfFlow},
	{method: http.MethodGet, path: "executions/search", answer: searchExecutions},
	{method: http.MethodGet, path: "executions/{}", answer: showExecution},
	{method: http.MethodGet, path: "executions/{}/follow", answer: followExecution},
	{method: http.MethodDelete, path: "executions/{}/kill", answer: killExecution, quiet: true},
	{method: http.MethodPost, path: "executions/{}/resume", answer: resumeExecution, quiet: true},
	{method: http.MethodPost, path: "executions/{}/resume-from-breakpoint", answer: passBreakpoint, quiet: true},
	{method: http.MethodPost, path: "executions/{}/restart", answer: restartExecution},
	{method: http.MethodPost, path: "executions/{}/replay", answer: replayExecution},
	// As Kestra 2.0 has them.
	{method: http.MethodDelete, path: "executions/{}/actions/kill", answer: killExecution},
	{method: http.MethodPost, path: "executions/{}/actions/resume", answer: resumeExecution},
	{method: http.MethodPost, path: "executions/{}/actions/resume-from-breakpoint", answer: passBreakpoint},
	{method: http.MethodPost, path: "executions/{}/actions/restart", answer: restartExecution},
	{method: http.MethodPost, path: "executions/{}/actions/replay", answer: replayExecution},
	{method: http.MethodGet, path: "logs/search", answer: nil}, // not here, and no execution either
	{method: http.MethodGet, path: "logs/{}", answer: showLogs},
	{method: http.MethodGet, path: "flows/search", answer: searchFlows},
	{method: http.MethodGet, path: "flows/{}/{}", answer: showFlow},
}

// Route is an endpoint that a request is for, with the variable segments of its URL.
type Route struct {
	route    *route
	segments []string
	allow    string // the methods of the path, if the request has another one
}

// Find returns the endpoint that a request is for. False: its URL is none of this API's; those of webhooks never are.
func Find(r *http.Request) (Route, bool) {
	path := r.URL.EscapedPath()
	if webhook.IsURL(path) {
		return Route{}, false
	}
	rest, ok := strings.CutPrefix(path, prefixMain)
	if !ok {
		if rest, ok = strings.CutPrefix(path, prefix); !ok {
			return Route{}, false
		}
	}
	segments := strings.Split(rest, "/")
	for i, segment := range segments {
		var err error
		if segments[i], err = url.PathUnescape(segment); err != nil || segment == "" {
			return Route{}, false
		}
	}
	var other *route
	for i := range routes {
		found := &routes[i]
		variable, ok := fits(found.path, segments)
		switch {
		case !ok:
		case found.answer == nil:
			return Route{}, false
		case found.method == r.Method || found.method == http.MethodGet && r.Method == http.MethodHead:
			return Route{route: found, segments: variable}, true
		case other == nil:
			other = found
		}
	}
	if other == nil {
		return Route{}, false
	}
	return Route{route: other, allow: other.method}, true
}

// fits returns the segments that stand for the variable ones of a path.
func fits(path string, segments []string) (variable []string, ok bool) {
	wanted := strings.Split(path, "/")
	if len(wanted) != len(segments) {
		return nil, false
	}
	for i, segment := range segments {
		switch wanted[i] {
		case "{}":
			variable = append(variable, segment)
		case segment:
		default:
			return nil, false
		}
	}
	return variable, true
}
