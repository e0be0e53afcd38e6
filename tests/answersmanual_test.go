package tests

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)\n```$")

// TestAnswersManual loads the properties of triggers that docs/answers.md shows.
func TestAnswersManual(t *testing.T) {
	text, err := os.ReadFile("../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for _, block := range blocks {
		flowText := "id: f\nnamespace: company.team\ntasks: [{id: check, type: io.kestra.plugin.core.debug.Return, format: new}]\ntriggers:\n" +
			"  - id: webhook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: 4wjtkzwVGBM9yKnjm3yv8r\n    " +
			strings.ReplaceAll(strings.TrimSpace(block[1]), "\n", "\n    ") + "\n"
		serve(t, []*flow.Source{flow.NewSource("docs/answers.md", []byte(flowText))})
	}
}
