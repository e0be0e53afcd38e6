package handon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// behind is a Kestra that answers one thing.
type behind struct {
	task.UpstreamAnswer
	err error
}

func (b *behind) HandOn(context.Context, task.Origin, func(int64) error) (*task.UpstreamAnswer, error) {
	if b.err != nil {
		return nil, b.err
	}
	answer := b.UpstreamAnswer
	return &answer, nil
}

func (b *behind) Retry() (pause, patience time.Duration) { return time.Second, time.Hour }

// hook is a trigger with the properties that count here.
var hook = flow.Spec{
	Kind: flow.KindTrigger, Type: "io.kestra.plugin.core.trigger.Webhook", Compile: func(*flow.Component) (any, error) { return true, nil },
	Properties: []flow.Property{
		{Name: "wait", Type: flow.Boolean},
		{Name: "returnOutputs", Type: flow.Boolean},
		{Name: "responseContentType", Type: flow.String},
		{Name: "responseCode", Type: flow.String},
	},
}

// run runs the task of a flow that is handed on and has a trigger with these properties.
func run(t *testing.T, trigger string, b *behind, change ...func(*task.Context)) (task.Result, error) {
	t.Helper()
	catalog, err := flow.NewCatalog(hook)
	if err != nil {
		t.Fatal(err)
	}
	text := "id: f\nnamespace: company.team\nhandOn: true\ntasks: [{id: t, type: io.kestra.plugin.aws.s3.Download}]\n" +
		"triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook" + trigger + "}]\n"
	set, found := flow.Load(catalog, flow.Options{HandOn: Spec()}, []*flow.Source{{Name: "flow.yml", YAML: []byte(text)}})
	f := set.Flow("company.team", "f")
	if f == nil {
		t.Fatal(found)
	}
	c := &task.Context{
		Pebble:   &pebble.Context{Vars: value.NewMap(0), Now: tasktest.Now},
		Services: &task.Services{Upstream: b},
		Begun:    tasktest.Now,
	}
	for _, f := range change {
		f(c)
	}
	b.Trigger = "w"
	h := f.Tasks[0].Compiled.(*handOn)
	h.now = func() time.Time { return tasktest.Now }
	return h.Run(context.Background(), c)
}

const (
	created = `{"id":"4aofg","namespace":"company.team","flowId":"f","state":{"current":"CREATED"}}`
	linked  = `{"message":"Internal server error: no","_links":{"self":{"href":"/"}},"_embedded":{}}`
)

// TestTaken sends requests to a Kestra that answers: what it took is over, and what it refused for good; the rest is sent again.
func TestTaken(t *testing.T) {
	const waits, outputs, text = ", wait: true", ", wait: true, returnOutputs: true", ", wait: true, returnOutputs: true, responseContentType: text/plain"
	tests := []struct {
		trigger     string
		code        int
		contentType string
		body        string
		want        string // taken, final, or again
	}{
		{"", 200, "", created, "taken"},
		{"", 204, "", "", "taken"},
		{"", 200, "text/plain", "ok", "taken"},
		{"", 301, "", "", "final"},
		{"", 404, "", linked, "final"},
		{"", 413, "", "", "final"},
		{"", 429, "", "", "again"},
		{"", 500, "", linked, "again"},
		{"", 500, "", "", "again"},
		{"", 502, "text/html", "<html>", "again"},
		{"", 503, "", `{"id":"x","namespace":"other","flowId":"f"}`, "again"},
		{"", 599, "", "", "again"},
		// An execution is there, whatever the status says of its end.
		{waits, 500, "", created, "taken"},
		{waits + ", responseCode: 503", 503, "", created, "taken"},
		{waits + ", responseCode: 404", 404, "", created, "taken"},
		{waits + ", responseCode: 429", 429, "", created, "taken"},
		{waits, 500, "", "", "again"},
		// So are its outputs; those of one that has failed are empty.
		{outputs, 500, "", "", "taken"},
		{outputs, 500, "", `{"a":1}`, "taken"},
		{outputs, 500, "", linked, "again"},
		{outputs, 500, "text/html", "<html>", "again"},
		{outputs, 503, "", "", "again"},
		{outputs, 503, "", `{"message":"no healthy upstream"}`, "again"},
		{outputs + ", responseCode: 503", 503, "", `{"a":1}`, "taken"},
		{outputs + ", responseCode: 503", 503, "", "", "taken"},
		{outputs + ", responseCode: 503", 503, "", linked, "again"},
		{outputs + ", responseCode: 404", 404, "", `{"a":1}`, "taken"},
		{outputs, 404, "", linked, "final"},
		{text, 500, "text/plain", "words", "taken"},
		{outputs, 500, "text/plain", "words", "again"},
	}
	for _, tt := range tests {
		b := &behind{UpstreamAnswer: task.UpstreamAnswer{Code: tt.code, Header: http.Header{"Content-Type": {tt.contentType}}, Body: []byte(tt.body)}}
		r, err := run(t, tt.trigger, b)
		got := "taken"
		switch {
		case err != nil:
			got = err.Error()
		case !r.Wake.IsZero():
			got = "again"
		case r.Exit == flow.Failed:
			got = "final"
		}
		if got != tt.want {
			t.Errorf("%s, %d %s %s: %s, want %s", tt.trigger, tt.code, tt.contentType, tt.body, got, tt.want)
		}
	}
}

