package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/logline"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The limits of a site that names none.
const (
	DefaultMaxBody     = 10 << 20 // bytes, as Kestra's (spec/kestra-webhook.md §1.9)
	DefaultWaitTimeout = 30 * time.Second
)

// Site answers the webhooks of one site: its flows, namespaces, conditions and limits. It does not change.
type Site struct {
	engine      *Engine
	options     SiteOptions
	environment *environment
	index       *webhook.Index
	flows       map[*flow.Flow]*served
	conditions  []siteCondition
}

// served is a flow as a site serves it.
type served struct {
	name string // by which its share of the machine is known
	plan *execution.Plan
	vars *value.Map // the variables that do not depend on the request
}

type siteCondition struct {
	condition.Condition
	source     string
	expression string
}

// NewSite compiles a site over set. Diagnostics are findings about single triggers, such as a key that cannot be
// rendered, which switch off that trigger alone; an error means that the options are unusable.
func (e *Engine) NewSite(set *flow.Set, o SiteOptions) (*Site, flow.Diagnostics, error) {
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.WaitTimeout == 0 {
		o.WaitTimeout = DefaultWaitTimeout
	}
	env := newEnvironment(o.Environ)
	o.Logger = logline.Wrap(o.Logger, env.mask)
	s := &Site{engine: e, options: o, environment: env, flows: make(map[*flow.Flow]*served)}
	for _, c := range o.Conditions {
		compiled, err := condition.CompileCEL(c.Expression)
		if err != nil {
			return nil, nil, fmt.Errorf("condition %s: %w", c.Source, err)
		}
		s.conditions = append(s.conditions, siteCondition{compiled, c.Source, c.Expression})
	}
	set = set.Filter(func(f *flow.Flow) bool { return Serves(o.Namespaces, f.Namespace) })
	for f := range set.All() {
		revision, err := e.store.Revision(context.Background(), f.Namespace, f.ID, f.Hash)
		if err != nil {
			return nil, nil, fmt.Errorf("revision of flow %s/%s: %w", f.Namespace, f.ID, err)
		}
		s.flows[f] = &served{
			name: f.Namespace + "/" + f.ID,
			plan: execution.NewPlan(f, revision),
			vars: constantVars(f, revision, s.environment, o.BaseURL),
		}
	}
	var findings flow.Diagnostics
	s.index, findings = webhook.NewIndex(set, func(t *webhook.Trigger) *pebble.Context {
		return keyContext(t, s.flows[t.Flow].vars, s.environment)
	})
	return s, findings, nil
}

// CheckCondition returns why an expression cannot be a condition of a site; nil if it can.
func CheckCondition(expression string) error {
	_, err := condition.CompileCEL(expression)
	return err
}

// Serves reports whether a site with these namespace patterns serves a namespace.
func Serves(patterns []string, namespace string) bool {
	for _, pattern := range patterns {
		parent, below := strings.CutSuffix(pattern, ".*")
		if namespace == parent || below && strings.HasPrefix(namespace, parent+".") {
			return true
		}
	}
	return len(patterns) == 0
}

// Len returns the number of webhook URLs that the site serves.
func (s *Site) Len() int { return s.index.Len() }

// Webhook answers one request. It holds the engine open from begin to end. The caller must call release when it has
// written the response, whose body takes memory until then.
func (s *Site) Webhook(ctx context.Context, r *webhook.Request) (response webhook.Response, release func()) {
	release = func() {}
	if !s.engine.calls.begin() {
		return webhook.Unavailable(webhook.OutcomeStopping, "the server is stopping", retryStopping), release
	}
	defer s.engine.calls.end()

	t, refusal := s.admit(r)
	if refusal != nil {
		response = *refusal
		s.explainMiss(r, response.Outcome)
	} else {
		served := s.flows[t.Flow]
		claim := s.engine.admission.Claim(served.name)
		release = claim.Release
		c := &call{site: s, served: served, trigger: t, request: r, claim: claim, now: time.Now()}
		response = c.fire(ctx)
	}
	if t != nil {
		response.Namespace, response.FlowID = t.Flow.Namespace, t.Flow.ID
	}
	return response, release
}

// Seconds after which a caller may try again.
const (
	retryBusy     = 1
	retryStopping = 5
)

// admit finds the trigger of a request, and the answer to a request that fires nothing. Its checks are those that need no
// body, in the order of the design, §6: nothing but the same 404 and 405 can be had without the key.
func (s *Site) admit(r *webhook.Request) (*webhook.Trigger, *webhook.Response) {
	refuse := func(response webhook.Response) *webhook.Response { return &response }
	var t *webhook.Trigger
	if !r.Malformed {
		t = s.index.Match(r.Target)
	}
	switch {
	case t == nil && s.options.PassUnknown:
		return nil, refuse(webhook.Response{Unmatched: true, Outcome: webhook.OutcomeUnknown})
	case r.Malformed:
		return nil, refuse(webhook.NotFound(webhook.OutcomeMalformed))
	case s.engine.exiting.Load():
		return nil, refuse(webhook.Unavailable(webhook.OutcomeStopping, "the server is stopping", retryStopping))
	case !webhook.Fires(r.Method):
		return nil, refuse(webhook.MethodNotAllowed())
	case t == nil:
		return nil, refuse(webhook.NotFound(webhook.OutcomeUnknown))
	case t.Flow.Disabled:
		return t, refuse(webhook.Disabled("flow"))
	case t.Disabled() || s.engine.hasStopped(t):
		return t, refuse(webhook.Disabled("trigger"))
	default:
		return t, nil
	}
}
