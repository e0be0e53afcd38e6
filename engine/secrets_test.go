package engine

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// environOf returns environment variables SECRET_S, SECRET_T and so on with these texts.
func environOf(texts ...string) []string {
	var environ []string
	for i, text := range texts {
		environ = append(environ, fmt.Sprintf("SECRET_%c=%s", 'S'+i, base64.StdEncoding.EncodeToString([]byte(text))))
	}
	return environ
}

// loggedBy returns a line for each entry, with its fields.
func loggedBy(logs *observer.ObservedLogs) []string {
	var lines []string
	for _, e := range logs.TakeAll() {
		lines = append(lines, fmt.Sprintf("%s %v", e.Message, e.ContextMap()))
	}
	return lines
}

// TestSecretsInLogs checks that no line of the log has a text that secret() returned, and that flows may return such texts.
func TestSecretsInLogs(t *testing.T) {
	const secret, member = `s3cr3t "va/lue"`, "pa55 word"
	failing := func(what string) string {
		return `{{ {} | jq('error($ENV)' | replace({'$ENV': ` + what + ` | toJson})) }}`
	}
	const logType = "io.kestra.plugin.core.log.Log"
	core, logs := observer.New(zap.DebugLevel)
	e := openEngine(t)
	e.Configure(Options{Logger: zap.New(core)})
	tests := []struct {
		name, tasks, trigger string
		members              []string
		lines                int // with stars
	}{
		{"a condition", "", expressionCondition(failing("secret('S')")), nil, 1},
		{"a member of a secret", "", expressionCondition(failing("secret('T', subkey='p')")), nil, 1},
		{"when", "", "when: " + quoteYAML(failing("secret('S')")), nil, 1},
		{"a label", "", "labels: {a: " + quoteYAML(failing("secret('S')")) + "}", nil, 1},
		{"responseCode", "", "wait: true\nresponseCode: " + quoteYAML(failing("secret('S')")), nil, 1},
		{"an output", "", "wait: true", []string{"outputs: [{id: o, type: STRING, value: " + quoteYAML(failing("secret('S')")) + "}]"}, 1},
		{"the default of an input", "", expressionCondition("{{ inputs.i }}"), []string{"inputs: [{id: i, type: STRING, defaults: " + quoteYAML(failing("secret('S')")) + "}]"}, 1},
		{"runIf", "- {id: a, type: " + logType + ", message: x, runIf: " + quoteYAML(failing("secret('S')")) + "}", "wait: true", nil, 1},
		{"a task", "- {id: a, type: " + logType + ", message: " + quoteYAML(failing("secret('S')")) + "}", "wait: true", nil, 1},
		{
			"messages", "- {id: a, type: " + logType + ", message: [\"a {{ secret('S') }} b\", \"{{ secret('S') | base64encode }}\", \"{{ ('joe:' ~ secret('S')) | base64encode }}\", " +
				"\"{{ secret('S') | urlencode }}\", \"{{ {'k': secret('S')} | toJson }}\", \"{{ secret('T') }}\", \"{{ secret('T', subkey='p') }}\"]}", "wait: true", nil, 7,
		},
	}
	forms := []string{secret, member, "s3cr3t", "pa55", base64.StdEncoding.EncodeToString([]byte(secret)), "va%2Flue", `va/lue`}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := webhookFlow("f", test.trigger, test.members...)
			if test.tasks != "" {
				text = taskFlow("f", test.tasks, test.trigger, test.members...)
			}
			site := newSite(t, e, SiteOptions{Logger: zap.New(core), Environ: environOf(secret, `{"p": "`+member+`"}`)}, text)
			r := send(site, "f", "{}")
			if r.ExecutionID != "" {
				waitFor(t, e, r.ExecutionID)
			}
			stars := 0
			for _, line := range loggedBy(logs) {
				if strings.Contains(line, "******") {
					stars++
				}
				line, _, _ = strings.Cut(line, " at line ") // the flow's own text follows
				for _, form := range forms {
					if strings.Contains(line, form) {
						t.Errorf("%q is in %s", form, line)
					}
				}
			}
			if stars != test.lines {
				t.Errorf("%d lines have stars, want %d", stars, test.lines)
			}
		})
	}
	site := newSite(t, e, SiteOptions{Environ: environOf("s3cr3t-value")}, webhookFlow("f", "wait: true\nreturnOutputs: true", "outputs: [{id: o, type: STRING, value: \"{{ secret('S') }}\"}]"))
	if r := send(site, "f", "{}"); string(r.Body) != `{"o":"s3cr3t-value"}` {
		t.Errorf("what the author returns is %s", r.Body)
	}
}

// TestLinesOfData checks that a flow that logs a body writes one line of bounded length.
func TestLinesOfData(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	e := openEngine(t)
	e.Configure(Options{Logger: zap.New(core)})
	site := newSite(t, e, SiteOptions{}, taskFlow("f", "- {id: a, type: io.kestra.plugin.core.log.Log, message: \"{{ trigger.body }}\"}", "wait: true"))
	for _, body := range []string{"a\n{\"level\":\"error\"}\x1b[2J", strings.Repeat("\x01", 10<<20)} {
		send(site, "f", body)
		for _, line := range logs.TakeAll() {
			if strings.ContainsAny(line.Message, "\n\x1b\x01") || len(line.Message) > 66_000 {
				t.Errorf("%d bytes: %.100q", len(line.Message), line.Message)
			}
		}
	}
}

func TestEvalMasksErrors(t *testing.T) {
	template := `{{ {} | jq('error("\\u001b' ~ secret('S') ~ '")') }}`
	_, err := Eval(template, EvalOptions{Environ: environOf("s3cr3t-value")})
	failed := new(pebble.Error)
	if !errors.As(err, &failed) || failed.Msg != `jq program failed: \u001b******` || failed.Err != nil || !strings.Contains(err.Error(), "^") {
		t.Errorf("error is %#v", err)
	}
	if text, err := Eval("{{ secret('S') }}", EvalOptions{Environ: environOf("s3cr3t-value")}); text != "s3cr3t-value" || err != nil {
		t.Errorf("the value is %q, %v", text, err)
	}
}
