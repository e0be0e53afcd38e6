package tests

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/google/go-cmp/cmp"

	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/all"
	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// groupOptions are those that let all tasks of a group load, by group.
var groupOptions = map[string]string{"docker": `{"host": "unix:///var/run/docker.sock"}`}

// catalog returns what flows are made of in a Caddy that has all groups of tasks.
func catalog(t testing.TB) *engine.Catalog {
	t.Helper()
	return catalogWith(t, nil, "process") // scripts that name a runner of containers load, others are processes
}

// catalogWith is [catalog] with options of groups beside [groupOptions], and a policy for scripts that name no runner.
func catalogWith(t testing.TB, options map[string]string, policy engine.ContainerPolicy) *engine.Catalog {
	t.Helper()
	both := maps.Clone(groupOptions)
	maps.Copy(both, options)
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	var groups []engine.Group
	var containers engine.Containers
	for _, m := range caddy.GetModules("kestra.tasks") {
		module, err := ctx.LoadModuleByID(string(m.ID), json.RawMessage(both[m.ID.Name()]))
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, engine.Group{Name: m.ID.Name(), Specs: module.(interface{ Specs() []flow.Spec }).Specs()})
		if in, ok := module.(interface{ Containers() engine.Containers }); ok {
			containers = in.Containers()
		}
	}
	all, err := engine.NewCatalog(groups...)
	if err == nil {
		all, err = all.WithContainers(engine.ContainerOptions{Containers: containers, Policy: policy})
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTypesOfGroups checks that each type of a group has an example, which loads, and summaries. The types of the core are checked in
// package engine.
func TestTypesOfGroups(t *testing.T) {
	all := catalog(t)
	core := make(map[string]bool)
	for _, spec := range engine.Core().Types() {
		core[spec.Type] = spec.Compile != nil
	}
	for _, spec := range all.Types() {
		if core[spec.Type] || spec.Compile == nil || spec.Refused {
			continue
		}
		text := "id: example\nnamespace: company.team\ntasks:\n- " + strings.ReplaceAll(strings.TrimSpace(spec.Example), "\n", "\n  ") + "\n"
		if set, found := all.Load([]*flow.Source{flow.NewSource("example", []byte(text))}); set.Len() != 1 || len(found) > 0 {
			t.Errorf("the example of %s: %v\n%s", spec.Type, found, text)
		}
		if spec.Summary == "" {
			t.Errorf("%s has no summary", spec.Type)
		}
		for _, p := range spec.Properties {
			if p.Summary == "" {
				t.Errorf("%s.%s has no summary", spec.Type, p.Name)
			}
		}
	}
}

// TestTasksDocShowsTheGroup checks that docs/tasks.md shows the group of somebody else's that is built and served in .ci/run.
func TestTasksDocShowsTheGroup(t *testing.T) {
	const name = "../docs/tasks.md"
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for file, language := range map[string]string{"tests/e2e/thirdparty/shout.go": "go", "tests/e2e/thirdparty/flows/shout.yml": "yaml"} {
		shown, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, opened := strings.Cut(text, "<!-- "+file+" -->\n")
		got, after, closed := strings.Cut(rest, "<!-- /"+file+" -->\n")
		if !opened || !closed {
			t.Fatalf("docs/tasks.md has no place for %s", file)
		}
		want := "```" + language + "\n" + string(shown) + "```\n"
		if diff := cmp.Diff(want, got); diff != "" && !*update {
			t.Errorf("%s: run `go test ./tests -run TasksDoc -update`: (-want +got)\n%s", file, diff)
		}
		text = before + "<!-- " + file + " -->\n" + want + "<!-- /" + file + " -->\n" + after
	}
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const groupFolder = "caddymodule/tasks/"

// TestAllGroupsAreLinked checks that package all imports every group, and that a Caddy without it has none of them.
func TestAllGroupsAreLinked(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", filepath.FromSlash(groupFolder)))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for _, e := range entries {
		if e.Name() != "all" {
			want = append(want, module+"/"+groupFolder+e.Name())
		}
	}
	if diff := cmp.Diff(want, goList(t, "-f", `{{join .Imports "\n"}}`, module+"/"+groupFolder+"all")); diff != "" {
		t.Errorf("imports of %sall (-want +got):\n%s", groupFolder, diff)
	}
	work := make([]string, 0, len(want))
	for _, group := range want {
		work = append(work, strings.Replace(group, groupFolder, "engine/task/", 1))
	}
	for _, pkg := range goList(t, "-deps", module+"/caddymodule") {
		if strings.HasPrefix(pkg, module+"/"+groupFolder) || slices.Contains(work, pkg) {
			t.Errorf("caddymodule links %s without package all", pkg)
		}
	}
}

// coreLibraries are the modules that a Caddy with the core alone links beside its own.
var coreLibraries = []string{
	"github.com/andybalholm/brotli",
	"github.com/caddy-kestra/kestra-webhook",
	"github.com/fsnotify/fsnotify",
	"github.com/itchyny/gojq",
	"github.com/itchyny/timefmt-go",
	"github.com/remyoudompheng/bigfft",
	"github.com/rickar/cal/v2",
	"modernc.org/libc",
	"modernc.org/mathutil",
	"modernc.org/memory",
	"modernc.org/sqlite",
}

// TestLibrariesOfTheCore checks that a Caddy without package all links no library that only a group needs.
func TestLibrariesOfTheCore(t *testing.T) {
	const format, caddy = "{{with .Module}}{{.Path}}{{end}}", "github.com/caddyserver/caddy/v2/"
	own := goList(t, "-deps", "-f", format, caddy+"cmd", caddy+"modules/standard")
	got := slices.DeleteFunc(goList(t, "-deps", "-f", format, module+"/caddymodule"), func(m string) bool { return slices.Contains(own, m) })
	if diff := cmp.Diff(coreLibraries, got); diff != "" {
		t.Errorf("libraries (-want +got):\n%s\nwhat only some tasks need belongs into a group: see %sall", diff, groupFolder)
	}
}

// goList returns the lines that `go list` prints, sorted, each once.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	if _, err := os.ReadFile("../go.mod"); err != nil { // go test notices only files that the test itself reads
		t.Fatal(err)
	}
	c := exec.Command("go", append([]string{"list"}, args...)...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", strings.Join(args, " "), err)
	}
	lines := strings.Fields(string(out))
	slices.Sort(lines)
	return slices.Compact(lines)
}

