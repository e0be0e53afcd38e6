package conformance

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// faultKinds are the kinds of faults that inputs of other people showed. Each has rows in testdata/faults.tsv, or says where it is
// tested.
var faultKinds = map[string]struct{ what, elsewhere string }{
	"A":  {"names of date formats: iso_milli, sql_milli, sql_sec", ""},
	"B1": {"Java regular expressions: property classes", ""},
	"B2": {"Java regular expressions: intersection and union of classes", ""},
	"B3": {`Java regular expressions: \R \h \H \v \V \X \N{…} \0n`, ""},
	"B4": {"Java regular expressions: line terminators", ""},
	"B5": {"Java regular expressions: the flags (?U) (?d) (?i)", ""},
	"B6": {"Java regular expressions: what Java refuses or reads otherwise", ""},
	"C1": {"jq: null in `..`", ""},
	"C2": {"jq: whole numbers", ""},
	"C3": {"jq: regular expressions", ""},
	"D":  {"the filter yaml: quotes", ""},
	"E":  {"yaml(): YAML 1.1", ""},
	"F1": {"YAML of flows: %YAML 1.2", ""},
	"F2": {"YAML of flows: a block text that begins with a tab", ""},
	"F3": {"YAML of flows: surrogate pairs", ""},
	"F4": {"YAML of flows: a key null", ""},
	"F5": {"YAML of flows: a member without a value", ""},
	"G":  {"byte order marks", ""},
	"H":  {"conditions that are always met", ""},
	"I":  {"conditions that are never met", ""},
	"J":  {"names that do not exist", ""},
	"K1": {"messages: YAML that needs quotes", ""},
	"K2": {"messages: regular expressions", ""},
	"K3": {"messages: keys", ""},
	"K4": {"messages: CEL", ""},
	"K5": {"messages: hints that mislead", ""},
	"K6": {"messages: hints that lack", ""},
	"L":  {"secrets in logs", ""},
	"M":  {"handshakes", ""},
	"N":  {"content codings", ""},
	"O":  {"keys in what Caddy logs itself", "tests/e2e, TestKeyIsNeverPrintedByOthers"},
	"P":  {"CEL: whole numbers beside others", ""},
	"Q":  {"languages without data", ""},
	"R":  {"no-break spaces", ""},
}

// fault is a row of testdata/faults.tsv.
type fault struct {
	line        int
	kind, place string
	text        string // what stands at the place
	given       string // variables of an expression, in JSON; of a flow the request to it, or "" if it is only loaded
	want        string
	kestra      string // Kestra's result, or the status of its answer, where it differs
	name        string // by which divergences.tsv calls it
}

func readFaults(t *testing.T) []fault {
	t.Helper()
	text, err := os.ReadFile("testdata/faults.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var faults []fault
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		c := strings.Split(line, "\t")
		if len(c) != 6 {
			t.Fatalf("faults.tsv:%d: has %d columns", i+1, len(c))
		}
		if i > 0 {
			f := fault{i + 1, c[0], c[1], unescape(c[2]), unescape(c[3]), unescape(c[4]), c[5], "faults/" + c[0] + "/" + c[3]}
			if f.place == "expression" {
				f.name = "faults/" + c[0] + "/" + c[2]
			}
			faults = append(faults, f)
		}
	}
	return faults
}

// TestFaults evaluates, loads and sends every row, see the package.
func TestFaults(t *testing.T) {
	rows := slices.DeleteFunc(loadDivergences(t), func(r *divergence) bool { return !r.ofFaults() })
	lacks := make(map[string]bool, len(faultKinds))
	for kind, k := range faultKinds {
		lacks[kind] = k.elsewhere == ""
	}
	for _, f := range readFaults(t) {
		if _, ok := faultKinds[f.kind]; !ok {
			t.Errorf("faults.tsv:%d: there is no kind %s", f.line, f.kind)
		}
		delete(lacks, f.kind)
		got := f.result(t)
		if got != f.want {
			t.Errorf("faults.tsv:%d: %s, %s:\n%s\n%s\ngot  %s\nwant %s", f.line, f.kind, f.place, f.text, f.given, got, f.want)
		}
		if f.kestra == "" {
			continue
		}
		d := difference{"status", f.kestra, got}
		if f.place == "expression" {
			d.what = "result"
		}
		row := slices.IndexFunc(rows, func(r *divergence) bool { return r.matches(f.name, d) })
		if row < 0 {
			t.Errorf("%s: %v", f.name, d)
			continue
		}
		rows[row].covers++
	}
	for kind, lacking := range lacks {
		if lacking {
			t.Errorf("faults.tsv has no row of the kind %s", kind)
		}
	}
	checkCovers(t, rows)
}

