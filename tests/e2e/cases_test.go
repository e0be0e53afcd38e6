package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestCases runs the cases of testdata/cases against a server, and without one: both do the same.
func TestCases(t *testing.T) {
	t.Parallel()
	files := seedFiles(t)
	names, err := filepath.Glob("testdata/cases/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files["flows/"+path.Base(filepath.ToSlash(name))] = string(text)
	}
	const secret = "quite-a-secret-4711"
	s := harness.Start(t, harness.Config{Sites: site, Files: files, Env: []string{"SECRET_SIGNED=" + base64.StdEncoding.EncodeToString([]byte(secret))}})
	const passed = "100 of 100 cases in 4 files passed\n"
	for _, args := range [][]string{
		{"--base", s.URL(""), "--address", fmt.Sprintf("127.0.0.1:%d", s.AdminPort), "flows"},
		{"flows"},
	} {
		out, err := s.Command(append([]string{"kestra", "test"}, args...)...).CombinedOutput()
		if err != nil || string(out) != passed {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
	// Cases must be able to fail, here too.
	wrong := strings.NewReplacer("Hello Alice!", "Hello Bob!", "state: SUCCESS", "state: FAILED").Replace(files["flows/seeds.test.yml"])
	if err := os.WriteFile(filepath.Join(s.Dir, "flows", "seeds.test.yml"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := s.Command("kestra", "test", "--base", s.URL(""), "--address", fmt.Sprintf("127.0.0.1:%d", s.AdminPort), "--run", "seeds", filepath.Join("flows", "seeds.test.yml")).Output()
	for _, want := range []string{
		"FAIL seeds.test.yml: outputs by GET\n  ", `seeds.test.yml:25:33: body: want {"greeting":"Hello Bob!"}, got {"greeting":"Hello Alice!"}` + "\n",
		"FAIL seeds.test.yml: webhook_flow by POST\n  ", ": state: want FAILED, got SUCCESS\n",
	} {
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %q is missing in\n%s", err, want, out)
		}
	}
	checkUploads(t, s)
	checkSignatures(t, s, secret)
	if strings.Contains(s.Output(), secret) {
		t.Error("the log shows the secret, or a token in its place")
	}
}
