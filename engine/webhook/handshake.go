package webhook

import "net/http"

// Handshake reports whether a request asks whether its sender may send events here. The question is that of the CloudEvents
// web hooks, section 4, "Abuse Protection" (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md), which
// Azure Event Grid asks before it sends anything.
func (r *Request) Handshake() bool { return r.Method == http.MethodOptions && r.origin() != "" }

// origin returns the sender that a handshake is about.
func (r *Request) origin() string { return r.Header.Get("Webhook-Request-Origin") }

// Consent returns the answer to a handshake with the right key of a trigger: its sender may send, at any rate. The key guards a webhook, and
// not the name that a sender gives itself, so every sender gets it. The URL that a sender may offer for a later answer is not
// called: nobody outside says which servers this one asks.
func Consent(t *Endpoint, r *Request) Response {
	origin := r.origin()
	if (Keys{r.Target.Key}).Redact(origin) != origin {
		origin = "*" // any sender: the answer holds no key
	}
	return Response{Status: http.StatusOK, Allow: t.allow(), AllowedOrigin: origin, Outcome: OutcomeHandshake}
}
