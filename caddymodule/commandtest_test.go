package caddymodule

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testedFlow is a flow and two cases of it, one of which fails.
var testedFlow = map[string]string{
	"fire.yml": webhookFlow("fire", ""),
	"fire.test.yml": `cases:
- name: right
  request: {flow: company.team/fire}
  expect: {status: 200, state: SUCCESS}
- name: wrong
  request: {flow: company.team/fire, key: a guess}
  expect:
    status: 200
    state: SUCCESS
`,
}

// TestTestReports reads what the formats for programs say.
func TestTestReports(t *testing.T) {
	dir := writeFlows(t, testedFlow)
	file := filepath.Join(dir, "fire.test.yml")
	stdout, _, err := runCommand(nil, "test", "--format", "json", dir)
	var report reportJSON
	if err == nil || err.Error() != "1 case failed" || json.Unmarshal([]byte(stdout), &report) != nil {
		t.Fatalf("%v\n%s", err, stdout)
	}
	wrong := report.Results[1]
	if report.Cases != 2 || report.Failed != 1 || report.Results[0].Failures != nil || wrong.File != file || wrong.Line != 5 || wrong.Name != "wrong" ||
		len(wrong.Failures) != 2 || wrong.Failures[0].Line != 8 || wrong.Failures[0].Column != 13 || wrong.Failures[0].Path != "status" {
		t.Errorf("%+v", report)
	}

	stdout, _, err = runCommand(nil, "test", "--format", "junit", dir)
	var suites suitesXML
	if err == nil || xml.Unmarshal([]byte(stdout), &suites) != nil {
		t.Fatalf("%v\n%s", err, stdout)
	}
	if suites.Tests != 2 || suites.Failures != 1 || len(suites.Suites) != 1 || suites.Suites[0].Name != file || suites.Suites[0].Cases[0].Failure != nil ||
		!strings.Contains(suites.Suites[0].Cases[1].Failure.Text, file+":8:13: status: want 200, got 404") {
		t.Errorf("%s", stdout)
	}
}

// TestReadmeTest writes the flow and the cases of README.md into files, and runs them.
func TestReadmeTest(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Test your flows\n")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "```")
	var yaml []string
	for _, block := range blocks {
		if block, ok := strings.CutPrefix(block, "yaml\n"); ok {
			yaml = append(yaml, block)
		}
	}
	if len(yaml) != 2 {
		t.Fatalf("%d blocks of YAML", len(yaml))
	}
	dir := writeFlows(t, map[string]string{"hello.yml": yaml[0], "hello.test.yml": yaml[1]})
	stdout, stderr, err := runCommand(nil, "test", dir)
	if err != nil || !strings.Contains(section, "$ caddy kestra test flows\n"+stdout+"```") {
		t.Errorf("%v\n%s%s", err, stdout, stderr)
	}
	// The failure that it shows is one of the case.
	bad := strings.Replace(yaml[1], "json: {name: Ada}", "json: {name: ada}", 1)
	dir = writeFlows(t, map[string]string{"hello.yml": yaml[0], "hello.test.yml": bad})
	stdout, _, _ = runCommand(nil, "test", dir)
	shown := strings.ReplaceAll(stdout, dir, "/home/ada/flows")
	if first, _, _ := strings.Cut(shown, "1 of 2"); !strings.Contains(section, "```\n"+first+"```") {
		t.Errorf("it does not show\n%s", first)
	}
}
