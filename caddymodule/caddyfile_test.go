package caddymodule

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/caddyconfig"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the Caddyfiles in testdata adapt to")

// adapt returns the JSON of a Caddyfile, indented.
func adapt(t *testing.T, filename, caddyfile string) (string, error) {
	t.Helper()
	config, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(caddyfile), map[string]any{"filename": filename})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, config, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return b.String(), nil
}

// TestAdapt runs testdata/*.caddyfiletest: a Caddyfile, a line of dashes, and the JSON or a part of the error. In the
// JSON, DIR is the folder of the Caddyfile.
func TestAdapt(t *testing.T) {
	const separator = "\n----------\n"
	files, err := filepath.Glob("testdata/*.caddyfiletest")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".caddyfiletest"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			caddyfile, want, ok := strings.Cut(string(text), separator)
			if !ok {
				t.Fatal("no line of dashes")
			}
			want = strings.TrimSpace(want)
			got, err := adapt(t, "Caddyfile", caddyfile+"\n")
			if !strings.HasPrefix(want, "{") && !(*update && err == nil && want == "") {
				if want == "" || err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("got error %v\nwant one with %q", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			quoted, err := json.Marshal(dir)
			if err != nil {
				t.Fatal(err)
			}
			got = strings.ReplaceAll(got, strings.Trim(string(quoted), `"`), "DIR")
			if *update {
				if err := os.WriteFile(file, []byte(caddyfile+separator+got+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("adapted JSON (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdaptTwice checks that a second adaptation in one process knows nothing of the first.
func TestAdaptTwice(t *testing.T) {
	const config = "{\n\tkestra {\n\t\tstrict\n\t}\n}\n:80 {\n\tkestra_webhook\n}\n"
	first, err := adapt(t, "Caddyfile", config)
	if err != nil {
		t.Fatal(err)
	}
	second, err := adapt(t, "Caddyfile", config)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestRelativeFoldersOfImportedFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "sites"), 0o755); err != nil {
		t.Fatal(err)
	}
	site := ":80 {\n\tkestra_webhook flows\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "sites", "a.caddy"), []byte(site), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := adapt(t, filepath.Join(dir, "Caddyfile"), "import sites/*.caddy\n")
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(filepath.Join(dir, "sites", "flows"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, string(want)) {
		t.Errorf("want %s in\n%s", want, got)
	}
}

func TestMatchesWebhooks(t *testing.T) {
	for pattern, want := range map[string]bool{
		"/srv/flows":                   false,
		"/srv/*":                       false,
		"/":                            false,
		"/*":                           true,
		"/api":                         false,
		"/api/*":                       true,
		"/API/v1/*":                    true,
		"/api/v1/executions/webhook":   false,
		"/api/v1/executions/webhook*":  true,
		"/api/v1/executions/webhook/*": true,
		"/api/v1/executions/webhook/company.team/*": true,
		"/api/v1/executions/webhook/a/b/c":          true,
		"/api/v1/main/executions/webhook/*":         true,
		"/api/v1/main/executions/other/*":           false,
		"/api/v1/{vars.tenant}/webhook/*":           true,
		"/api/*/executions/webhook/*":               true,
	} {
		if got := matchesWebhooks(pattern); got != want {
			t.Errorf("matchesWebhooks(%q) = %v, want %v", pattern, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1m30s": 90 * time.Second, "1d": 24 * time.Hour, "PT30S": 30 * time.Second, "PT1H30M": 90 * time.Minute,
		"P1D": 24 * time.Hour,
		// No positive durations:
		"": 0, "0s": 0, "-1s": 0, "PT0S": 0, "-PT1S": 0, "30": 0, "soon": 0,
	} {
		got, err := parseDuration(text)
		if (err == nil) != (want != 0) || err == nil && got != want {
			t.Errorf("parseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestParseBaseURL(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "https://example.com": "https://example.com", "http://localhost:8080/": "http://localhost:8080",
		"https://example.com/kestra//": "https://example.com/kestra",
		// No base URLs:
		"example.com": "error", "//example.com": "error", "ftp://example.com": "error", "https://": "error", "https:///x": "error",
		"https://example.com?a=b": "error", "https://example.com#a": "error", "https://bob:secret@example.com": "error",
		"https://example.com:port": "error", "://": "error",
	} {
		got, err := parseBaseURL(text)
		if (err != nil) != (want == "error") || err == nil && got != want {
			t.Errorf("parseBaseURL(%q) = %q, %v, want %q", text, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows a password: %v", err)
		}
	}
}