// TestPauses asks when a request is sent again, so long after the first time.
func TestPauses(t *testing.T) {
	refused := errors.New("Connect to http://127.0.0.1:1 failed: Connection refused")
	answers := func(code int, retryAfter string) *behind {
		return &behind{UpstreamAnswer: task.UpstreamAnswer{Code: code, Header: http.Header{"Retry-After": {retryAfter}}}}
	}
	in := func(d time.Duration) string { return tasktest.Now.Add(d).UTC().Format(http.TimeFormat) }
	tests := []struct {
		behind *behind
		after  time.Duration
		want   string
	}{
		{&behind{err: refused}, 0, "1s"},
		{&behind{err: refused}, 3 * time.Second, "3s"},
		{&behind{err: refused}, 4 * time.Minute, "4m0s"},
		{&behind{err: refused}, 20 * time.Minute, "5m0s"},
		{&behind{err: refused}, 58 * time.Minute, "2m0s"},
		{&behind{err: refused}, time.Hour, "Connect to http://127.0.0.1:1 failed: Connection refused, and the time to try it again is over: hand_on_retry is 1h0m0s"},
		{answers(503, ""), 0, "1s"},
		{answers(503, "7"), 0, "7s"},
		{answers(429, "7"), time.Minute, "1m0s"},
		{answers(429, in(90*time.Second)), 0, "1m30s"},
		{answers(429, in(-time.Hour)), 0, "1s"},
		{answers(429, "soon"), 0, "1s"},
		{answers(429, "-3"), 0, "1s"},
		{answers(503, "4000"), 0, "1h0m0s"},
		{answers(503, "999999999999"), 0, "1s"}, // which is no time
		{answers(503, in(1000*time.Hour)), time.Minute, "59m0s"},
		{answers(503, ""), time.Hour, "failed"},
		{&behind{err: task.ErrNoRequest}, 0, task.ErrNoRequest.Error()},
	}
	for _, tt := range tests {
		r, err := run(t, "", tt.behind, func(c *task.Context) {
			c.Begun = c.Begun.Add(-tt.after)
		})
		got := fmt.Sprint(r.Wake.Sub(tasktest.Now))
		switch {
		case err != nil:
			got = err.Error()
		case r.Exit == flow.Failed:
			got = "failed"
			if code, _ := r.Outputs.Map().Get("code"); code.Int() != 503 {
				t.Errorf("the last answer is lost: %s", value.JSON(r.Outputs))
			}
		}
		if got != tt.want {
			t.Errorf("%+v after %s: %s, want %s", tt.behind, tt.after, got, tt.want)
		}
	}
	r, _ := run(t, "", &behind{err: refused}, func(c *task.Context) { c.Pebble.Seed = 1 << 63 })
	if got := r.Wake.Sub(tasktest.Now); got != 1125*time.Millisecond {
		t.Errorf("half of what is drawn makes it %s", got)
	}
}

// TestLater asks until when a request waits that was not sent: that does not end by the time to try it, as nothing was tried.
func TestLater(t *testing.T) {
	h := &handOn{now: func() time.Time { return tasktest.Now }}
	for after, want := range map[time.Duration]time.Duration{0: time.Second, time.Minute: time.Minute, 2 * time.Hour: longestPause} {
		c := &task.Context{Pebble: &pebble.Context{}, Services: &task.Services{Upstream: &behind{}}, Begun: tasktest.Now.Add(-after)}
		if got := h.Later(c).Sub(tasktest.Now); got != want {
			t.Errorf("after %s it waits %s, want %s", after, got, want)
		}
	}
}

func TestOutputs(t *testing.T) {
	tests := []struct {
		answer task.UpstreamAnswer
		want   string
	}{
		{
			task.UpstreamAnswer{Code: 200, Header: http.Header{"X-B": {"1", "2"}, "Content-Type": {"application/json"}}, Body: []byte(created)},
			`{"code":200,"headers":{"Content-Type":["application/json"],"X-B":["1","2"]},"body":` + value.JSON(value.String(created)) + `,"executionId":"4aofg","state":"CREATED"}`,
		},
		{task.UpstreamAnswer{Code: 204}, `{"code":204,"headers":{},"body":""}`},
		{task.UpstreamAnswer{Code: 200, Body: []byte("\xff\x00")}, `{"code":200,"headers":{},"bodyBase64":"/wA="}`},
		{task.UpstreamAnswer{Code: 200, Header: http.Header{"X-A": {"\xff"}}, Body: []byte("x"), Sealed: []byte("s")}, `{"code":200,"headers":{"X-A":["\ufffd"]},"body":"x","sealed":"cw=="}`},
	}
	for _, tt := range tests {
		r, err := run(t, "", &behind{UpstreamAnswer: tt.answer})
		if err != nil {
			t.Error(err)
		}
		want, err := value.DecodeJSONText(tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(value.JSON(want), value.JSON(r.Outputs)); diff != "" {
			t.Errorf("outputs (-want +got):\n%s", diff)
		}
	}
}

func TestNoUpstream(t *testing.T) {
	for _, services := range []*task.Services{nil, {}} {
		c := &task.Context{Pebble: &pebble.Context{}, Services: services}
		if _, err := new(handOn).Run(context.Background(), c); err == nil || err.Error() != "there is no Kestra to hand the request on to: the option `upstream` says where it is" {
			t.Errorf("error %v", err)
		}
	}
}

// TestTreeCounts checks that memory is taken for the tree of an answer before it is made: a short answer may have a large one.
func TestTreeCounts(t *testing.T) {
	const bytes = 1 << 20 // more than the answer, and less than its tree
	body := "[" + strings.Repeat("[],", 20_000) + "[]]"
	_, err := run(t, "", &behind{UpstreamAnswer: task.UpstreamAnswer{Code: 200, Body: []byte(body)}}, func(c *task.Context) { c.Pebble.Memory = tasktest.Memory(bytes) })
	if !errors.Is(err, tasktest.ErrMemory) {
		t.Error(err)
	}
}
