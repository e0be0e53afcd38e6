package flowtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Suite is flows and the folders that they are from.
type Suite struct {
	set  *flow.Set
	dirs []string
}

// NewSuite returns the suite of flows that have no errors. Files of namespaces are in the folder _files of each of dirs; what flows write
// there is written into temporary folders.
func NewSuite(set *flow.Set, dirs []string) *Suite { return &Suite{set, dirs} }

// Failure is an expectation that does not hold, or why a case could not be run.
type Failure struct {
	Pos     flow.Position // of the expectation
	Path    string        // of what differs, as in `json.items[0].name`; empty: all of it
	Message string        // in one line
	Diff    string        // lines that begin with - for what is expected, and with + for what there is; may be empty
}

// play is a case while it is run.
type play struct {
	suite   *Suite
	of      *Case
	options engine.SiteOptions
	clock   *clock
	wire    *wire
	now     func() time.Time                                    // by which requests are signed
	look    func(ctx context.Context, id string) (*seen, error) // at an execution
	engine  *engine.Engine
	site    *engine.Site
	log     *observer.ObservedLogs // of the site: warnings and errors
	done    []*outcome             // of the steps so far
	found   []*Failure
}

// outcome is what became of a step.
type outcome struct {
	step     *step
	answered chan struct{} // closed when there is the answer
	response webhook.Response
	header   http.Header
	asked    []*asked // while it was the last step
	said     []string // likewise, lines of the log of the site
	checked  bool
}

// Run runs a case, in a store in memory that it has for itself, and returns what does not hold; none when it has passed. files is an empty
// folder for the files of its executions, or one that is made when the first file is. The error is of ctx.
func (s *Suite) Run(ctx context.Context, c *Case, files string) ([]*Failure, error) {
	p := &play{suite: s, of: c, clock: newClock(c.now.UTC())}
	p.wire = newWire(c.stubs, p.clock)
	p.now, p.look = p.clock.Now, p.see
	var core zapcore.Core
	core, p.log = observer.New(zap.WarnLevel)
	p.options = engine.SiteOptions{
		Logger: zap.New(core), BaseURL: strings.TrimSuffix(c.baseURL, "/"), WaitTimeout: c.wait, Environ: environ(&c.world),
	}
	if err := p.open(ctx, files); err != nil {
		p.fail(c.Pos, "", err.Error())
		return p.found, ctx.Err()
	}
	defer p.engine.Close() //nolint:contextcheck // it ends also what the context was for
	err := p.all(ctx)
	if err != nil && ctx.Err() == nil {
		p.fail(c.Pos, "", err.Error())
		err = nil
	}
	return p.found, err
}

// environ returns the environment of a world.
func environ(w *world) []string {
	all := make([]string, 0, len(w.secrets)+len(w.envs))
	for _, s := range w.secrets {
		all = append(all, "SECRET_"+strings.ToUpper(s.name)+"="+base64.StdEncoding.EncodeToString([]byte(s.text)))
	}
	for _, e := range w.envs {
		all = append(all, "ENV_"+strings.ToUpper(e.name)+"="+e.text)
	}
	return all
}

// open opens the engine and the site.
func (p *play) open(ctx context.Context, files string) error {
	site, _, err := engine.NewSite(p.suite.set, p.options)
	if err != nil {
		return err
	}
	p.engine, err = engine.Open(ctx, engine.StoreOptions{Kind: engine.StoreMemory, Files: files, Clock: p.clock, Wire: p.wire})
	if err != nil {
		return err
	}
	p.engine.Configure(engine.Options{Drain: -1, FlowDirs: p.suite.dirs, NamespaceFiles: files + "-namespaces"})
	if err := site.Open(ctx, p.engine); err != nil {
		return errors.Join(err, p.engine.Close()) //nolint:contextcheck // likewise
	}
	p.engine.Serve(site)
	p.site = site
	return nil
}

// all goes through the steps. Between two of them the executions go on until they rest, or until it is time for the next.
func (p *play) all(ctx context.Context) error {
	for i, s := range p.of.steps {
		if err := p.pass(s, i == 0); err != nil {
			return err
		}
		p.checkLast(ctx)
		o := &outcome{step: s, answered: make(chan struct{})}
		p.done = append(p.done, o)
		if err := p.do(ctx, o, i+1); err != nil {
			p.fail(s.pos, "", err.Error())
			close(o.answered)
			o.checked = true
		}
		if s.request == nil && s.resume == nil { // it looks at what there is at its time
			p.checkLast(ctx)
		}
	}
	if err := p.clock.run(p.engine.AtWork, time.Time{}); err != nil {
		return err
	}
	p.checkLast(ctx)
	for _, o := range p.done { // of those that were answered later
		p.check(ctx, o)
	}
	return ctx.Err()
}

