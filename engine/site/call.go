package site

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/logline"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/outside"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// call is a request with the right key, or token, on its way through a site. One goroutine works on it. Its exported methods are those of
// [scope.Candidate].
type call struct {
	site     *Site
	served   *served
	endpoint *webhook.Endpoint
	trigger  *webhook.Trigger // of endpoint
	request  *webhook.Request
	claim    *admission.Claim
	room     *room             // its own memory, see [Site.enter]
	delivery *webhook.Delivery // nil until it is received
	now      time.Time
	state    *execution.State // nil until somebody needs it: most requests that are not met have none
	running  runner.Job       // of the state
	started  bool             // the runner has had it
	broken   bool             // the call has panicked, and something may hold more than it should
	inputs   value.Value      // once they were asked for; as conditions see them until they are resolved
	asked    bool
	kept     string              // the id of the execution, once the store has it
	mask     *mask.Mask          // with the inputs of type SECRET; nil: there are none, or none yet
	filed    bool                // files of the request are written, or are about to be
	once     *execution.Delivery // nil: the request counts as a new delivery whatever came before

	*evaluation // nil when there is no expression to evaluate
}

// evaluation is what the expressions of a trigger and of the inputs see, and take their memory from.
type evaluation struct {
	seen      scope.Request
	context   pebble.Context
	functions outside.Functions // of context
	account   admission.Evaluation
}

// fire reads the body of an admitted request, decides, and runs the flow.
func (c *call) fire(ctx context.Context) (response webhook.Response) {
	err := guard.Do(c.logError, func() error {
		response = c.serve(ctx)
		return nil
	})
	if err != nil {
		c.broken, response = true, webhook.Failed()
	}
	if response.ExecutionID == "" { // an answer that says nothing of the execution
		response.ExecutionID = c.kept
	}
	return response
}

func (c *call) serve(ctx context.Context) webhook.Response {
	err := c.claim.Take(c.request.Size())
	if err != nil {
		return unavailable(err)
	}
	if c.endpoint.NeedsCertificate() {
		c.request.Certificate = c.certificate(ctx)
	}
	c.endpoint.Demand(c.request, c.site.options.BaseURL, c.now)
	if answer := c.endpoint.Greet(c.request, c.claim); answer != nil {
		return *answer
	}
	c.delivery = &c.room.delivery
	if err = c.delivery.Receive(c.request, c.trigger.MaxBody(c.site.options.MaxBody), c.claim); err != nil {
		return c.refuseBody(err)
	}
	if answer := c.endpoint.GreetSigned(c.delivery); answer != nil {
		return *answer
	}
	if c.claim.Short() { // the question may be in what could not be read
		return unavailable(admission.ErrMemory)
	}
	c.placeBody()
	if len(c.site.conditions) > 0 || c.trigger.Evaluates() || c.trigger.Flow.HasInputDefaults() {
		c.prepare(ctx)
	}
	if answer := c.respond(ctx); answer != nil {
		return *answer
	}
	if refusal := c.limitRate(ctx); refusal != nil {
		return *refusal
	}
	if refusal := c.decide(ctx); refusal != nil {
		return *refusal
	}
	if answer := c.deduplicate(ctx); answer != nil {
		return *answer
	}
	return c.run(ctx)
}

// prepare makes what expressions need.
func (c *call) prepare(ctx context.Context) {
	c.equip(ctx)
	c.seen = scope.Request{Flow: c.served.scope, Trigger: c.delivery.Trigger(), Candidate: c}
	c.context.Vars = c.seen.Vars()
}

// equip makes what expressions need beside variables.
func (c *call) equip(ctx context.Context) {
	c.evaluation = &c.room.evaluation
	*c.evaluation = evaluation{
		functions: outside.Functions{Context: ctx, Origin: c.origin(), Now: c.now, Services: c.site.host.Runner().Services()},
		account:   c.claim.Evaluation(),
	}
	c.context = c.served.scope.Context(nil)
	c.context.Now, c.context.Memory, c.context.Outside = c.now, &c.account, &c.functions
}

// origin says for what expressions ask before there is an execution.
func (c *call) origin() task.Origin {
	return task.Origin{Namespace: c.trigger.Flow.Namespace, Flow: c.trigger.Flow.ID}
}

