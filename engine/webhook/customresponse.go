package webhook

import (
	"fmt"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

func responseProperty() flow.Property {
	return flow.Property{
		Name: "response", Type: flow.Object, Extension: true, AtEnd: true,
		Summary:    "With wait: the whole answer, rendered when the execution has ended. Without a `body` it has none.",
		Properties: answerProperties("500 if the execution FAILED, else 200"),
	}
}

// ownAnswers are the answers that a flow describes itself. Few triggers have some, and the others hold nothing for them.
type ownAnswers struct {
	response *customAnswer // nil: an execution that has ended is answered as in Kestra
	respond  []Respond
}

// compileOwnAnswers returns nil when neither property is written.
func compileOwnAnswers(c *flow.Component) (*ownAnswers, error) {
	response, err := compileResponse(c)
	if err != nil {
		return nil, err
	}
	respond, err := compileRespond(c)
	if err != nil || response == nil && len(respond) == 0 {
		return nil, err
	}
	return &ownAnswers{response, respond}, nil
}

// compileResponse returns nil when the property is not written.
func compileResponse(c *flow.Component) (*customAnswer, error) {
	m := c.Object("response")
	if m == nil {
		return nil, nil //nolint:nilnil // the answer is one of Kestra's
	}
	for _, name := range []string{"returnOutputs", "responseContentType", "responseCode"} {
		if c.Has(name) {
			return nil, c.Errorf(name, "cannot stand beside `response`, which says what the whole answer is")
		}
	}
	return compileAnswer(m)
}

// HasResponse reports whether the trigger has a `response`, which makes the answer to a waiting caller.
func (t *Trigger) HasResponse() bool { return t.own != nil && t.own.response != nil }

// RendersAnswer reports whether expressions make the answer to a waiting caller, or its status.
func (t *Trigger) RendersAnswer() bool {
	return !t.HandsOn() && (t.responseCode != nil || t.HasResponse())
}

// Response returns the answer that the trigger's `response` gives a caller who waited for an execution which has ended. scope has
// its variables, allowed is what the site allows. The error says why the answer cannot be made; it is 500 then, and shows nothing of the
// execution: what callers see of that is for `response` to say.
func (t *Trigger) Response(s *execution.State, scope *pebble.Context, allowed HeaderNames, account Account) (Response, error) {
	r, err := t.own.response.render(scope, statusOf(s), allowed, account)
	if err != nil {
		r = Message(http.StatusInternalServerError, OutcomeEnded, "Internal Server Error: the answer could not be made")
		err = fmt.Errorf("response.%w", err)
	}
	r.Outcome, r.ExecutionID = OutcomeEnded, s.ID
	return r, err
}

// responseUnknown is the answer when the variables of `response` are not known any more.
func responseUnknown(s *execution.State) Response {
	status := statusOf(s)
	r := Message(status, OutcomeEnded, http.StatusText(status)+": the execution has ended, and its flow, which says what the answer is, is not known any more")
	r.ExecutionID = s.ID
	return r
}

// Forbidden returns the finding about an answer that sets a header which a site does not allow; nil: there is none. Headers whose names
// are expressions are looked at when they are sent.
func (t *Trigger) Forbidden(allowed HeaderNames) *flow.Diagnostic {
	if t.own == nil {
		return nil
	}
	if d := t.own.response.forbidden(allowed); d != nil {
		return d
	}
	for i := range t.own.respond {
		if d := t.own.respond[i].answer.forbidden(allowed); d != nil {
			return d
		}
	}
	return nil
}
