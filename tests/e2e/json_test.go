package e2e

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// jsonTexts are bodies at the edges of JSON, one a line: name, content type, the body, what it is (object, list or text), and the text
// that the flow sees, `=` for that of the body. Body and text are strings of Go.
//
//go:embed testdata/json.tsv
var jsonTexts string

// jsonFlow says what the body is, and gives it back: a structure printed as JSON, a text as it is.
const jsonFlow = `id: json
namespace: company.team
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: received
outputs:
  - id: kind
    type: STRING
    value: "{{ trigger.body is map ? 'object' : (trigger.body is iterable ? 'list' : 'text') }}"
  - id: body
    type: STRING
    value: "{{ trigger.body is iterable or trigger.body is map ? (trigger.body | toJson) : trigger.body }}"
triggers:
  - {id: echo, type: io.kestra.plugin.core.trigger.Webhook, key: key, wait: true, returnOutputs: true}
  - {id: start, type: io.kestra.plugin.core.trigger.Webhook, key: start}
`

// leastJSONTexts is how many lines there are at least.
const leastJSONTexts = 400

// TestJSONTexts sends each text. An object or a list arrives as a structure that prints back equal, everything else as the same
// text: in the flow, and in the answer to a caller who does not wait.
func TestJSONTexts(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, harness.Config{Global: "kestra {\n\tstore memory\n}", Sites: site, Files: map[string]string{"flows/json.yaml": jsonFlow}})
	sent := 0
	for line := range strings.Lines(jsonTexts) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 5 {
			t.Fatalf("%q has %d columns", line, len(columns))
		}
		name, contentType, kind, body := columns[0], columns[1], columns[3], unquote(t, columns[2])
		text := body
		if columns[4] != "=" {
			text = unquote(t, columns[4])
		}
		sent++
		a := s.Fetch(t, "POST", webhook("json", "key"), body, "Content-Type", contentType)
		var got struct{ Kind, Body string }
		if err := json.Unmarshal([]byte(a.Body), &got); a.Status != 200 || err != nil {
			t.Errorf("%s: %d %.200s", name, a.Status, a.Body)
			continue
		}
		if got.Kind != kind {
			t.Errorf("%s: %.100q is %s, want %s", name, body, got.Kind, kind)
			continue
		}
		a = s.Fetch(t, "POST", webhook("json", "start"), body, "Content-Type", contentType)
		answered := decode(t, a).Trigger.Variables.Body
		if kind == "text" {
			if got.Body != text {
				t.Errorf("%s: %.100q, want %.100q", name, got.Body, text)
			}
			var shown string
			if err := json.Unmarshal(answered, &shown); err != nil || shown != text {
				t.Errorf("%s: the answer has %.100s, want %.100q", name, answered, text)
			}
			continue
		}
		want := numbers(t, name, []byte(text))
		for what, printed := range map[string][]byte{"printed": []byte(got.Body), "in the answer": answered} {
			if got := numbers(t, name, printed); !reflect.DeepEqual(want, got) { // cmp.Diff takes for ever over the deepest ones
				t.Errorf("%s, %s: %.200v, want %.200v", name, what, got, want)
			}
		}
	}
	if sent < leastJSONTexts {
		t.Errorf("%d texts, want at least %d", sent, leastJSONTexts)
	}
}

func unquote(t *testing.T, quoted string) string {
	t.Helper()
	text, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatalf("%s: %v", quoted, err)
	}
	return text
}

// numbers decodes JSON. Whole numbers are compared to the last digit, others as doubles, which they are for flows; one beyond doubles
// is its text.
func numbers(t *testing.T, name string, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Errorf("%s: %v: %.100s", name, err, text)
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case json.Number:
			if n, ok := new(big.Int).SetString(v.String(), 10); ok {
				return n.String()
			}
			f, err := v.Float64()
			if err != nil {
				return v.String()
			}
			if f == math.Trunc(f) {
				n, _ := big.NewFloat(f).Int(nil)
				return n.String()
			}
			return f
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			for member := range v {
				v[member] = walk(v[member])
			}
		}
		return v
	}
	return walk(v)
}
