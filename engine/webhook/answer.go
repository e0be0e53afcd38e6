package webhook

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const (
	jsonType = "application/json"
	textType = "text/plain; charset=utf-8"
)

// Message returns an answer with a JSON message.
func Message(status int, outcome Outcome, message string) Response {
	body := append([]byte(`{"message":`), value.AppendJSON(nil, value.String(message))...)
	return Response{Status: status, ContentType: jsonType, Body: append(body, '}'), Outcome: outcome}
}

// notFound is the one body of every failure that can be reached without the right key.
var notFound = Message(http.StatusNotFound, OutcomeUnknown, "Not Found: Webhook not found")

// NotFound returns the answer to what no trigger matches.
func NotFound(outcome Outcome) Response {
	r := notFound
	r.Outcome = outcome
	return r
}

// Unavailable returns the answer to a request that may be sent again in this many seconds.
func Unavailable(outcome Outcome, message string, seconds int) Response {
	r := Message(http.StatusServiceUnavailable, outcome, "Service Unavailable: "+message)
	r.RetryAfter = seconds
	return r
}

// Disabled returns the answer to the right key of a webhook that is switched off.
func Disabled(what string) Response {
	return Message(http.StatusConflict, OutcomeDisabled, "Illegal state: Cannot execute a disabled "+what)
}

// BadInputs returns the answer to a request that gives no inputs with which the flow can run. The message is one for the caller.
func BadInputs(message string) Response {
	return Message(http.StatusUnprocessableEntity, OutcomeInputs, "Invalid entity: "+message)
}

// Failed returns the answer to a request that this program failed on.
func Failed() Response {
	return Message(http.StatusInternalServerError, OutcomeFailed, "Internal Server Error")
}

// Unmet returns the answer to a request whose conditions do not hold.
func Unmet(outcome Outcome) Response {
	return Response{Status: http.StatusNoContent, Outcome: outcome}
}

// Accepted returns the answer that carries an execution as it is now: Kestra's WebhookResponse, with its members in Kestra's
// order. Its body is in room if that is large enough.
func Accepted(room []byte, status int, outcome Outcome, s *execution.State, baseURL string) Response {
	return Response{
		Status:      status,
		ContentType: jsonType,
		Body:        appendWebhookResponse(slices.Grow(room[:0], len(s.Trigger.Variables.JSON)+768), s, baseURL),
		Outcome:     outcome,
		ExecutionID: s.ID,
	}
}

// Again returns r as the answer to a delivery that came before.
func (r Response) Again() Response {
	r.Outcome, r.Replayed = OutcomeReplayed, true
	return r
}

// Forgotten returns the answer to a delivery that came before and whose execution is not kept any more.
func Forgotten(id string) Response {
	r := Message(http.StatusOK, OutcomeReplayed, "OK: delivered before, and the execution is not kept any more")
	r.ExecutionID = id
	return r.Again()
}

// AnswerSize returns about how many bytes the answer takes that carries an execution without outputs.
func AnswerSize(s *execution.State) int64 {
	size := int64(len(s.Trigger.Variables.JSON)) + 768
	for _, l := range s.Labels {
		size += value.SizeJSON(value.String(l.Key)) + value.SizeJSON(value.String(l.Value)) + 24
	}
	return size
}

// OutputsSize returns about how many bytes the outputs of an execution take in an answer.
func OutputsSize(s *execution.State) int64 {
	size := 2 * int64(len(s.Outputs.JSON))
	if len(s.Runs) == 1 && s.Runs[0].TaskID == flow.HandOnID {
		size += 3 * int64(len(s.Runs[0].Outputs.JSON))
	}
	return size
}

// Ended returns the answer to a caller that waited for an execution which has ended. scope has the variables of responseCode; nil if there
// is none, or it is not known what they were. A trigger that [Trigger.HasResponse] is answered by that, if they are known.
// The error says that responseCode is not a valid status; the response is then 500.
func (t *Trigger) Ended(s *execution.State, scope *pebble.Context, baseURL string) (Response, error) {
	if t.HasResponse() {
		return responseUnknown(s), nil
	}
	status, err := renderStatus(t.responseCode, scope, statusOf(s))
	r := Response{Status: status, Outcome: OutcomeEnded, ExecutionID: s.ID}
	if !r.HasBody() {
		return r, err
	}
	switch t.answer {
	case answerExecution:
		r = Accepted(nil, status, OutcomeEnded, s, baseURL)
	case answerOutputs:
		r.ContentType, r.Body = jsonType, outputsJSON(s)
	case answerText:
		if r.Body = outputsText(s); len(r.Body) > 0 {
			r.ContentType = textType
		}
	}
	return r, err
}

// statusOf returns the status of the answer where nothing else sets one: 500 for FAILED, else 200.
func statusOf(s *execution.State) int {
	if s.Status() == execution.Failed {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// renderStatus returns the status that a template renders to, or the other one if it renders to none or is not there. With an error
// it is 500.
func renderStatus(t *pebble.Template, scope *pebble.Context, otherwise int) (int, error) {
	if t == nil || scope == nil {
		return otherwise, nil
	}
	text, err := t.Render(scope)
	if err != nil {
		return http.StatusInternalServerError, err
	}
	switch code, err := parseResponseCode(text); {
	case err != nil:
		return http.StatusInternalServerError, err
	case code != 0:
		return code, nil
	default:
		return otherwise, nil
	}
}

// parseResponseCode reads a rendered responseCode as Kestra does: as a JSON number without its fraction, so 201.5 is 201. It
// returns 0 for a blank text and for null, which mean that the trigger sets no status. The cases "responseCode …" of
// tests/conformance/testdata/09-wait.json are recorded from Kestra.
func parseResponseCode(text string) (int, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "null" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !json.Valid([]byte(text)) {
		return 0, errors.New("is no number")
	}
	if n = math.Trunc(n); n < 200 || n > 599 {
		return 0, errors.New("is no status from 200 to 599")
	}
	return int(n), nil
}

func outputsJSON(s *execution.State) []byte {
	if len(s.Outputs.JSON) == 0 {
		return []byte("{}")
	}
	return s.Outputs.JSON
}

// outputsText returns the outputs as text: the one string output bare, none as nothing, any others as JSON.
func outputsText(s *execution.State) []byte {
	v, err := value.DecodeJSON(outputsJSON(s))
	outputs := v.Map()
	switch {
	case err != nil || outputs.Len() == 0:
		return nil
	case outputs.Len() == 1 && outputs.At(0).Kind() == value.KindString:
		return []byte(outputs.At(0).Str())
	default:
		return s.Outputs.JSON
	}
}
