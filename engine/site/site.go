package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/admission"
	"github.com/caddy-kestra/kestra-webhook/engine/condition"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/logline"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/runner"
	"github.com/caddy-kestra/kestra-webhook/engine/scope"
	"github.com/caddy-kestra/kestra-webhook/engine/secret"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The limits of a site that names none.
const (
	DefaultMaxBody     = 10 << 20 // bytes, as Kestra's
	DefaultWaitTimeout = 30 * time.Second
)

// Options configure a site.
type Options struct {
	Logger      *zap.Logger
	Namespaces  []string         // exact, or a.b.* for a.b and everything below; none: all
	Conditions  []Condition      // every request must also satisfy them
	PassUnknown bool             // what no trigger matches is for the next handler instead of 404
	Allow       webhook.Networks // of clients whose requests are taken; none: all
	MaxBody     int64            // bytes; 0: 10 MiB
	WaitTimeout time.Duration    // of `wait: true` triggers that set none; 0: 30 s
	BaseURL     string           // gives `url` in answers and kestra.url in expressions; empty: neither
	Environ     []string         // NAME=value as of os.Environ: ENV_X gives envs.x
	Secrets     *secret.Set      // of secret('X'); nil: SECRET_X of Environ, in Base64

	// KeepCredentials lets executions have the headers Authorization, Proxy-Authorization and Cookie; without it their values are ******.
	KeepCredentials bool

	// AllowHeaders are the headers that answers of flows may have beside those that all may, see [webhook.ParseHeaderName].
	AllowHeaders webhook.HeaderNames
}

// Condition is a CEL condition of a site.
type Condition struct {
	Expression string
	Source     string // where it was written, as in Caddyfile:14; may be empty
}

// Host is what runs the executions of sites: the engine.
type Host interface {
	Begin() bool // a call may go on, and must be ended by End
	End()
	Exiting() bool // the process goes down
	Durable() bool // what is accepted outlives the process
	Runner() *runner.Runner
	Admission() *admission.Controller
	Triggers() *Triggers
	Rates() *Rates
	Certificates() *Certificates
	Tokens() *webhook.Tokens // of the executions that the store keeps
	Files() Files

	// Revision keeps the source of a flow and returns its revision.
	Revision(ctx context.Context, f *flow.Flow) (int, error)

	// Former returns the flow of an execution in the revision that it began with, for a site that serves another one.
	Former(ctx context.Context, s *Site, of *execution.State) (*scope.Flow, error)
}

// Site answers the webhooks of one site. It does not change once it was opened.
type Site struct {
	options    Options
	mask       *mask.Mask // of what secret() may give, and of the secrets of signatures
	variables  *scope.Environment
	all        *flow.Set // what tasks may start, whatever its namespace
	index      *webhook.Index
	conditions []siteCondition

	rooms sync.Pool // of *room

	callees runner.Flows // [Site.Flow]

	host  Host                   // nil until it was opened
	flows map[*flow.Flow]*served // of all
}

// served is a flow as a site serves it.
type served struct {
	name  string // by which its share of the machine is known
	scope *scope.Flow
}

type siteCondition struct {
	condition.Condition
	source     string
	expression string
}

// New compiles a site over set. Nothing is opened or written for it. Diagnostics are warnings about conditions
// of the site, and findings about single triggers, such as a key that cannot be rendered, which switch off that trigger
// alone; an error means that the options are unusable.
func New(set *flow.Set, o Options) (*Site, flow.Diagnostics, error) {
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.WaitTimeout == 0 {
		o.WaitTimeout = DefaultWaitTimeout
	}
	keys := NewKeys(o.Environ, o.Secrets, o.BaseURL)
	s := &Site{options: o, variables: keys.variables}
	var found flow.Diagnostics
	for _, c := range o.Conditions {
		compiled, warnings, err := condition.CompileCEL(c.Expression)
		if err != nil {
			return nil, nil, fmt.Errorf("condition %s: %w", c.Source, err)
		}
		s.conditions = append(s.conditions, siteCondition{compiled, c.Source, c.Expression})
		for _, warning := range warnings {
			found = append(found, &flow.Diagnostic{
				Severity: flow.SeverityWarning, Strict: true,
				Pos: flow.Position{Source: &flow.Source{Name: "condition " + c.Source}}, Message: warning,
			})
		}
	}
	s.all = set
	served := set.Filter(func(f *flow.Flow) bool { return Serves(o.Namespaces, f.Namespace) })
	var ofTriggers flow.Diagnostics
	s.index, ofTriggers = webhook.NewIndex(served, keys.Context)
	s.mask = keys.environment.Mask().With(s.index.Secrets())
	s.options.Logger = logline.Wrap(o.Logger, s.mask)
	forbidden := s.index.Drop(func(t *webhook.Trigger) *flow.Diagnostic { return t.Forbidden(o.AllowHeaders) })
	return s, slices.Concat(found, ofTriggers, forbidden, served.CheckCallees(set)), nil
}

