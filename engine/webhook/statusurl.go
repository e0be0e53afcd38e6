package webhook

import (
	"net/http"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// statusSegment stands in a status URL where others have the key: `{namespace}/{flowId}/-/{token}`. A key has no segment behind it.
const statusSegment = "-"

// ParseStatusURL splits the escaped path of the status URL of an execution, as [ParseURL] splits that of a webhook. The target has no key.
func ParseStatusURL(escapedPath string) (t Target, token string, ok bool) {
	_, rest := cutPrefix(escapedPath)
	segments := strings.SplitN(rest, "/", 5)
	if len(segments) != 4 || !unescapeAll(segments) || segments[2] != statusSegment {
		return Target{}, "", false
	}
	return Target{Namespace: segments[0], FlowID: segments[1]}, segments[3], true
}

// StatusPath returns the escaped path of the status URL with a token, for the answer to a request with the escaped path of a webhook or of a
// status URL. original is what the client has sent: where rewrites have left the end of that as it is, the status URL begins like it.
func StatusPath(original, path, token string) string {
	prefix, rest := cutPrefix(path)
	if begin, ok := strings.CutSuffix(original, "/"+rest); ok && !strings.HasPrefix(original, "//") { // which would begin with a host
		prefix = begin + "/"
	}
	namespace, rest, _ := strings.Cut(rest, "/")
	flowID, _, _ := strings.Cut(rest, "/")
	return prefix + namespace + "/" + flowID + "/" + statusSegment + "/" + token
}

// StatusWait returns how long a request to a status URL wants to wait for the end of the execution, by its parameter `wait`; not at all
// without one.
func (r *Request) StatusWait() (time.Duration, error) {
	for pair := range strings.SplitSeq(r.RawQuery, "&") {
		if name, text, _ := strings.Cut(pair, "="); unescape(name) == "wait" {
			return flow.ParseDuration(unescape(text))
		}
	}
	return 0, nil
}

// StatusMethodNotAllowed returns the answer to any method but GET of the status URL of an execution, as [MethodNotAllowed] does.
func StatusMethodNotAllowed(method string) Response {
	r := Response{Status: http.StatusMethodNotAllowed, Outcome: OutcomeMethod}
	if method != http.MethodOptions && method != http.MethodHead {
		r = Message(r.Status, r.Outcome, "Method Not Allowed: the status of an execution takes GET")
	}
	r.Allow = http.MethodGet
	return r
}
