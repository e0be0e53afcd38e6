package http

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// logs is what is logged of requests and answers.
type logs struct {
	sentHeaders, sentBody, headers, body bool
}

// logsOf returns what options say; m may be nil.
func logsOf(m *flow.Members) logs {
	if m == nil {
		return logs{}
	}
	if m.Has("logs") {
		var names []string
		for _, name := range m.Value("logs").List().All() {
			names = append(names, name.Str())
		}
		has := func(i int) bool { return slices.Contains(names, logNames[i]) }
		return logs{has(0), has(1), has(2), has(3)}
	}
	switch m.Text("logLevel") {
	case "ALL", "TRACE":
		return logs{true, true, true, true}
	case "DEBUG":
		return logs{sentHeaders: true, headers: true}
	case "INFO":
		return logs{headers: true}
	default:
		return logs{}
	}
}

// exchange logs a request and its answer.
func (l logs) exchange(c *task.Context, e *task.HTTPExchange, sent content) {
	uri := hideKey(e.URL)
	if l.sentHeaders {
		c.Log.Log(task.Debug, fmt.Sprintf("request:\n    method: %s\n    uri: %s", e.Method, uri))
		c.Log.Log(task.Debug, "request headers:"+headerLines(e.Sent))
	}
	if l.sentBody && sent.text != "" {
		c.Log.Log(task.Trace, "request payload:\n    "+sent.text)
	}
	if l.headers {
		c.Log.Log(task.Debug, "response:\n    reason: "+e.Reason)
		c.Log.Log(task.Debug, "response headers:"+headerLines(e.Received))
	}
	c.Log.Log(task.Debug, fmt.Sprintf("Request '%s' from '%s' with the response code '%d'", uri, server(e), e.Code))
}

// payload logs the body of an answer.
func (l logs) payload(c *task.Context, text string) {
	if l.body && text != "" {
		c.Log.Log(task.Trace, "response payload:\n    "+text)
	}
}

// server returns the name and the address of a server as Java writes them.
func server(e *task.HTTPExchange) string {
	u, err := url.Parse(e.URL)
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		return "/" + e.Remote
	}
	return u.Hostname() + "/" + e.Remote
}

// secretHeaders say who asks; a log does not show them.
var secretHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// headerLines returns headers as lines, in the order of their names.
func headerLines(h http.Header) string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	var out strings.Builder
	for _, name := range names {
		for _, v := range h[name] {
			if slices.Contains(secretHeaders, http.CanonicalHeaderKey(name)) {
				v = "******"
			}
			out.WriteString("\n    " + name + ": " + headerText(v))
		}
	}
	return out.String()
}
