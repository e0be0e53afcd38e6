package main

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

var built = flag.String("built", "", "a Caddy that xcaddybuild has built with tests/e2e/thirdparty")

// TestThirdParty serves a flow with a task that is in a Go module of its own, with and without options.
func TestThirdParty(t *testing.T) {
	if *built == "" {
		t.Skip("-built names no Caddy: .ci/run builds one")
	}
	flows := filepath.Join(mustAbs(t, root), "tests", "e2e", "thirdparty", "flows")
	config := harness.Config{Program: mustAbs(t, *built), Sites: ":{$HTTP_PORT} {\n\tkestra_webhook {\n\t\tflows " + flows + "\n\t}\n}"}
	s := harness.Start(t, config)
	call := func(want string) {
		t.Helper()
		a := s.Fetch(t, "POST", "/api/v1/executions/webhook/company.team/shout/4wjtkzwVGBM9yKnjm3yv8r", `{"name": "Alice"}`)
		if a.Status != 200 || a.Body != want {
			t.Errorf("%d %s, want 200 %s", a.Status, a.Body, want)
		}
	}
	call(`{"text":"HELLO ALICE!"}`)
	config.Global = "\tkestra {\n\t\ttasks shout {\n\t\t\tmark ?\n\t\t}\n\t}"
	if err := s.Reload(config); err != nil {
		t.Fatal(err)
	}
	call(`{"text":"HELLO ALICE?"}`)

	for _, args := range [][]string{{"kestra", "validate", flows}, {"kestra", "types", "com.example.shout.Shout"}} {
		out, err := s.Command(args...).CombinedOutput()
		if want := map[string]string{"validate": "1 flow without errors", "types": "Write a text in capitals."}[args[1]]; err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
}
