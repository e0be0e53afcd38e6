package flowtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Server is a server that runs and serves the flows of a suite, with the secrets that cases name.
type Server struct {
	URL  string       // of its site, without a slash at the end
	HTTP *http.Client // which follows no redirects

	// Admin asks its admin endpoint, by GET, and returns the answer.
	Admin func(path string, query url.Values) ([]byte, error)
}

// maxAnswer bounds the body of an answer, in bytes.
const maxAnswer = 64 << 20

// RunAt runs a case against a server, as [Suite.Run] does in a world of its own. What only that can have is a failure: answers of other
// servers, a clock, the address of the client. It waits for the ends of executions of which something is expected.
func (s *Suite) RunAt(ctx context.Context, c *Case, server Server) ([]*Failure, error) {
	p := &play{suite: s, of: c, now: time.Now, options: engine.SiteOptions{BaseURL: server.URL, Environ: environ(&c.world)}}
	p.look = func(_ context.Context, id string) (*seen, error) { return server.see(id) }
	_, p.log = observer.New(zapcore.FatalLevel) // what the server logs stays there
	if p.needsNoServer(); len(p.found) > 0 {
		return p.found, nil
	}
	for i, step := range c.steps {
		o := &outcome{step: step, answered: make(chan struct{})}
		p.done = append(p.done, o)
		q, err := p.render(step.request, i+1)
		if err == nil {
			err = p.send(ctx, o, q, i+1, server)
		}
		if ctx.Err() != nil {
			return p.found, ctx.Err()
		}
		if err != nil {
			p.fail(step.pos, "", err.Error())
			return p.found, nil
		}
		close(o.answered)
		p.check(ctx, o)
	}
	return p.found, ctx.Err()
}

// needsNoServer fails for what of the case a server cannot do.
func (p *play) needsNoServer() {
	const why = " cannot be had of a server that runs: run the case without one"
	c := p.of
	for _, m := range []struct {
		name string
		is   bool
	}{{"now", !c.now.Equal(begin())}, {"http", len(c.stubs) > 0}, {"baseUrl", c.baseURL != ""}, {"waitTimeout", c.wait != 0}} {
		if m.is {
			p.fail(c.Pos, "", "`"+m.name+"`"+why)
		}
	}
	for _, s := range c.steps {
		switch {
		case s.request == nil:
			p.fail(s.pos, "", "a step without a `request`"+why)
		case s.after >= 0:
			p.fail(s.pos, "", "`at`"+why)
		case s.request.remote != usualRemote:
			p.fail(s.request.pos, "", "`remoteAddress`"+why)
		}
		x := s.expect
		switch {
		case x == nil:
		case x.outcome != nil:
			p.fail(p.place(x.outcome), "", "`outcome`"+why)
		case x.asked != nil:
			p.fail(p.place(x.asked), "", "`asked`"+why)
		case x.others != nil:
			p.fail(p.place(x.others), "", "`executions`"+why)
		case x.state != nil && !execution.Status(x.state.Value).Terminated():
			p.fail(p.place(x.state), "", "a state in which an execution has not ended"+why)
		}
	}
}

// send sends the request of a step and keeps the answer.
func (p *play) send(ctx context.Context, o *outcome, q *request, number int, server Server) error {
	r, body, err := p.compose(q, number)
	if err != nil {
		return err
	}
	target, err := http.NewRequestWithContext(ctx, r.Method, server.URL+r.URI, bytes.NewReader(body))
	if err != nil {
		return errors.New("the path or method cannot be sent") // the error would print the key
	}
	if target.Header = r.Header; r.Host != host {
		target.Host = r.Host
	}
	answer, err := server.HTTP.Do(target)
	if err != nil {
		if outer, ok := errors.AsType[*url.Error](err); ok { // which prints the URL
			err = outer.Err
		}
		return fmt.Errorf("%s: %w", server.URL, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer: %w", err)
	}
	o.header = answer.Header
	o.response = webhook.Response{Status: answer.StatusCode, Body: text, ExecutionID: answer.Header.Get("X-Kestra-Execution-Id")}
	return nil
}

// see returns an execution of the server, when it has ended.
func (s *Server) see(id string) (*seen, error) {
	path := "/kestra/executions/" + url.PathEscape(id)
	log, err := s.Admin(path+"/logs", url.Values{"follow": {"true"}})
	if err != nil {
		return nil, err
	}
	text, err := s.Admin(path, nil)
	if err != nil {
		return nil, err
	}
	shown, err := value.DecodeJSON(text)
	if err != nil {
		return nil, fmt.Errorf("answer of the server: %w", err)
	}
	labels := value.NewMap(0)
	for _, l := range of(shown, "labels").List().All() {
		labels.Set(of(l, "key").Str(), of(l, "value"))
	}
	e := &seen{
		status: of(of(shown, "state"), "current").Str(), outputs: object(shown, "outputs"), inputs: object(shown, "inputs"),
		labels: value.FromMap(labels), runs: map[string][]seenRun{},
	}
	for _, r := range of(shown, "taskRunList").List().All() {
		task := of(r, "taskId").Str()
		e.runs[task] = append(e.runs[task], seenRun{
			status: of(of(r, "state"), "current").Str(), value: of(r, "value").Str(), attempts: of(r, "attempts").List().Len(), outputs: object(r, "outputs"),
		})
	}
	for line := range strings.Lines(string(log)) {
		l, err := value.DecodeJSON([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("answer of the server: %w", err)
		}
		e.lines = append(e.lines, execution.LogLine{Level: of(l, "level").Str(), Task: of(l, "taskId").Str(), Message: of(l, "message").Str()})
	}
	return e, nil
}

// of returns a member of an object; null if there is none.
func of(v value.Value, name string) value.Value {
	got, _ := v.Map().Get(name)
	return got
}

// object returns a member that is an object; without it, one without members.
func object(v value.Value, name string) value.Value {
	if got := of(v, name); got.Kind() == value.KindMap {
		return got
	}
	return value.FromMap(value.NewMap(0))
}
