package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

const root = "../.."

// commandLine returns the command that the README tells users to type.
func (r *recipe) commandLine() string { return "xcaddy " + strings.Join(r.arguments(), " ") }

func TestRecipeAgreesWithGoMod(t *testing.T) {
	r := mustRead(t)
	for _, tt := range []struct{ name, got, want string }{
		{"caddy_version", r.CaddyVersion, goList(t, "-m", "-f", "{{.Version}}", "github.com/caddyserver/caddy/v2")},
		{"replacements[0].old", r.Replacements[0].Old, goList(t, "-m")},
		{"replacements[0].new, resolved", mustAbs(t, filepath.Join(root, r.Replacements[0].New)), goList(t, "-m", "-f", "{{.Dir}}")},
		{"compatibility.caddy", r.Compatibility.Caddy, ">=" + strings.TrimPrefix(r.CaddyVersion, "v")},
		{"compatibility.go", r.Compatibility.Go, ">=" + goList(t, "-m", "-f", "{{.GoVersion}}")},
		{"compatibility.xcaddy", r.Compatibility.XCaddy, ">=" + toolsVersion(t)},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, go.mod says %q", tt.name, tt.got, tt.want)
		}
	}
	for _, p := range r.Plugins {
		if p.Version != "" {
			t.Errorf("plugin %s has version %s, but is replaced by the checkout", p.ModulePath, p.Version)
		}
		if got := goList(t, p.ModulePath); got != p.ModulePath {
			t.Errorf("plugin %s: go list finds %q", p.ModulePath, got)
		}
	}
}

// TestReadmeBuildLine checks that the build command in the README is the one that this program runs, apart from the checkout.
func TestReadmeBuildLine(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := mustRead(t).commandLine()
	if !slices.ContainsFunc(strings.Split(string(readme), "\n"), func(line string) bool { return strings.TrimSpace(line) == want }) {
		t.Errorf("README.md has no line\n%s", want)
	}
}

func TestRecipeAgreesWithBinary(t *testing.T) {
	r := mustRead(t)
	t.Cleanup(harness.Clean)
	binary := harness.Program(t, harness.Product)
	listing, err := exec.Command(binary, "list-modules", "--skip-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := listed(string(listing))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Caddy.Modules, got); diff != "" {
		t.Errorf("modules (-xcaddy.json +binary):\n%s", diff)
	}
	if want := "http.handlers." + r.Caddy.Directive; !slices.Contains(got, want) {
		t.Errorf("the directive's module %s is not in the binary", want)
	}
	if !slices.Contains(got, r.Caddy.GlobalOption) {
		t.Errorf("the global option's module %s is not in the binary", r.Caddy.GlobalOption)
	}
}

func TestArguments(t *testing.T) {
	r := &recipe{
		CaddyVersion: "v1.2.3",
		Plugins:      []plugin{{ModulePath: "example.com/m/sub"}, {ModulePath: "example.com/n", Version: "v4.5.6"}},
		Replacements: []replacement{{Old: "example.com/m", New: "."}},
	}
	want := "xcaddy build v1.2.3 --with example.com/m/sub --with example.com/n@v4.5.6"
	if got := r.commandLine(); got != want {
		t.Errorf("for the published module: %s\nwant %s", got, want)
	}
	got := strings.Join(r.checkoutArguments("/src"), " ")
	if want := strings.TrimPrefix(want, "xcaddy ") + " --replace example.com/m=/src"; filepath.Separator == '/' && got != want {
		t.Errorf("for a checkout: %s\nwant %s", got, want)
	}
}

func TestAdd(t *testing.T) {
	r := &recipe{CaddyVersion: "v1", Caddy: offer{Modules: []string{"kestra"}}}
	folder := t.TempDir()
	if err := r.add("example.com/a=" + folder); err != nil {
		t.Fatal(err)
	}
	want := "build v1 --with example.com/a --replace example.com/a=" + folder
	if got := strings.Join(r.checkoutArguments("/src"), " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	promised, others := r.promised([]string{"http.a", "kestra", "kestra.tasks.a"})
	if diff := cmp.Diff([][]string{{"kestra"}, {"http.a", "kestra.tasks.a"}}, [][]string{promised, others}); diff != "" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
	for _, with := range []string{"", "a", "=b", "a="} {
		if err := r.add(with); err == nil || err.Error() != "-with "+with+": must be module=folder" {
			t.Errorf("-with %s: %v", with, err)
		}
	}
}

func TestListed(t *testing.T) {
	got, err := listed("kestra\nhttp.handlers.kestra_webhook\n\n  Non-standard modules: 2\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"http.handlers.kestra_webhook", "kestra"}, got); diff != "" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
	if got, err := listed("\n  Non-standard modules: 0\n"); err == nil {
		t.Errorf("no modules: %q, want an error", got)
	}
}

func TestReadRecipeErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a member nobody heeds", `{"version_of_caddy": "v2.11.9"}`, `unknown field "version_of_caddy"`},
		{"nothing to build", `{"name": "x"}`, "caddy_version, plugins and replacements are required"},
		{"no JSON", `{`, "unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "xcaddy.json"), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := readRecipe(folder); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func mustRead(t *testing.T) *recipe {
	t.Helper()
	r, err := readRecipe(root)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustAbs(t *testing.T, name string) string {
	t.Helper()
	abs, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// goList returns what `go list` prints in the root of the module.
func goList(t *testing.T, args ...string) string {
	t.Helper()
	return strings.TrimSpace(string(goOutput(t, root, append([]string{"list"}, args...)...)))
}

// toolsVersion returns the version of xcaddy that tests/tools pins, without the v. It reads that go.mod alone: what it
// requires need not be downloaded.
func toolsVersion(t *testing.T) string {
	t.Helper()
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(goOutput(t, filepath.Join(root, "tests", "tools"), "mod", "edit", "-json"), &mod); err != nil {
		t.Fatal(err)
	}
	for _, m := range mod.Require {
		if m.Path == "github.com/caddyserver/xcaddy" {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	t.Fatal("tests/tools/go.mod does not require xcaddy")
	return ""
}

func goOutput(t *testing.T, folder string, args ...string) []byte {
	t.Helper()
	if _, err := os.ReadFile(filepath.Join(folder, "go.mod")); err != nil { // go test notices only files that the test itself reads
		t.Fatal(err)
	}
	c := exec.Command("go", args...)
	c.Dir = folder
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return out
}