// faultSecret is the secret TOK of the flows and expressions.
const faultSecret = "s3cr3t-value"

// result is what becomes of a row.
func (f fault) result(t *testing.T) string {
	t.Helper()
	if f.place == "expression" {
		return evaluateFault(f.text, f.given)
	}
	set, found := engine.Core().Load([]*flow.Source{flow.NewSource("fault", []byte(f.flow(t)))})
	options := engine.SiteOptions{Environ: []string{"SECRET_TOK=" + base64.StdEncoding.EncodeToString([]byte(faultSecret))}}
	core, logs := observer.New(zap.InfoLevel)
	options.Logger = zap.New(core)
	if f.given == "" {
		return describeFindings(found)
	}
	s := startServer(t, set, options)
	s.engine.Configure(engine.Options{Logger: options.Logger})
	head, body, _ := strings.Cut(f.given, "\n\n")
	method, headers, _ := strings.Cut(head, "\n")
	r := request{Method: method, Target: "/api/v1/executions/webhook/n/f/" + faultKey, Headers: [][2]string{{"Host", "localhost"}}, Body: body}
	for line := range strings.Lines(headers) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Headers = append(r.Headers, [2]string{name, text})
	}
	r.Headers = append(r.Headers, [2]string{"Content-Length", fmt.Sprint(len(body))})
	a, err := s.send(method, r.bytes(t))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(f.want, "log: ") {
		var lines []string
		for _, line := range logs.All() {
			if line.Message != "execution has ended" { // that is for who runs the server
				lines = append(lines, "log: "+line.Message)
			}
		}
		return strings.Join(lines, "\n")
	}
	return strings.TrimSpace(fmt.Sprint(a.status) + " " + string(a.body))
}

func evaluateFault(template, variables string) string {
	text, err := engine.Eval(template, engine.EvalOptions{Context: []byte(variables)})
	if failed, ok := errors.AsType[*pebble.Error](err); ok {
		return "error: " + failed.Msg
	}
	if err != nil {
		return "error: " + err.Error()
	}
	return text
}

// describeFindings returns what was found when a flow was loaded, a line each.
func describeFindings(found flow.Diagnostics) string {
	if len(found) == 0 {
		return "loads"
	}
	var lines []string
	for _, d := range found {
		severity := "error: "
		if d.Severity == flow.SeverityWarning {
			severity = "warning: "
		}
		lines = append(lines, severity+d.Message)
	}
	return strings.Join(lines, "\n")
}

const faultKey = "4wjtkzwVGBM9yKnjm3yv8r"

// flow returns a flow with the text at its place. The flow answers with its output, which is `ok` unless that is the place.
func (f fault) flow(t *testing.T) string {
	t.Helper()
	parts := map[string]string{
		"file":      "",
		"flow":      "",
		"message":   "hi",
		"runIf":     `"true"`,
		"type":      "io.kestra.plugin.core.debug.Return",
		"key":       faultKey,
		"condition": `"true"`,
		"cel":       `"true"`,
		"output":    "ok",
		"fail":      "",
	}
	if _, ok := parts[f.place]; !ok {
		t.Fatalf("faults.tsv:%d: there is no place %s", f.line, f.place)
	}
	parts[f.place] = f.text
	if parts["fail"] != "" {
		parts["fail"] = "  - {id: f, type: io.kestra.plugin.core.execution.Fail, errorMessage: " + parts["fail"] + "}\n"
	}
	output, err := json.Marshal(parts["output"])
	if err != nil {
		t.Fatal(err)
	}
	return parts["file"] + `id: f
namespace: n
` + parts["flow"] + `
tasks:
  - id: l
    type: io.kestra.plugin.core.log.Log
    runIf: ` + parts["runIf"] + `
    message: ` + parts["message"] + `
  - {id: r, type: ` + parts["type"] + `}
` + parts["fail"] + `
outputs: [{id: o, type: STRING, value: ` + string(output) + `}]
triggers:
  - id: w
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + parts["key"] + `
    wait: true
    returnOutputs: true
    responseContentType: text/plain
    conditions:
      - type: io.kestra.plugin.core.condition.Expression
        expression: ` + parts["condition"] + `
      - type: cel
        expression: ` + parts["cel"] + `
`
}