// checkLast checks the last step, now that what it has led to is over, or the next one begins.
func (p *play) checkLast(ctx context.Context) {
	if len(p.done) == 0 {
		return
	}
	o := p.done[len(p.done)-1]
	o.asked = append(o.asked, p.wire.take()...)
	for _, line := range p.log.TakeAll() {
		o.said = append(o.said, said(line))
	}
	p.check(ctx, o)
}

// said returns a line of the log of the site as text.
func said(line observer.LoggedEntry) string {
	text := strings.ToUpper(line.Level.String()) + " " + line.Message
	if problem, ok := line.ContextMap()["error"]; ok {
		first, _, _ := strings.Cut(fmt.Sprint(problem), `\n`) // behind it stands the place in the expression
		text += ": " + first
	}
	return text
}

// pass lets time pass until it is time for a step: until all is at rest, without a time of its own, but for a resume, for which no time
// passes.
func (p *play) pass(s *step, first bool) error {
	var until time.Time
	switch {
	case s.after >= 0:
		until = p.of.now.UTC().Add(s.after)
	case first:
		return nil
	case s.resume != nil:
		until = p.clock.Now()
	}
	return p.clock.run(p.engine.AtWork, until)
}

// do does what a step asks for.
func (p *play) do(ctx context.Context, o *outcome, number int) error {
	switch {
	case o.step.request != nil:
		q, err := p.render(o.step.request, number)
		if err != nil {
			return err
		}
		r, err := p.build(q, number)
		if err != nil {
			return err
		}
		p.clock.begun()
		go func() {
			defer p.clock.ended()
			defer close(o.answered)
			o.take(ctx, p.site, r)
		}()
	case o.step.resume != nil:
		if err := p.resume(ctx, o); err != nil {
			return err
		}
		close(o.answered)
	default:
		var err error
		if o.response.ExecutionID, err = p.newest(ctx, execution.Query{}, false); err != nil {
			return err
		}
		close(o.answered)
	}
	return nil
}

// take sends a request and keeps the answer.
func (o *outcome) take(ctx context.Context, site *engine.Site, r *webhook.Request) {
	response, release := site.Webhook(ctx, r)
	defer release()
	o.header = http.Header{}
	response.SetHeaders(o.header)
	if response.Token != "" {
		o.header.Set("Location", webhook.StatusPath(r.Path, r.Path, response.Token))
	}
	response.Body = bytes.Clone(response.Body)
	if !response.HasBody() || r.Method == http.MethodHead {
		response.Body = nil
	}
	o.response = response
}

// resume resumes the execution of a step.
func (p *play) resume(ctx context.Context, o *outcome) error {
	if at := o.step.resume.step; at == 0 {
		var err error
		if o.response.ExecutionID, err = p.newest(ctx, execution.Query{Statuses: []execution.Status{execution.Paused}}, true); err != nil {
			return err
		}
	} else if at < len(p.done) && p.done[at-1].hasAnswer() {
		o.response.ExecutionID = p.done[at-1].response.ExecutionID
	}
	if o.response.ExecutionID == "" {
		return errors.New("there is no execution that is paused")
	}
	p.clock.begun()
	defer p.clock.ended()
	if err := p.engine.Resume(ctx, o.response.ExecutionID, o.step.resume.inputs); err != nil {
		return fmt.Errorf("the execution cannot be resumed: %w", err)
	}
	return nil
}

// newest returns the id of the last execution of those that q asks for, with children also of those that a task has started; "" if
// there is none.
func (p *play) newest(ctx context.Context, q execution.Query, children bool) (string, error) {
	for {
		found, next, err := p.engine.List(ctx, q)
		if err != nil {
			return "", err
		}
		for _, one := range found {
			s, err := p.engine.Get(ctx, one.ID)
			if err != nil || children || s.Depth == 0 {
				return one.ID, err
			}
		}
		if q.Before = next; next == 0 {
			return "", nil
		}
	}
}

func (o *outcome) hasAnswer() bool {
	select {
	case <-o.answered:
		return true
	default:
		return false
	}
}

func (p *play) fail(pos flow.Position, path, message string) {
	p.found = append(p.found, &Failure{Pos: pos, Path: path, Message: message})
}