// TestOffIsHandedOn hands on flows that need Docker, or commands, where this server has none.
func TestOffIsHandedOn(t *testing.T) {
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	module, err := ctx.LoadModuleByID("kestra.tasks.docker", nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := engine.NewCatalog(engine.Group{Name: "docker", Specs: module.(interface{ Specs() []flow.Spec }).Specs()})
	if err != nil {
		t.Fatal(err)
	}
	required, err := all.WithContainers(engine.ContainerOptions{Policy: engine.RequireContainers})
	if err != nil {
		t.Fatal(err)
	}
	const script = "type: io.kestra.plugin.scripts.shell.Commands, commands: [a]"
	for _, tt := range []struct {
		catalog    *engine.Catalog
		task, want string
	}{
		{all, "type: io.kestra.plugin.docker.Pull, image: a", "needs Docker, which is off"},
		{all, "type: io.kestra.plugin.docker.Pull, image: a, imgae: b", "unknown member `imgae`"},
		{all, script + ", taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}", "needs Docker, which this server has not"},
		{required, script, "as the option `containers require`"},
		{all.WithoutCommands(), script, "runs commands on this machine, which is off"},
	} {
		source := []*flow.Source{flow.NewSource("a.yml", []byte("id: a\nnamespace: b\ntasks: [{id: t, "+tt.task+"}]\n"))}
		set, found := tt.catalog.Load(source)
		if set.Len() != 0 || len(found) == 0 || !strings.Contains(found[0].Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.task, found, tt.want)
		}
		set, found = tt.catalog.HandingOn().Load(source)
		isHandedOn := set.Len() == 1 && set.Flow("b", "a").HandedOn
		if misspelt := strings.Contains(tt.want, "unknown"); isHandedOn == misspelt {
			t.Errorf("%s: handed on: %t, %v", tt.task, isHandedOn, found)
		}
	}
}
