package conformance

import (
	"regexp"
	"testing"
)

// In the URI of a file stand the execution and the task run that made it, and a random number or another id before its name.
var (
	fileFolders = regexp.MustCompile(`/executions/([0-9A-Za-z]{18,22}|\(id\))/tasks/([\w-]+)/[0-9A-Za-z]{18,22}\b`)
	fileNumber  = regexp.MustCompile(`(/executions/\(id\)/tasks/[\w-]+/\(run\)/)(\d{10,20}\b|[0-9A-Za-z]{18,22}-)`)
)

// normaliseURIs replaces what differs from execution to execution in the URIs of files, wherever they stand in a text.
func normaliseURIs(text string) string {
	text = fileFolders.ReplaceAllString(text, "/executions/(id)/tasks/$2/(run)")
	return fileNumber.ReplaceAllString(text, "$1(random)")
}

func TestNormaliseURIs(t *testing.T) {
	tests := []struct{ text, want string }{
		{"kestra:///t/f/executions/1Av7XK4E5TaOpkg3gGUguL/tasks/w/7EQDH0A1evYJjAyPdxY0tA/1958624853033597725.txt", "kestra:///t/f/executions/(id)/tasks/w/(run)/(random).txt"},
		{"kestra:///t/f/executions/(id)/tasks/w-2/7EQDH0A1evYJjAyPdxY0tA/1SNgUrQzwsO2ONRNvi5l9u-in.txt", "kestra:///t/f/executions/(id)/tasks/w-2/(run)/(random)in.txt"},
		{"[kestra:///t/f/executions/(id)/tasks/w/7EQDH0A1evYJjAyPdxY0tA/splits.txt]", "[kestra:///t/f/executions/(id)/tasks/w/(run)/splits.txt]"},
		{"/t/f/executions/(id)/tasks/w/7EQDH0A1evYJjAyPdxY0tA", "/t/f/executions/(id)/tasks/w/(run)"},
		{"kestra:///t/executions/other/executions/abc/tasks/w/def/1.txt", "kestra:///t/executions/other/executions/abc/tasks/w/def/1.txt"},
	}
	for _, tt := range tests {
		if got := normaliseURIs(tt.text); got != tt.want {
			t.Errorf("normaliseURIs(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
