package flowtest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// begin is the time at which cases begin that name none.
func begin() time.Time { return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) }

// Load reads files of cases. A file with errors has no cases.
func Load(sources []*flow.Source) ([]*File, flow.Diagnostics) {
	files := make([]*File, 0, len(sources))
	var found flow.Diagnostics
	for _, source := range sources {
		root, errors := flow.ReadDocument(source)
		file := &File{Source: source}
		if root != nil {
			r := &reader{source: source}
			r.file(root, file)
			slices.SortStableFunc(r.found, func(a, b *flow.Diagnostic) int {
				return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
			})
			errors = append(errors, r.found...)
		}
		if errors.Err() != nil {
			file.Cases = nil
		}
		files, found = append(files, file), append(found, errors...)
	}
	return files, found
}

func (r *reader) file(n *yaml.Node, to *File) {
	shared := world{now: begin()}
	var cases *yaml.Node
	r.members(n, "", append(r.world(&shared), member{"cases", func(n *yaml.Node, _ string) { cases = n }})...)
	if cases == nil {
		r.fail(n, "cases", "is missing")
		return
	}
	if cases.Kind != yaml.SequenceNode {
		r.fail(cases, "cases", "must be a list")
		return
	}
	names := map[string]bool{}
	r.each(cases, "cases", func(n *yaml.Node, path string) {
		c := &Case{Pos: r.pos(n), world: shared.clone()}
		r.oneCase(n, path, c)
		if names[c.Name] {
			r.fail(n, below(path, "name"), "another case has this name, too")
		}
		names[c.Name] = true
		to.Cases = append(to.Cases, c)
	})
}

// clone returns a world that a case may change.
func (w *world) clone() world {
	c := *w
	c.secrets, c.envs, c.stubs = append(pairs(nil), w.secrets...), append(pairs(nil), w.envs...), append([]*stub(nil), w.stubs...)
	return c
}

// world returns the members that a file and a case have alike.
func (r *reader) world(w *world) []member {
	return []member{
		{"secrets", func(n *yaml.Node, path string) { w.secrets = append(w.secrets, r.pairs(n, path)...) }},
		{"envs", func(n *yaml.Node, path string) { w.envs = append(w.envs, r.pairs(n, path)...) }},
		{"now", func(n *yaml.Node, path string) {
			var err error
			if w.now, err = time.Parse(time.RFC3339Nano, r.text(n, path)); err != nil {
				r.fail(n, path, "must be a date with its time and zone, as in 2026-01-01T12:00:00Z")
			}
		}},
		{"baseUrl", r.textInto(&w.baseURL)},
		{"waitTimeout", r.durationInto(&w.wait)},
		{"http", func(n *yaml.Node, path string) {
			var own []*stub
			r.each(n, path, func(n *yaml.Node, path string) { own = append(own, r.stub(n, path)) })
			w.stubs = append(own, w.stubs...)
		}},
	}
}

func (r *reader) durationInto(to *time.Duration) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		var err error
		if *to, err = flow.ParseDuration(r.text(n, path)); err != nil {
			r.fail(n, path, "%v", err)
		}
	}
}

func (r *reader) oneCase(n *yaml.Node, path string, c *Case) {
	single := &step{pos: r.pos(n), after: -1}
	var alone, steps *yaml.Node
	r.members(n, path, append(
		append([]member{{"name", r.textInto(&c.Name)}}, r.world(&c.world)...),
		member{"request", func(n *yaml.Node, path string) { alone, single.request = n, r.request(n, path) }},
		member{"expect", func(n *yaml.Node, path string) { alone, single.expect = n, r.expectation(n, path) }},
		member{"steps", func(n *yaml.Node, path string) {
			steps = n
			r.each(n, path, func(n *yaml.Node, path string) { c.steps = append(c.steps, r.step(n, path)) })
		}},
	)...)
	switch {
	case c.Name == "":
		r.fail(n, below(path, "name"), "is missing")
	case steps != nil && alone != nil:
		r.fail(alone, path, "a case has `steps`, or one `request` and what to `expect`")
	case steps != nil && len(c.steps) == 0:
		r.fail(steps, path, "steps is empty")
	case steps == nil && single.request == nil:
		r.fail(n, below(path, "request"), "is missing")
	case steps == nil:
		c.steps = []*step{single}
	}
}