func (c *call) refuseBody(err error) webhook.Response {
	if admission.IsFull(err) {
		return unavailable(err)
	}
	if unsigned, ok := errors.AsType[webhook.SignatureError](err); ok {
		c.log().Warn("signature refused, so nothing is started", zap.String("reason", unsigned.Error()))
		return webhook.Unsigned()
	}
	if unknown, ok := errors.AsType[webhook.CertificateError](err); ok {
		c.log().Warn("whether the signature is right is not known, so the request is to come again", zap.String("reason", unknown.Error()))
		return webhook.Unavailable(webhook.OutcomeBusy, "the signature cannot be checked now", retryBusy)
	}
	status, message := http.StatusBadRequest, "request body could not be read"
	if e := new(webhook.BodyError); errors.As(err, &e) {
		status, message = e.Status, e.Message
	}
	c.log().Debug("webhook body refused", zap.Int("status", status), zap.Error(err))
	if c.site.host.Exiting() {
		return unavailable(runner.ErrStopping) // the sender is cut off, and may come again
	}
	return webhook.Message(status, webhook.OutcomeBody, http.StatusText(status)+": "+message)
}

// run creates the execution and answers with it: at once, or when it has ended if the trigger waits.
func (c *call) run(ctx context.Context) webhook.Response {
	host := c.site.host
	s := c.Execution()
	if err := c.describe(ctx, s); err != nil {
		if wrong, ok := errors.AsType[*flow.InputError](err); ok {
			return c.refuseInputs(wrong)
		}
		return c.notKept(err)
	}
	if err := c.claim.Take(webhook.AnswerSize(s)); err != nil {
		return unavailable(err)
	}
	if err := c.writeFiles(ctx); err != nil {
		return c.notKept(err)
	}
	c.running, c.started = c.job(s), true
	wait, timeout := c.trigger.Wait()
	if !wait {
		response := c.accepted(200, webhook.OutcomeFired, s)
		if err := host.Runner().Start(ctx, &c.running); err != nil {
			return c.notStarted(ctx, err)
		}
		c.kept = s.ID
		return response
	}
	ended, vars, done, err := host.Runner().RunAndWait(ctx, &c.running, c.deadline(timeout))
	if err != nil {
		return c.notStarted(ctx, err)
	}
	c.kept = ended.ID
	if !done {
		return c.late(ended)
	}
	return c.ended(ctx, c.trigger, ended, vars)
}

// deadline returns until when the caller waits.
func (c *call) deadline(timeout time.Duration) time.Time {
	if timeout == 0 {
		timeout = c.site.options.WaitTimeout
	}
	return c.now.Add(timeout)
}

// late answers a caller who waits no longer.
func (c *call) late(s *execution.State) webhook.Response {
	if host := c.site.host; host.Exiting() && !host.Durable() {
		return unavailable(runner.ErrStopping)
	}
	response := c.accepted(202, webhook.OutcomeTimeout, s)
	response.Token, response.RetryAfter = c.site.host.Tokens().Make(s.Namespace, s.FlowID, s.ID), retryRunning
	return response
}

// accepted makes an answer that carries an execution, in memory that is lent until release.
func (c *call) accepted(status int, outcome webhook.Outcome, s *execution.State) webhook.Response {
	response := webhook.Accepted(c.room.answer, status, outcome, s, c.site.options.BaseURL)
	c.room.answer = response.Body
	return response
}

func (c *call) job(s *execution.State) runner.Job {
	return runner.Job{
		Setting:  c.site.setting(c.served.scope, c.trigger, c.masks()),
		State:    s,
		Trigger:  c.delivery.Kept(),
		Queued:   c.room.queued,
		Inputs:   c.inputs,
		Claim:    c.claim,
		Delivery: c.once,
	}
}

// describe gives an execution its inputs, its labels and the text of its trigger's variables.
func (c *call) describe(ctx context.Context, s *execution.State) error {
	render := func() error {
		inputs, err := c.resolveInputs()
		if err != nil {
			return err
		}
		if !inputs.IsNull() {
			s.Inputs.JSON = value.AppendJSON(nil, inputs)
		}
		var context *pebble.Context
		if c.evaluation != nil {
			context = &c.context
		}
		labels, err := c.trigger.Labels(c.room.labels, context, c.request.From(), s.ID)
		if err != nil {
			c.log().Warn("labels of the trigger could not be rendered and are left out", zap.Error(err))
		}
		c.room.labels, s.Labels = labels, labels
		return nil
	}
	if !c.trigger.HasLabels() && !c.trigger.GivesInputs() && !c.trigger.Flow.HasInputDefaults() {
		_ = render() // nothing is evaluated, so nothing fails
	} else if err := c.evaluate(ctx, c.site.host.Admission().Limits().Wait, render); err != nil {
		return err
	}
	size := int64(2 * len(s.Inputs.JSON))
	for _, l := range s.Labels {
		size += int64(len(l.Key) + len(l.Value))
	}
	if err := c.claim.Take(size); err != nil {
		return err
	}
	if !c.site.options.KeepCredentials {
		c.delivery.HideCredentials()
	}
	var err error
	if c.room.variables, err = c.delivery.Variables(c.room.variables); err != nil {
		return err
	}
	s.Trigger.Variables.JSON = c.room.variables
	if c.claim.Short() { // headers or parameters are missing in it
		return admission.ErrMemory
	}
	return nil
}