// Open makes the site one that serves: host keeps its flows, and numbers their revisions.
func (s *Site) Open(ctx context.Context, host Host) error {
	flows := make(map[*flow.Flow]*served)
	revisions, err := s.revisions(ctx, host)
	if err != nil {
		return err
	}
	for f := range s.all.All() {
		plan := execution.NewPlan(f, revisions[f])
		if err := host.Runner().Renew(ctx, plan); err != nil {
			return fmt.Errorf("places of flow %s/%s: %w", f.Namespace, f.ID, err)
		}
		flows[f] = &served{name: f.Namespace + "/" + f.ID, scope: scope.NewFlow(plan, s.variables)}
	}
	s.host, s.flows, s.callees = host, flows, s.Flow
	return nil
}

// Revision returns the revision of a flow that the site serves; 0 as long as it is not open.
func (s *Site) Revision(f *flow.Flow) int {
	if served := s.flows[f]; served != nil {
		return served.scope.Plan().Revision()
	}
	return 0
}

// Flow returns the flow of this name as tasks may start it; nil when there is none. It implements [runner.Flows].
func (s *Site) Flow(namespace, id string) *scope.Flow {
	if f := s.flows[s.all.Flow(namespace, id)]; f != nil {
		return f.scope
	}
	return nil
}

// CheckCondition returns why an expression cannot be a condition of a site; nil if it can.
func CheckCondition(expression string) error {
	_, _, err := condition.CompileCEL(expression)
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

// Mask hides what secret() may give to the flows of the site, and the secrets of its signatures.
func (s *Site) Mask() *mask.Mask { return s.mask }

// SignatureSecrets returns the secrets of the signatures that the site checks.
func (s *Site) SignatureSecrets() []string { return s.index.Secrets() }

// Len returns the number of webhook URLs that the site serves.
func (s *Site) Len() int { return s.index.Len() }

// Webhook answers one request. It holds the host open from begin to end. The caller must call release when it has
// written the response, whose body belongs to others then.
func (s *Site) Webhook(ctx context.Context, r *webhook.Request) (response webhook.Response, release func()) {
	release = func() {}
	if !s.host.Begin() {
		return webhook.Unavailable(webhook.OutcomeStopping, "the server is stopping", retryStopping), release
	}
	defer s.host.End()

	if r.Token != "" && s.options.Allow.Contain(r.RemoteAddr) {
		if response, release, ok := s.status(ctx, r); ok {
			return response, release
		}
	}
	e, refusal := s.admit(r)
	if refusal != nil {
		response = *refusal
		s.explainMiss(r, response.Outcome)
	} else {
		served := s.flows[e.Flow]
		claim := s.host.Admission().Claim(served.name)
		c := s.enter(call{served: served, endpoint: e, trigger: e.Trigger, request: r, claim: claim})
		release = c.room.release
		response = c.fire(ctx)
	}
	if e != nil {
		response.Namespace, response.FlowID = e.Flow.Namespace, e.Flow.ID
	}
	return response, release
}

// Seconds after which a caller may try again.
const (
	retryBusy     = 1
	retryStopping = 5
)

// admit finds the trigger of a request, and the answer to a request that fires nothing. Its checks are those that need no
// body, in an order in which nothing but the same 404 and 405 can be had without the key. So a handshake or a probe is one with the
// right key alone: without, its method counts like any other that fires nothing. The trigger is returned whenever the key is right.
func (s *Site) admit(r *webhook.Request) (*webhook.Endpoint, *webhook.Response) {
	refuse := func(response webhook.Response) *webhook.Response { return &response }
	var t *webhook.Endpoint
	if !r.Malformed {
		t = s.index.Match(r.Target)
	}
	known := s.options.Allow.Contain(r.RemoteAddr) // for all others there is no webhook here
	if t != nil && (!known || !t.Allows(r.RemoteAddr)) {
		t = nil
	}
	handshake, probe := t != nil && r.Handshake(), t != nil && t.Probes(r.Method)
	switch {
	case t == nil && s.options.PassUnknown:
		return nil, refuse(webhook.Response{Unmatched: true, Outcome: webhook.OutcomeUnknown})
	case r.Malformed:
		return nil, refuse(webhook.NotFound(webhook.OutcomeMalformed))
	case s.host.Exiting():
		return t, refuse(webhook.Unavailable(webhook.OutcomeStopping, "the server is stopping", retryStopping))
	case !known:
		return nil, refuse(webhook.NotFound(webhook.OutcomeUnknown))
	case !webhook.Fires(r.Method) && !handshake && !probe:
		return t, refuse(webhook.MethodNotAllowed(t, r.Method))
	case t == nil:
		return nil, refuse(webhook.NotFound(webhook.OutcomeUnknown))
	case t.Flow.Disabled:
		return t, refuse(webhook.Disabled("flow"))
	case t.Disabled() || s.host.Triggers().Disabled(t.Trigger):
		return t, refuse(webhook.Disabled("trigger"))
	case handshake:
		return t, refuse(webhook.Consent(t, r))
	case probe:
		return t, refuse(webhook.Present())
	default:
		return t, nil
	}
}
