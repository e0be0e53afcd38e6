package http

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestSseRequest(t *testing.T) {
	const stream = `uri: AT/sse, params: {stream: 'id: 1|event: m|data: {"a":1}||data: two|||: comment||data: l1|data: l2||'}`
	for _, tt := range []struct{ name, members, want, err string }{
		{"events", stream, `"events":[{"data":{"a":1},"id":"1","name":"m"},{"data":"two"},{"data":"l1\nl2"}],"size":3}`, ""},
		{"no events", `uri: AT/sse`, `"events":[],"size":0}`, ""},
		{"concatJqExpression", `uri: AT/sse, params: {stream: 'data: {"m":"Hello"}||data: {"m":5}||data: {"m":true}||'}, concatJqExpression: ".data.{{ 'm' }}"`, `"size":3,"result":"Hello5true"}`, ""},
		{"failedOnMissingJq", stream + `, concatJqExpression: .data.a`, "", `Failed to resolve JQ expression '.data.a' and value '{"data":"two"}'`},
		{"failedOnMissingJq of null", `uri: AT/sse, params: {stream: 'data: {}||'}, concatJqExpression: .data.a`, "", `Failed to resolve JQ expression '.data.a' and value '{"data":{}}'`},
		{"without failedOnMissingJq", stream + `, concatJqExpression: .data.a, failedOnMissingJq: false`, `"size":3,"result":"1"}`, ""},
		{"nothing is left", stream + `, concatJqExpression: .data.b, failedOnMissingJq: false`, `"events":[{"data":{"a":1},"id":"1","name":"m"},{"data":"two"},{"data":"l1\nl2"}],"size":3}`, ""},
		{"program that ends never", stream + `, concatJqExpression: "last(range(0; 100000000))", failedOnMissingJq: false`, "", "evaluation takes more than 1000000 steps"},
		{"failure", `uri: AT/status/404`, "", "Failed http request with response code '404' and body:"},
		{"too large", `uri: AT/sse, params: {stream: 'data: 0123456789||'}, options: {maxContentLength: 10}`, "", "the answer has more than 10 bytes, which is the limit"},
		{"wrong program", stream + `, concatJqExpression: "{{ '.a[' }}"`, "", "jq program does not parse"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, "SseRequest", tt.members, variables)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			if tt.err == "" && !strings.HasSuffix(got.Outputs, `",`+tt.want) {
				t.Errorf("outputs %s, want %s", got.Outputs, tt.want)
			}
		})
	}
	_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.core.http.SseRequest, uri: http://h, concatJqExpression: ".a["}`)
	if err := found.Err(); err == nil || !strings.Contains(err.Error(), "concatJqExpression: jq program does not parse") {
		t.Errorf("wrong program: %v", err)
	}
	got := run(t, "SseRequest", `uri: AT/echo`, variables)
	if got.Err != "" {
		t.Errorf("an answer that is no stream: %v", got.Err)
	}
}

func TestReadEvents(t *testing.T) {
	for _, tt := range []struct {
		stream string
		want   []string
	}{
		{"data: a\n\n", []string{`{"data":"a"}`}},
		{"data:a\r\n\r\ndata: b\r\rdata:  c\n\n", []string{`{"data":"a"}`, `{"data":"b"}`, `{"data":" c"}`}},
		{"data\n\ndata:\ndata:\n\n", []string{`{"data":""}`, `{"data":"\n"}`}},
		{"data: not ended\n", nil},
		{"data: not ended", nil},
		{"id: 1\n\nevent: x\n\n: c\n\n", nil},
		{": one\n: two\ndata: 1\nretry: 1500\nid: i\nevent: e\nother: x\n\n", []string{`{"data":1,"id":"i","name":"e","comment":"one\ntwo","retry":"PT1.5S"}`}},
		{"id: a\x00b\nretry: x\ndata: \"t\"\n\n", []string{`{"data":"t"}`}},
		{"data: [1]\n\ndata: {\n\ndata: 1 2\n\ndata: \xff\n\n", []string{`{"data":[1]}`, `{"data":"{"}`, `{"data":"1 2"}`, `{"data":"�"}`}},
	} {
		m := new(meter.Meter)
		m.Reset(&meter.Limits{Steps: 1000, Memory: 1 << 20}, nil)
		var got []string
		err := readEvents(strings.NewReader(tt.stream), m, func(e event) error {
			v, err := e.value(m)
			got = append(got, value.JSON(v))
			return err
		})
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", tt.stream, err, diff)
		}
	}
}

// TestReadEventsOfManyLines checks that the work for an event grows with the lines that it has, and not with their square.
func TestReadEventsOfManyLines(t *testing.T) {
	for _, line := range []string{"data:x\n", ":x\n"} {
		const lines = 20_000
		stream := strings.Repeat(line, lines) + "data:x\n\n"
		m := new(meter.Meter)
		m.Reset(&meter.Limits{Steps: 1_000_000, Memory: 1 << 30}, nil)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		events := 0
		err := readEvents(strings.NewReader(stream), m, func(event) error {
			events++
			return nil
		})
		runtime.ReadMemStats(&after)
		const perLine = 1 << 10 // a few times what a line takes
		if made := after.TotalAlloc - before.TotalAlloc; err != nil || events != 1 || made > lines*perLine {
			t.Errorf("%q: %d events, %v; %d bytes are made", line, events, err, made)
		}
	}
}

// TestReadEventsMemory checks that neither a long line nor many events take memory that was not granted.
func TestReadEventsMemory(t *testing.T) {
	for _, stream := range []string{"data: " + strings.Repeat("x", 1<<20) + "\n\n", strings.Repeat("data:\n\n", 10_000)} {
		m := new(meter.Meter)
		m.Reset(&meter.Limits{Steps: 1_000_000, Memory: 1 << 20}, nil)
		err := readEvents(strings.NewReader(stream), m, func(e event) error {
			_, err := e.value(m)
			return err
		})
		if err == nil {
			t.Errorf("%.20q… is read", stream)
		}
	}
}
