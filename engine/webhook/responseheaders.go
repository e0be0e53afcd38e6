package webhook

import (
	"maps"
	"net/http"
	"strconv"
)

// SetHeaders sets the headers of the answer: all but Location, for which the URL of the request must be known, see [StatusPath]. h must
// have none of them yet.
func (r *Response) SetHeaders(h http.Header) {
	maps.Copy(h, r.Header)                                                         // what is set below cannot be among them
	values := [...]string{"nosniff", "no-store", r.ExecutionID, r.ContentType, ""} // one allocation for all
	h["X-Content-Type-Options"] = values[:1:1]                                     // the answer holds what the sender wrote
	h["Cache-Control"] = values[1:2:2]
	if r.ExecutionID != "" {
		h["X-Kestra-Execution-Id"] = values[2:3:3]
	}
	if r.Replayed {
		h.Set("Idempotent-Replayed", "true")
	}
	if r.Allow != "" {
		h.Set("Allow", r.Allow)
	}
	if r.AllowedOrigin != "" {
		h.Set("Webhook-Allowed-Origin", r.AllowedOrigin)
		h.Set("Webhook-Allowed-Rate", "*") // no limit
	}
	if r.Outcome == OutcomeBody && r.Status == http.StatusUnsupportedMediaType {
		h.Set("Accept-Encoding", Codings) // RFC 9110 §12.5.3
	}
	if r.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(r.RetryAfter))
	}
	if !r.HasBody() {
		return
	}
	h["Content-Type"] = nil // net/http is to guess none
	if r.ContentType != "" {
		h["Content-Type"] = values[3:4:4]
	}
	values[4] = strconv.Itoa(len(r.Body))
	h["Content-Length"] = values[4:]
}
