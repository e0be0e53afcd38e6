package webhook

import (
	"context"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// maxRespond is how many answers a `respond` has at most: each asks something of every request.
const maxRespond = 32

// Respond is one answer of a trigger's `respond`: to requests for which nothing is run.
type Respond struct {
	Path      string // where it stands in the flow, as in triggers[0].respond[1]
	questions []Question
	answer    *customAnswer
}

func respondProperty() flow.Property {
	return flow.Property{
		Name: "respond", Type: flow.Objects, Extension: true,
		Summary: "Answers to requests that only ask whether the URL is right, such as Slack's `challenge`: the first whose `when` and " +
			"`conditions` hold is given, before the trigger's own conditions are asked, and nothing runs.",
		Properties: append([]flow.Property{
			{
				Name: "when", Type: flow.String, Dynamic: true, Condition: true,
				Summary: "For which requests: not when it renders to false, 0, -0 or nothing, or fails, which is logged.",
			},
			{Name: "conditions", Type: flow.Conditions, Summary: "For which requests, by conditions such as `cel`: all must hold."},
		}, answerProperties("200")...),
	}
}

// compileRespond returns the answers that the property has.
func compileRespond(c *flow.Component) ([]Respond, error) {
	objects := c.Objects("respond")
	switch {
	case c.Has("respond") && len(objects) == 0:
		return nil, c.Errorf("respond", "must not be empty")
	case len(objects) > maxRespond:
		return nil, c.Errorf("respond", "may have %d answers at most", maxRespond)
	}
	all := make([]Respond, 0, len(objects))
	for _, m := range objects {
		questions := questions(m)
		if len(questions) == 0 {
			return nil, m.Errorf("", "has no `when` and no `conditions`: it would answer every request, and the flow would never run")
		}
		answer, err := compileAnswer(m)
		if err != nil {
			return nil, err
		}
		all = append(all, Respond{m.Path, questions, answer})
	}
	return all, nil
}

// Respond returns the answers that the trigger has for requests for which nothing is run, in the order in which they are asked.
func (t *Trigger) Respond() []Respond {
	if t.own == nil {
		return nil
	}
	return t.own.respond
}

// Holds reports whether the answer is for a request. An error says that it could not be told, and so is not.
func (r *Respond) Holds(ctx context.Context, e *condition.Event) (bool, error) {
	unmet, err := unmetOf(ctx, r.questions, e)
	return unmet == nil, err
}

// Answer returns the answer. allowed is what the site allows. The error says why it cannot be made; it is 500 then.
func (r *Respond) Answer(c *pebble.Context, allowed HeaderNames, account Account) (Response, error) {
	response, err := r.answer.render(c, http.StatusOK, allowed, account)
	if err != nil {
		return Message(http.StatusInternalServerError, OutcomeError, "Internal Server Error: the answer could not be made"), err
	}
	response.Outcome = OutcomeResponded
	return response, nil
}