// masks returns the mask of all that the log of the execution must not show.
func (c *call) masks() *mask.Mask {
	if c.mask != nil {
		return c.mask
	}
	return c.site.mask
}

// ended makes the answer to a caller who waited for an execution that has ended, with its variables; nil: they are not known. It is
// the same under any load: the evaluation of what makes it waits for its turn and for memory.
func (c *call) ended(ctx context.Context, t *webhook.Trigger, ended *execution.State, vars *scope.Execution) webhook.Response {
	c.claim.Charge(webhook.OutputsSize(ended))
	if t.HandsOn() {
		return t.HandedOn(ended, c.site.options.AllowHeaders, c.site.host.Tokens(), c.site.options.BaseURL)
	}
	if !t.RendersAnswer() || vars == nil {
		response, _ := t.Ended(ended, nil, c.site.options.BaseURL) // nothing is evaluated, so nothing fails
		return response
	}
	c.context.Vars = vars.At(execution.RootRow)
	for {
		var response webhook.Response
		err := c.evaluate(context.WithoutCancel(ctx), admission.Forever, func() (err error) {
			if t.HasResponse() {
				response, err = t.Response(ended, &c.context, c.site.options.AllowHeaders, c.claim)
			} else {
				response, err = t.Ended(ended, &c.context, c.site.options.BaseURL)
			}
			return err
		})
		if errors.Is(err, admission.ErrMemory) && c.claim.Refill(context.WithoutCancel(ctx)) == nil {
			continue
		}
		if err != nil {
			c.log().Warn("the answer of the trigger could not be made, so it is 500", zap.String("execution", ended.ID), zap.Error(err))
		}
		return response
	}
}

func (c *call) logError(message string, fields ...zap.Field) { c.log().Error(message, fields...) }

func (c *call) notKept(err error) webhook.Response {
	if admission.IsFull(err) || errors.Is(err, runner.ErrStopping) || errors.Is(err, context.Canceled) {
		return unavailable(err)
	}
	c.log().Error("the store could not keep a delivery", zap.Error(err))
	return webhook.Unavailable(webhook.OutcomeUnstored, "the delivery could not be kept", retryBusy)
}

// unavailable answers a request that cannot be served now.
func unavailable(err error) webhook.Response {
	switch {
	case errors.Is(err, runner.ErrStopping):
		return webhook.Unavailable(webhook.OutcomeStopping, "the server is stopping", retryStopping)
	case errors.Is(err, admission.ErrPlaces):
		return webhook.Unavailable(webhook.OutcomeBusy, "too many executions are under way", retryBusy)
	case errors.Is(err, admission.ErrMemory):
		return webhook.Unavailable(webhook.OutcomeBusy, "memory is short", retryBusy)
	default:
		return webhook.Unavailable(webhook.OutcomeBusy, "the server is too busy to evaluate the request", retryBusy)
	}
}

// Execution implements [scope.Candidate].
func (c *call) Execution() *execution.State {
	if c.state == nil {
		c.state = &c.room.state
		c.state.Begin(c.served.scope.Plan(), c.now, nil, execution.Trigger{ID: c.trigger.ID(), Type: c.trigger.Type()})
	}
	return c.state
}

func (c *call) log() *zap.Logger {
	to := c.site.options.Logger
	if c.mask != nil {
		to = logline.Wrap(to, c.mask)
	}
	if c.trigger == nil { // it is asked for an execution
		return to.With(zap.String("namespace", c.request.Target.Namespace), zap.String("flow", c.request.Target.FlowID))
	}
	return to.With(
		zap.String("namespace", c.trigger.Flow.Namespace), zap.String("flow", c.trigger.Flow.ID), zap.String("trigger", c.trigger.ID()))
}
