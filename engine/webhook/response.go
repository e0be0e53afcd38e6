package webhook

import "net/http"

// Outcome says in one word what became of a request; it is a label of metrics and a field of the access log.
type Outcome string

// The outcomes.
const (
	OutcomeFired     Outcome = "fired"     // 200: accepted, the caller does not wait
	OutcomeEnded     Outcome = "ended"     // wait: true, and the execution ended in time
	OutcomeTimeout   Outcome = "timeout"   // 202: it goes on without the caller
	OutcomeResponded Outcome = "responded" // answered by the trigger's `respond`, nothing was started
	OutcomeReplayed  Outcome = "replayed"  // the delivery came before: its first answer, nothing was started
	OutcomeStatus    Outcome = "status"    // what a status URL says of its execution: its answer, or 202
	OutcomeUnmet     Outcome = "unmet"     // 204: a condition does not hold
	OutcomeError     Outcome = "error"     // 204: a condition could not be evaluated; 500: an answer of `respond`
	OutcomeUnknown   Outcome = "unknown"   // 404, or the next handler
	OutcomeDisabled  Outcome = "disabled"  // 409
	OutcomeHandshake Outcome = "handshake" // 200: the sender may send, nothing was started
	OutcomeProbe     Outcome = "probe"     // 200: HEAD of a trigger that tells whether it is there, nothing was started
	OutcomeMethod    Outcome = "method"    // 405
	OutcomeLimited   Outcome = "limited"   // 429: the rate limit of the trigger is reached
	OutcomeUnsigned  Outcome = "unsigned"  // 401: the signature is missing or wrong
	OutcomeBody      Outcome = "body"      // 400, 408, 413 or 415: the body could not be read
	OutcomeInputs    Outcome = "inputs"    // 422: an input is missing or wrong
	OutcomeBusy      Outcome = "busy"      // 503: no capacity
	OutcomeStopping  Outcome = "stopping"  // 503: the server is going down
	OutcomeUnstored  Outcome = "unstored"  // 503: the store cannot keep the delivery
	OutcomeFailed    Outcome = "failed"    // 500: a fault of this program
	OutcomeMalformed Outcome = "malformed" // 404: the path is ours but of a wrong shape
)

// Response is what to answer. Its Body and its Header must not be changed.
type Response struct {
	Status      int
	ContentType string // empty: none
	Body        []byte
	Header      http.Header // others than those below, by canonical names; checked, nil: none
	Allow       string      // value of the header Allow; empty: none
	RetryAfter  int         // seconds, value of the header Retry-After; 0: none

	// Token is that of the status URL of the execution, where its answer can be had later: the header Location, see [StatusPath]. Empty: none.
	Token string

	// AllowedOrigin is the sender that a handshake consents to, value of the header WebHook-Allowed-Origin; empty: none.
	AllowedOrigin string

	// Replayed says that nothing was started, because the same delivery came before: the header Idempotent-Replayed.
	Replayed bool

	// Unmatched asks for the next handler: nothing matched and the site passes on what is unknown. Nothing was read.
	Unmatched bool

	Outcome     Outcome
	ExecutionID string // empty unless an execution was created
	Namespace   string // set, with FlowID, only when the key matched
	FlowID      string
}

// HasBody reports whether an answer with this status has a body, be it an empty one (RFC 9110 §15).
func (r *Response) HasBody() bool {
	return r.Status != http.StatusNoContent && r.Status != http.StatusResetContent && r.Status != http.StatusNotModified
}
