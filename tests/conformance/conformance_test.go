package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// onlyCases is for work at a few cases.
var onlyCases = flag.String("cases", "*", "compare only the recorded requests whose topic/case matches this `pattern`, in which * is any text")

// TestRecordedRequests sends every recorded request and compares the answers; see the package documentation.
func TestRecordedRequests(t *testing.T) { //nolint:tparallel // its subtests come one after the other, as they were recorded
	t.Parallel() // as the other one, which waits for a server
	c := &comparison{rows: slices.DeleteFunc(loadDivergences(t), func(r *divergence) bool { return r.ofFacts() || r.ofFaults() || r.ofBinary() })}
	for _, topic := range loadTopics(t, startUpstream(t)) {
		flows := withoutClassName(topic.Flows)
		set, lacks := load(flows)
		c.recorded += len(topic.Cases)
		var bubbled, outside []recorded
		for _, r := range topic.Cases {
			r.printsClass = flows[r.Flow] != topic.Flows[r.Flow]
			r.runsCommands = runsCommands(flows[r.Flow])
			if asksUpstream(flows[r.Flow]) || r.runsCommands {
				outside = append(outside, r)
			} else {
				bubbled = append(bubbled, r)
			}
		}
		compare := func(t *testing.T, cases []recorded) {
			c.run(t, topic.Topic, cases, set, func(r recorded) findings { return lacks.ofCase(flows, r) })
		}
		inBubble(t, topic.Topic, func(t *testing.T) { compare(t, bubbled) })
		if len(outside) > 0 {
			t.Run(topic.Topic+" by the real clock", func(t *testing.T) { compare(t, outside) })
		}
	}
	c.report(t)
}

// comparison is one of all recorded requests.
type comparison struct {
	rows           []*divergence
	cases, covered int
	recorded       int // in testdata
}

// run compares cases of one topic.
func (c *comparison) run(t *testing.T, topic string, cases []recorded, set *flow.Set, of func(recorded) findings) {
	t.Helper()
	s := startServer(t, set, recordedSite)
	if slices.ContainsFunc(cases, func(r recorded) bool { return r.runsCommands }) {
		s.engine.Configure(engine.Options{Commands: new(engine.CommandOptions)})
	}
	for _, r := range cases {
		name := topic + "/" + r.Name
		if !glob(*onlyCases, name) {
			continue
		}
		c.cases++
		for _, d := range s.compare(t, r, of(r)) {
			row := slices.IndexFunc(c.rows, func(r *divergence) bool { return r.matches(name, d) })
			if row < 0 {
				t.Errorf("%s: %v", name, d)
				continue
			}
			c.rows[row].covers++
			c.covered++
		}
	}
}

// report fails the test when not all was compared, and for rows that cover nothing any more.
func (c *comparison) report(t *testing.T) {
	t.Helper()
	t.Logf("%d requests; %d differences covered by %d rows", c.cases, c.covered, len(c.rows))
	if *onlyCases != "*" {
		return
	}
	if c.cases != c.recorded {
		t.Errorf("%d requests are recorded, and %d were compared", c.recorded, c.cases)
	}
	checkCovers(t, c.rows)
}

// lacking are the errors of flows, by their ids.
type lacking map[string]findings

var startsFlow = regexp.MustCompile(`flowId: ([a-z0-9]+)`)

// of returns the errors of a flow, and of those that its tasks start.
func (l lacking) of(flows map[string]string, id string) findings {
	found := l[id]
	for _, started := range startsFlow.FindAllStringSubmatch(flows[id], -1) {
		if started[1] != id {
			found = slices.Concat(found, l.of(flows, started[1]))
		}
	}
	return found
}

// ofCase returns the errors of the flow of a case, or of that which Kestra was asked to create.
func (l lacking) ofCase(flows map[string]string, c recorded) findings {
	if c.Flow == "" {
		_, found := load(map[string]string{"": c.Request.Body})
		return found[""]
	}
	return l.of(flows, c.Flow)
}

// inBubble runs a test of that name by a clock that runs only while everybody waits.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f(t)
			<-time.After(time.Second) // net/http closes some connections half a second after their last answer
		})
	})
}

// compare sends one request, after those that must come before it, and returns the differences.
func (s *server) compare(t *testing.T, c recorded, found findings) []difference {
	t.Helper()
	if c.Request.Target == flowsTarget {
		return compareRefusal(c, found)
	}
	if isOfAPI(c) {
		return s.compareAPI(t, c)
	}
	defer s.callBefore(t, c)()
	got, err := s.send(c.Request.Method, c.Request.bytes(t))
	if err != nil {
		return []difference{{"status", c.Response.summary(), "none, " + err.Error()}}
	}
	differences := compareAnswers(c.Response, got)
	s.remember(c.Response.Body, string(got.body))
	s.act(t, c, got.execution)
	kestra, logs := c.last()
	if ended := s.wait(t, got); ended != nil && kestra != nil {
		plan := execution.NewPlan(s.set.Flow(ended.Namespace, ended.FlowID), ended.Revision)
		recording := string(kestra)
		if c.printsClass {
			recording = className.ReplaceAllString(recording, `"`)
		}
		found := compareExecutions(recording, ended, plan)
		differences = append(differences, found...)
		differences = append(differences, s.compareChildren(t, c, ended)...)
		if logs != nil && len(found) == 0 {
			lines, err := s.engine.Logs(t.Context(), ended.ID, 0, math.MaxInt)
			if err != nil {
				t.Fatal(err)
			}
			id, _ := object(string(kestra))["id"].(string)
			differences = append(differences, compareLogs(id, logs, ended, lines)...)
		}
	}
	return differences
}

// findings are the errors of one flow.
type findings flow.Diagnostics

// load loads flows, by id, and returns the errors of each.
func load(flows map[string]string) (*flow.Set, lacking) {
	errors := make(lacking)
	var sources []*flow.Source
	for _, id := range slices.Sorted(maps.Keys(flows)) {
		sources = append(sources, flow.NewSource(id, []byte(flows[id])))
	}
	set, found := engine.Core().Load(sources)
	for _, d := range found.Errors() {
		errors[d.Pos.Source.Name] = append(errors[d.Pos.Source.Name], d)
	}
	return set, errors
}

// The flows of some topics print the Java class of the body after its JSON, which keeps the JSON from being compared as
// such. They run without it, and the class is cut off what was recorded.
const printClassName = " ~ ' ' ~ (trigger.body | className)"

var className = regexp.MustCompile(` java\.[A-Za-z.]+"`)

func withoutClassName(flows map[string]string) map[string]string {
	changed := make(map[string]string, len(flows))
	for id, text := range flows {
		changed[id] = strings.ReplaceAll(text, printClassName, "")
	}
	return changed
}

// wait waits for the execution of an answer to end; nil when there is none.
func (s *server) wait(t *testing.T, a answer) *execution.State {
	t.Helper()
	if a.execution == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	state, err := s.engine.Wait(ctx, a.execution)
	if errors.Is(err, context.DeadlineExceeded) && s.status(t, a.execution) == execution.Paused { // for ever
		return nil
	}
	if err != nil {
		t.Fatal(fmt.Errorf("execution %s: %w", a.execution, err))
	}
	return state
}