func (r *reader) step(n *yaml.Node, path string) *step {
	s := &step{pos: r.pos(n), after: -1}
	r.members(n, path,
		member{"at", r.durationInto(&s.after)},
		member{"request", func(n *yaml.Node, path string) { s.request = r.request(n, path) }},
		member{"resume", func(n *yaml.Node, path string) { s.resume = r.resume(n, path) }},
		member{"expect", func(n *yaml.Node, path string) { s.expect = r.expectation(n, path) }},
	)
	if s.request != nil && s.resume != nil {
		r.fail(n, path, "a step has a `request` or a `resume`, not both")
	}
	return s
}

func (r *reader) resume(n *yaml.Node, path string) *resume {
	to := &resume{pos: r.pos(n)}
	r.members(n, path,
		member{"step", func(n *yaml.Node, path string) { to.step = r.int(n, path, 1) }},
		member{"inputs", func(n *yaml.Node, path string) {
			if n.Kind != yaml.MappingNode {
				r.fail(n, path, "must be a mapping")
				return
			}
			to.inputs = valueOf(n).Map()
		}},
	)
	return to
}

// usualRemote is the address of the client of requests that name none.
const usualRemote = "192.0.2.1"

func (r *reader) request(n *yaml.Node, path string) *request {
	to := &request{pos: r.pos(n), remote: usualRemote}
	bodies := 0
	body := func(name string, read func(n *yaml.Node, path string)) member {
		return member{name, func(n *yaml.Node, path string) {
			if bodies++; bodies == 2 {
				r.fail(n, path, "a request has one body: `body`, `json`, `form` or `parts`")
			}
			read(n, path)
		}}
	}
	r.members(n, path,
		member{"flow", r.textInto(&to.flow)},
		member{"trigger", r.textInto(&to.trigger)},
		member{"key", func(n *yaml.Node, path string) { text := r.text(n, path); to.key = &text }},
		member{"path", r.textInto(&to.path)},
		member{"method", r.textInto(&to.method)},
		member{"headers", r.pairsInto(&to.headers)},
		member{"parameters", r.pairsInto(&to.parameters)},
		body("body", func(n *yaml.Node, path string) { text := r.text(n, path); to.body = &text }),
		body("json", func(n *yaml.Node, _ string) { v := valueOf(n); to.json = &v }),
		body("form", r.pairsInto(&to.form)),
		body("parts", func(n *yaml.Node, path string) {
			r.each(n, path, func(n *yaml.Node, path string) { to.parts = append(to.parts, r.part(n, path)) })
		}),
		member{"sender", func(n *yaml.Node, path string) { to.sender = r.oneOf(n, path, senders.Names()) }},
		member{"event", r.textInto(&to.event)},
		member{"unsigned", func(n *yaml.Node, path string) { to.unsigned = r.bool(n, path) }},
		member{"signWith", r.textInto(&to.signWith)},
		member{"remoteAddress", r.textInto(&to.remote)},
	)
	switch {
	case (to.flow == "") == (to.path == ""):
		r.fail(n, path, "needs `flow`, as in company.team/hello, or else `path`")
	case to.path != "" && (to.trigger != "" || to.key != nil):
		r.fail(n, path, "`trigger` and `key` belong to `flow`, and not to `path`")
	case to.flow != "" && strings.Count(to.flow, "/") != 1:
		r.fail(n, below(path, "flow"), "must be a namespace and an id, as in company.team/hello")
	case to.path != "" && !strings.HasPrefix(to.path, "/") && !strings.HasPrefix(to.path, "{{"):
		r.fail(n, below(path, "path"), "must begin with /")
	}
	return to
}

func (r *reader) part(n *yaml.Node, path string) (p part) {
	r.members(n, path,
		member{"name", r.textInto(&p.name)}, member{"filename", r.textInto(&p.filename)},
		member{"contentType", r.textInto(&p.kind)}, member{"text", r.textInto(&p.text)},
	)
	if p.name == "" {
		r.fail(n, below(path, "name"), "is missing")
	}
	return p
}

