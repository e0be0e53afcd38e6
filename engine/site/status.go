package site

import (
	"context"
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Who has waited in vain gets the URL of the execution's status, and asks there for the answer. The token in it is all that it needs: the
// flow may have been edited, switched off or removed meanwhile, and the process have ended.

// retryRunning is after how many seconds to ask again for an execution that goes on.
const retryRunning = 1

// status answers a request to the status URL of an execution. Without one that the token opens here it returns false, and nothing tells
// the request from others that nothing matches.
func (s *Site) status(ctx context.Context, r *webhook.Request) (response webhook.Response, release func(), ok bool) {
	namespace, flowID := r.Target.Namespace, r.Target.FlowID
	id, ok := s.host.Tokens().Open(namespace, flowID, r.Token)
	if !ok || !Serves(s.options.Namespaces, namespace) {
		return response, nil, false
	}
	c := s.enter(call{request: r, claim: s.host.Admission().Claim(namespace + "/" + flowID)})
	err := guard.Do(c.logError, func() error {
		response, ok = c.status(ctx, id)
		return nil
	})
	if err != nil {
		c.broken, response = true, webhook.Failed()
	}
	if !ok {
		c.release()
		return response, nil, false
	}
	response.Namespace, response.FlowID = namespace, flowID
	if response.ExecutionID == "" {
		response.ExecutionID = c.kept
	}
	return response, c.room.release, true
}

// status answers a request to the status URL of an execution; false: there is no such one.
func (c *call) status(ctx context.Context, id string) (webhook.Response, bool) {
	if c.site.host.Exiting() {
		return unavailable(runner.ErrStopping), true
	}
	if err := c.claim.Take(c.request.Size()); err != nil {
		return unavailable(err), true
	}
	gets := c.request.Method == http.MethodGet
	wait, wrong := c.request.StatusWait()
	if !gets {
		wait = 0
	}
	s, ended, err := c.site.host.Runner().Join(ctx, id, c.now.Add(min(wait, c.site.options.WaitTimeout)))
	switch {
	case errors.Is(err, execution.ErrNotFound):
		return webhook.Response{}, false
	case err != nil:
		c.log().Error("the store could not read an execution", zap.String("execution", id), zap.Error(err))
		return webhook.Unavailable(webhook.OutcomeUnstored, "the execution could not be read", retryBusy), true
	}
	c.kept = id
	switch {
	case !gets:
		return webhook.StatusMethodNotAllowed(c.request.Method), true
	case wrong != nil:
		return webhook.Message(http.StatusBadRequest, webhook.OutcomeStatus, "Bad Request: wait "+wrong.Error()), true
	}
	if err := c.claim.Take(2 * webhook.AnswerSize(s)); err != nil { // with what was loaded
		return unavailable(err), true
	}
	response := c.statusOf(ctx, s, ended)
	if response.Outcome == webhook.OutcomeEnded || response.Outcome == webhook.OutcomeTimeout {
		response.Outcome = webhook.OutcomeStatus
	}
	return response, true
}

// statusOf answers with an execution as its wait would have done.
func (c *call) statusOf(ctx context.Context, s *execution.State, ended bool) webhook.Response {
	if !ended {
		return c.late(s)
	}
	t, f := c.began(ctx, s)
	if t == nil {
		t = new(webhook.Trigger) // which answers with the execution
	}
	var vars *scope.Execution
	if t.RendersAnswer() {
		c.served, c.trigger = &served{scope: f}, t
		c.equip(ctx)
		c.hide(s)
		vars = c.site.host.Runner().Variables(f, s)
	}
	return c.ended(ctx, t, s, vars)
}

// began returns the trigger by which an execution was started, and its flow, both as they were then; nil when that is not known any more.
func (c *call) began(ctx context.Context, s *execution.State) (*webhook.Trigger, *scope.Flow) {
	f, err := c.site.Flow(s.Namespace, s.FlowID), error(nil)
	if f == nil || f.Plan().Revision() != s.Revision {
		f, err = c.site.host.Former(ctx, c.site, s)
	}
	if err == nil {
		if t := startedBy(f, s.Trigger); t != nil {
			return t, f
		}
	}
	c.log().Warn("the flow of an execution has changed since, so the status of its answer follows from its state", zap.String("execution", s.ID), zap.Error(err))
	return nil, nil
}

// hide keeps the secrets among the inputs of an execution out of the log.
func (c *call) hide(s *execution.State) {
	if secrets := secretInputs(c.served.scope.Plan().Flow(), s); len(secrets) > 0 {
		c.claim.Charge(mask.Size(secrets))
		c.mask = c.site.mask.With(secrets)
	}
}
