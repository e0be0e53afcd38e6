package flowtest

import (
	"net/http"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// File is a file of cases.
type File struct {
	Source *flow.Source
	Cases  []*Case
}

// Case is one test: the world as it is for it, and what happens there, step by step.
type Case struct {
	Name string
	Pos  flow.Position
	world
	steps []*step
}

// world is what a case finds: of its file, with what the case says instead.
type world struct {
	secrets pairs
	envs    pairs
	now     time.Time
	baseURL string
	wait    time.Duration // how long callers wait; 0: as a site without wait_timeout
	stubs   []*stub       // those of the case come first
}

// pairs are names and texts in the order in which they are written; a name may stand there several times.
type pairs []pair

type pair struct{ name, text string }

// step is a request, or the resuming of a paused execution, and what is expected of it.
type step struct {
	pos     flow.Position
	after   time.Duration // since the case began; below 0: when all is at rest that came before
	request *request
	resume  *resume
	expect  *expectation // nil: nothing
}

// request is a request to a webhook.
type request struct {
	pos        flow.Position
	flow       string // namespace/id
	trigger    string // id; empty: the first webhook trigger of the flow
	key        *string
	path       string // instead of flow
	method     string // empty: POST
	headers    pairs
	parameters pairs
	body       *string
	json       *value.Value
	form       pairs
	parts      []part
	sender     string // whose sample it is; empty: of the trigger's, if there is an event
	event      string
	unsigned   bool
	signWith   string // instead of the trigger's secret
	remote     string
}

// part is a part of a form with files.
type part struct{ name, filename, kind, text string }

// resume lets a paused execution go on.
type resume struct {
	pos    flow.Position
	step   int // whose execution, from 1; 0: the last one that there is
	inputs *value.Map
}

// expectation is what is expected of a step. Members that are nil are not looked at.
type expectation struct {
	pos      flow.Position
	status   *yaml.Node
	headers  *yaml.Node
	body     *yaml.Node
	json     *yaml.Node
	contains *yaml.Node
	outcome  *yaml.Node
	state    *yaml.Node
	outputs  *yaml.Node
	labels   *yaml.Node
	inputs   *yaml.Node
	logs     *yaml.Node
	tasks    *yaml.Node
	others   *yaml.Node // executions of flows, by their names
	asked    *yaml.Node
}

// stub is what another server answers.
type stub struct {
	pos    flow.Position
	method string // empty: any
	url    string // in which * stands for any text
	times  int    // how many requests it answers; 0: all
	status int
	header http.Header
	body   string
	delay  time.Duration
	fails  string // instead of an answer
}

// Flows returns the flows whose webhooks the case calls, as in company.team/hello.
func (c *Case) Flows() []string {
	var names []string
	for _, s := range c.steps {
		if s.request != nil && s.request.flow != "" {
			names = append(names, s.request.flow)
		}
	}
	return names
}