func (r *reader) stub(n *yaml.Node, path string) *stub {
	to := &stub{pos: r.pos(n), status: http.StatusOK, header: http.Header{}}
	var answer *yaml.Node
	body := func(name string, read func(n *yaml.Node, path string)) member {
		return member{name, func(n *yaml.Node, path string) {
			if answer != nil {
				r.fail(n, path, "an answer has one body: `body` or `json`")
			}
			answer = n
			read(n, path)
		}}
	}
	r.members(n, path,
		member{"method", r.textInto(&to.method)},
		member{"url", r.textInto(&to.url)},
		member{"times", func(n *yaml.Node, path string) { to.times = r.int(n, path, 1) }},
		member{"status", func(n *yaml.Node, path string) { to.status = r.int(n, path, 100) }},
		member{"headers", func(n *yaml.Node, path string) {
			for _, p := range r.pairs(n, path) {
				to.header.Add(p.name, p.text)
			}
		}},
		body("body", r.textInto(&to.body)),
		body("json", func(n *yaml.Node, _ string) {
			to.body = value.JSON(valueOf(n))
			if to.header.Get("Content-Type") == "" {
				to.header.Set("Content-Type", "application/json")
			}
		}),
		member{"delay", r.durationInto(&to.delay)},
		member{"fails", r.textInto(&to.fails)},
	)
	if to.url == "" {
		r.fail(n, below(path, "url"), "is missing")
	}
	return to
}

func (r *reader) expectation(n *yaml.Node, path string) *expectation {
	to := &expectation{pos: r.pos(n)}
	into := func(name string, to **yaml.Node, shape func(n *yaml.Node, path string)) member {
		return member{name, func(n *yaml.Node, path string) {
			*to = n
			shape(n, path)
		}}
	}
	text := func(n *yaml.Node, path string) { r.text(n, path) }
	mapping := func(n *yaml.Node, path string) {
		if n.Kind != yaml.MappingNode {
			r.fail(n, path, "must be a mapping")
		}
	}
	r.members(n, path,
		into("status", &to.status, func(n *yaml.Node, path string) { r.int(n, path, 100) }),
		into("headers", &to.headers, mapping),
		into("body", &to.body, text),
		into("json", &to.json, anything),
		into("contains", &to.contains, anything),
		into("outcome", &to.outcome, text),
		into("state", &to.state, text),
		into("outputs", &to.outputs, mapping),
		into("labels", &to.labels, mapping),
		into("inputs", &to.inputs, mapping),
		into("logs", &to.logs, func(n *yaml.Node, path string) { r.each(n, path, r.logLine) }),
		into("tasks", &to.tasks, func(n *yaml.Node, path string) { r.byName(n, path, r.taskRuns) }),
		into("executions", &to.others, func(n *yaml.Node, path string) { r.byName(n, path, r.states) }),
		into("asked", &to.asked, func(n *yaml.Node, path string) { r.each(n, path, r.asking) }),
	)
	return to
}

func anything(*yaml.Node, string) {}

// byName reads what is expected of each of several things.
func (r *reader) byName(n *yaml.Node, path string, read func(n *yaml.Node, path string)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		read(n.Content[i+1], below(path, n.Content[i].Value))
	}
}

// states reads a state, or a list of states.
func (r *reader) states(n *yaml.Node, path string) {
	r.each(n, path, func(n *yaml.Node, path string) { r.text(n, path) })
}

// taskRuns reads what is expected of the runs of a task: states, or mappings.
func (r *reader) taskRuns(n *yaml.Node, path string) {
	r.each(n, path, func(n *yaml.Node, path string) {
		if n.Kind == yaml.ScalarNode {
			return
		}
		r.members(n, path,
			member{"state", func(n *yaml.Node, path string) { r.text(n, path) }},
			member{"attempts", func(n *yaml.Node, path string) { r.int(n, path, 0) }},
			member{"value", func(n *yaml.Node, path string) { r.text(n, path) }},
			member{"outputs", anything},
		)
	})
}

// logLine reads what is expected of a line: its message, or a mapping.
func (r *reader) logLine(n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode {
		return
	}
	text := func(n *yaml.Node, path string) { r.text(n, path) }
	r.members(n, path, member{"message", text}, member{"has", text}, member{"level", text}, member{"task", text})
}

// asking reads what is expected of a request to another server.
func (r *reader) asking(n *yaml.Node, path string) {
	text := func(n *yaml.Node, path string) { r.text(n, path) }
	r.members(n, path,
		member{"method", text}, member{"url", text}, member{"headers", func(n *yaml.Node, path string) {
			if n.Kind != yaml.MappingNode {
				r.fail(n, path, "must be a mapping")
			}
		}},
		member{"body", text}, member{"json", anything}, member{"contains", anything},
	)
}
