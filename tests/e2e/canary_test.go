package e2e

import (
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// canary is a key that must not be printed, in any spelling and not even in part.
type canary struct {
	name      string
	property  string   // as in the flow file
	spellings []string // in URLs
	inline    bool     // its flow stands in the configuration itself
}

// Every key holds cn~ry, or the Base64 text of a secret that holds it. No id has a tilde, so a part of a key is never found by
// chance.
var canaries = []canary{
	{name: "literal", property: "cn~ry0literal", spellings: []string{"cn~ry0literal", "%63%6E%7E%72%79%30literal", "cn%7ery0literal"}},
	{name: "secret", property: "{{ secret('HOOK') }}", spellings: []string{"cn~ry1secret"}},
	{name: "odd", property: "cn~ry2/sl~sh%perc~nt", spellings: []string{
		"cn~ry2%2Fsl~sh%25perc~nt", "cn~ry2%2fsl~sh%25perc~nt", "%63%6e%7e%72%79%32%2f%73%6c%7e%73%68%25%70%65%72%63%7e%6e%74",
	}},
	{name: "inline", property: "cn~ry3inline", spellings: []string{"cn~ry3inline"}, inline: true},
}

var (
	secretText   = base64.StdEncoding.EncodeToString([]byte("cn~ry1secret"))
	canaryEnv    = []string{"SECRET_HOOK=" + secretText}
	canaryTraces = regexp.MustCompile(`(?i)(cn|sl|perc)(~|%(25)?7e)|%(25)?63%(25)?6e%|%(25)?73%(25)?6c%|` + regexp.QuoteMeta(secretText[:8]))
)

// canaryTrace returns where a trace of a key is in a text; nil: there is none. Most lines of a log hold none of what every trace has one of,
// and are not searched for more.
func canaryTrace(text string) []int {
	lower := strings.ToLower(text)
	for _, one := range []string{"~", "%7e", "%257e", "%63", "%2563", "%73", "%2573", strings.ToLower(secretText[:8])} {
		if strings.Contains(lower, one) {
			return canaryTraces.FindStringIndex(text)
		}
	}
	return nil
}

// canaryFlows returns the flows for all outcomes with a key, by id.
func canaryFlows(c canary) map[string]string {
	condition := func(kind, expression string) string {
		return waitsForOutputs + "conditions:\n  - type: " + kind + "\n    expression: " + expression + "\n"
	}
	flows := map[string]string{
		"start":    echoFlow("start_"+c.name, c.property),
		"wait":     echoFlow("wait_"+c.name, c.property, waitsForOutputs),
		"unmet":    echoFlow("unmet_"+c.name, c.property, condition("io.kestra.plugin.core.condition.Expression", "\"{{ trigger.body == 'other' }}\"")),
		"pebble":   echoFlow("pebble_"+c.name, c.property, condition("io.kestra.plugin.core.condition.Expression", "\"{{ trigger.body.nothing.here == 'other' }}\"")),
		"cel":      echoFlow("cel_"+c.name, c.property, condition("cel", "body.nothing.here == 1")),
		"disabled": echoFlow("disabled_"+c.name, c.property, "disabled: true\n"),
		"late":     echoFlow("late_"+c.name, c.property, waitsForOutputs, "waitTimeout: PT0.000001S\n"), // over before the first task
		"slow":     slowFlow("slow_"+c.name, c.property, waitsForOutputs),
	}
	flows["failing"] = strings.Replace(echoFlow("failing_"+c.name, c.property, waitsForOutputs), "trigger.parameters.n[0] ?? 'none'", "trigger.nothing.here", 1)
	return flows
}

// canaryFiles returns flow files with the keys that stand in files.
func canaryFiles() map[string]string {
	files := map[string]string{}
	for _, c := range canaries {
		for id, flow := range canaryFlows(c) {
			if !c.inline {
				files["flows/"+id+"_"+c.name+".yaml"] = flow
			}
		}
	}
	return files
}

// canaryOption is the global option with the flows that stand in the configuration.
func canaryOption() string {
	var b strings.Builder
	b.WriteString("\tkestra {\n\t\tflows flows\n")
	for _, c := range canaries {
		for _, flow := range canaryFlows(c) {
			if c.inline {
				b.WriteString("\t\tflow <<FLOW\n" + flow + "FLOW\n")
			}
		}
	}
	return b.String() + "\t}\n"
}

// wantSilence searches all that a server printed and wrote, and further texts, for traces of the keys. Flow files may hold
// them, and Caddy's configuration may hold those of inline flows.
func wantSilence(t *testing.T, s *harness.Server, texts map[string]string) {
	t.Helper()
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "flows" {
			return fs.SkipDir
		}
		if d.IsDir() || d.Name() == "Caddyfile" || d.Name() == "autosave.json" {
			return nil
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(texts[filepath.Join(s.Dir, "output.log")]) == 0 {
		t.Error("nothing was printed, so nothing was searched")
	}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			if at := canaryTrace(line); at != nil {
				t.Errorf("%s holds %q of a key: …%s", name, line[at[0]:at[1]], line[max(0, at[0]-300):min(len(line), at[1]+100)])
				break
			}
		}
	}
}
