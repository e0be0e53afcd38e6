package webhook

import (
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// Type is the webhook trigger's canonical type; flows may also use [typeAlias].
const (
	Type      = "io.kestra.plugin.core.trigger.Webhook"
	typeAlias = "io.kestra.core.models.triggers.types.Webhook"
)

// maxKeyLength is the longest key, as written, in UTF-16 units (seed 1: "Max length: 256").
const maxKeyLength = 256

// Trigger is one compiled webhook trigger of a flow.
type Trigger struct {
	*edge
	Flow      *flow.Flow
	component *flow.Component

	key          *pebble.Template
	questions    []Question
	labels       *pebble.Structure
	inputs       *pebble.Structure // nil: none are written
	inputsFrom   inputSource
	waitTimeout  time.Duration // 0: the site's
	responseCode *pebble.Template
	wait         bool
	probe        bool // HEAD is answered with 200
	answer       answerForm
	deduplicate  *Deduplicate // nil: every request counts as a new delivery
	own          *ownAnswers  // nil: all answers are Kestra's
}

// answerForm says what an awaited execution is answered with.
type answerForm uint8

const (
	answerExecution answerForm = iota // the WebhookResponse
	answerOutputs                     // a JSON object of the flow's outputs
	answerText                        // the one string output, bare
)

// ID returns the trigger's id.
func (t *Trigger) ID() string { return t.component.ID }

// Type returns the trigger's type as written in the flow.
func (t *Trigger) Type() string { return t.component.Type }

// Disabled reports whether the trigger, or its flow, is switched off in the flow file.
func (t *Trigger) Disabled() bool { return t.component.Disabled || t.Flow.Disabled }

// Wait reports whether callers are answered when the execution has ended, and how long they wait for it; 0 means the
// site's own limit.
func (t *Trigger) Wait() (bool, time.Duration) { return t.wait, t.waitTimeout }

// HasConditions reports whether anything is to be evaluated before the trigger fires.
func (t *Trigger) HasConditions() bool { return len(t.questions) > 0 }

// HasLabels reports whether the trigger has labels of its own, which are rendered for each execution.
func (t *Trigger) HasLabels() bool { return t.labels != nil }

// Evaluates reports whether there is anything to evaluate for a request: which answer it gets, conditions, its key as a delivery
// or for the rate limit, labels, inputs.
func (t *Trigger) Evaluates() bool {
	return t.HasConditions() || len(t.Respond()) > 0 || t.deduplicate != nil || t.rateLimit != nil && t.rateLimit.HasKey() || t.HasLabels() || t.GivesInputs() || t.RendersAnswer()
}

// HasStopAfter reports whether the trigger has a stopAfter at all.
func (t *Trigger) HasStopAfter() bool { return len(t.component.StopAfter) > 0 }

// StopsAfter reports whether the trigger takes no more requests once an execution it started has ended with status.
func (t *Trigger) StopsAfter(status execution.Status) bool {
	return slices.Contains(t.component.StopAfter, string(status))
}

// Specs returns the webhook trigger's description.
func Specs() []flow.Spec {
	return []flow.Spec{{
		Kind:    flow.KindTrigger,
		Type:    Type,
		Aliases: []string{typeAlias},
		Summary: "Starts the flow when its webhook URL is called.",
		Properties: []flow.Property{
			{
				Name: "key", Type: flow.String, Required: true, Dynamic: true, Secret: true, MaxLength: maxKeyLength,
				Summary: "The secret last segment of the URL, rendered and trimmed when the flow is loaded.",
			},
			{
				Name: "conditions", Type: flow.Conditions,
				Summary: "All must hold, or the request is answered with 204 and nothing runs.",
			},
			{
				Name: "when", Type: flow.String, Dynamic: true, Condition: true, Default: "true",
				Summary: "Kestra 2.0's form of a condition: not met when it renders to false, 0, -0 or nothing.",
			},
			{
				Name: "wait", Type: flow.Boolean, Default: "false",
				Summary: "Answer when the execution has ended.",
			},
			{
				Name: "waitTimeout", Type: flow.Duration, Default: "the site's wait_timeout", Extension: true,
				Summary: "How long to wait before the answer is 202, with a URL for the answer in Location, and the execution goes on alone.",
			},
			{
				Name: "returnOutputs", Type: flow.Boolean, Default: "false",
				Summary: "With wait: answer with the flow's outputs.",
			},
			{
				Name: "responseContentType", Type: flow.String, Values: []string{"application/json", "text/plain"},
				Summary: "With wait and returnOutputs: text/plain answers with the one string output, bare.",
			},
			{
				Name: "responseCode", Type: flow.String, Dynamic: true, AtEnd: true,
				Summary: "With wait: the status of the answer, rendered when the execution has ended; 200 to 599.",
			},
			responseProperty(),
			respondProperty(),
			{
				Name: "labels", Type: flow.MapOrList, Dynamic: true,
				Summary: "Labels of the execution, rendered when the conditions hold.",
			},
			{
				Name: "inputs", Type: flow.Map, Dynamic: true,
				Summary: "Values of the flow's inputs by id, rendered when the conditions hold; one that is missing or wrong is answered with 422.",
			},
			{
				Name: "inputsFrom", Type: flow.String, Values: []string{string(fromBody), string(fromForm), string(fromParameters)}, Extension: true,
				Summary: "What fills inputs that `inputs` does not name, by their ids: the members of a JSON `body`, the fields of a `form`, or the `parameters` of the URL. Never a SECRET; a FILE is the file that a form has by its id.",
			},
			deduplicateProperty(),
			probeProperty(),
			signatureProperty(),
			senderProperty(),
			senderSecretProperty(),
			rateLimitProperty(),
			maxBodyProperty(),
			allowProperty(),
			fetchProperty(),
		},
		Example: `id: webhook
type: io.kestra.plugin.core.trigger.Webhook
key: "{{ secret('WEBHOOK_KEY') }}"
wait: true
conditions:
  - type: io.kestra.plugin.core.condition.Expression
    expression: "{{ trigger.headers['X-GitHub-Event'] contains 'push' }}"
`,
		Variables: variables(),
		Compile:   func(c *flow.Component) (any, error) { return compile(c) },
		Check:     check,
	}}
}

func compile(c *flow.Component) (*Trigger, error) {
	t := &Trigger{
		component:    c,
		key:          c.Template("key"),
		questions:    questions(&c.Members),
		labels:       c.Structure("labels"),
		inputs:       c.Structure("inputs"),
		inputsFrom:   inputSource(c.Text("inputsFrom")),
		wait:         c.Bool("wait"),
		waitTimeout:  c.Duration("waitTimeout"),
		responseCode: c.Template("responseCode"),
		probe:        c.Bool("probe"),
	}
	if names := t.key.Outside(); len(names) > 0 {
		return nil, c.Errorf("key", "function %s cannot be used in a key: keys are known before there is anything that it could ask", names[0])
	}
	if c.Has("waitTimeout") && t.waitTimeout <= 0 {
		return nil, c.Errorf("waitTimeout", "must be longer than nothing")
	}
	var err error
	if t.edge, err = compileEdge(c); err != nil {
		return nil, err
	}
	if t.deduplicate, err = compileDeduplicate(c.Object("deduplicate"), t.sender); err != nil {
		return nil, err
	}
	if t.waitTimeout == 0 && t.sender != nil {
		t.waitTimeout = t.sender.WaitTimeout
	}
	if t.own, err = compileOwnAnswers(c); err != nil {
		return nil, err
	}
	for key := range c.Value("labels").Map().All() {
		if strings.HasPrefix(key, flow.SystemLabel) {
			return nil, c.Errorf("labels", "system labels can only be set by the engine itself, offending label: %s", key)
		}
	}
	switch {
	case !c.Bool("returnOutputs"):
	case c.Text("responseContentType") == "text/plain":
		t.answer = answerText
	default:
		t.answer = answerOutputs
	}
	return t, nil
}

// check warns of settings that have no effect or cannot do what they say.
func check(f *flow.Flow, c *flow.Component, report flow.Report) {
	t := c.Compiled.(*Trigger)
	t.Flow = f
	warn := func(property, message string) { report(flow.SeverityWarning, property, message) }
	t.checkInputs(warn)
	t.checkDeduplicate(warn)
	if !t.wait {
		for _, name := range []string{"returnOutputs", "responseContentType", "responseCode", "response", "waitTimeout"} {
			if c.Has(name) {
				warn(name, "has no effect without wait: true")
			}
		}
		return
	}
	if f.HandedOn { // the answer is that of the Kestra behind
		if c.Has("response") {
			warn("response", "has no effect: the answer is that of the Kestra to which the flow is handed on")
		}
		return
	}
	if t.answer != answerExecution && len(f.Outputs) == 0 {
		warn("returnOutputs", "the flow has no outputs, so the answer is always empty")
	}
	if t.answer == answerText && (len(f.Outputs) != 1 || f.Outputs[0].Type.Name != flow.TypeString) {
		warn("responseContentType", "text/plain needs exactly one output of type STRING; any other outputs are answered as JSON text")
	}
	if t.answer == answerExecution && c.Has("responseContentType") {
		warn("responseContentType", "has no effect without returnOutputs: true")
	}
	if text, constant := constantText(t.responseCode); constant {
		if _, err := parseResponseCode(text); err != nil {
			warn("responseCode", err.Error()+", so the answer is always 500")
		}
	}
}
