package tests

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestArchitectureFindings gives the checker modules with one thing wrong each, and expects that finding and no other.
func TestArchitectureFindings(t *testing.T) {
	doc := func(name string) string { return "// Package " + name + " is fake.\npackage " + name + "\n" }
	importing := func(pkg, imported string) string { return "package " + pkg + "\n\nimport _ \"" + imported + "\"\n" }

	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"nothing", map[string]string{"engine/value/doc.go": doc("value")}, nil},
		{
			"downwards",
			map[string]string{"engine/value/doc.go": doc("value"), "engine/value/a.go": importing("value", module+"/engine/pebble")},
			[]string{"engine/value/a.go: may not import " + module + "/engine/pebble"},
		},
		{
			"upwards",
			map[string]string{"engine/pebble/doc.go": doc("pebble"), "engine/pebble/a.go": importing("pebble", module+"/engine/value")},
			nil,
		},
		{
			"the engine imports Caddy",
			map[string]string{"engine/runner/doc.go": doc("runner"), "engine/runner/a.go": importing("runner", "github.com/caddyserver/caddy/v2")},
			[]string{"engine/runner/a.go: may not import github.com/caddyserver/caddy/v2"},
		},
		{
			"the module reaches behind the façade",
			map[string]string{"caddymodule/doc.go": doc("caddymodule"), "caddymodule/a.go": importing("caddymodule", module+"/engine/runner")},
			[]string{"caddymodule/a.go: may not import " + module + "/engine/runner"},
		},
		{
			"a module whose path only begins alike",
			map[string]string{"engine/pebble/doc.go": doc("pebble"), "engine/pebble/a.go": importing("pebble", "github.com/itchyny/gojqx")},
			[]string{"engine/pebble/a.go: may not import github.com/itchyny/gojqx"},
		},
		{
			"behind a build tag",
			map[string]string{"engine/value/doc.go": doc("value"), "engine/value/a.go": "//go:build windows\n\n" + importing("value", "gopkg.in/yaml.v3")},
			[]string{"engine/value/a.go: may not import gopkg.in/yaml.v3"},
		},
		{
			"CEL outside its package",
			map[string]string{"engine/webhook/doc.go": doc("webhook"), "engine/webhook/a.go": importing("webhook", "cel.dev/cel-go/cel")},
			[]string{"engine/webhook/a.go: may not import cel.dev/cel-go/cel"},
		},
		{
			"cgo",
			map[string]string{"engine/value/doc.go": doc("value"), "engine/value/a.go": importing("value", "C")},
			[]string{"engine/value/a.go: may not import C"},
		},
		{
			"what is allowed everywhere",
			map[string]string{"engine/runner/doc.go": doc("runner"), "engine/runner/a.go": importing("runner", "go.uber.org/zap/zapcore")},
			nil,
		},
		{
			"a task group",
			map[string]string{"engine/task/logs/doc.go": doc("logs"), "engine/task/logs/a.go": importing("logs", module+"/engine/task")},
			nil,
		},
		{
			"the module of a task group",
			map[string]string{"caddymodule/tasks/zoo/doc.go": doc("zoo"), "caddymodule/tasks/zoo/a.go": importing("zoo", module+"/engine/task/zoo")},
			nil,
		},
		{
			"the module of a task group that knows another, and the engine",
			map[string]string{
				"caddymodule/tasks/zoo/doc.go": doc("zoo"),
				"caddymodule/tasks/zoo/a.go":   importing("zoo", module+"/engine/task/logs"),
				"caddymodule/tasks/zoo/b.go":   importing("zoo", module+"/engine"),
			},
			[]string{"caddymodule/tasks/zoo/a.go: may not import " + module + "/engine/task/logs", "caddymodule/tasks/zoo/b.go: may not import " + module + "/engine"},
		},
		{
			"the work of a task group that knows Caddy",
			map[string]string{"engine/task/logs/doc.go": doc("logs"), "engine/task/logs/a.go": importing("logs", "github.com/caddyserver/caddy/v2")},
			[]string{"engine/task/logs/a.go: may not import github.com/caddyserver/caddy/v2"},
		},
		{
			"a task that imports another group",
			map[string]string{"engine/task/logs/doc.go": doc("logs"), "engine/task/logs/a.go": importing("logs", module+"/engine/task/debug")},
			[]string{"engine/task/logs/a.go: may not import " + module + "/engine/task/debug"},
		},
		{
			"variables that know what runs them",
			map[string]string{"engine/scope/doc.go": doc("scope"), "engine/scope/a.go": importing("scope", module+"/engine/runner")},
			[]string{"engine/scope/a.go: may not import " + module + "/engine/runner"},
		},
		{
			"a site that knows where executions are kept",
			map[string]string{"engine/site/doc.go": doc("site"), "engine/site/a.go": importing("site", module+"/engine/store/memory")},
			[]string{"engine/site/a.go: may not import " + module + "/engine/store/memory"},
		},
		{
			"a runner that knows the sites",
			map[string]string{"engine/runner/doc.go": doc("runner"), "engine/runner/a.go": importing("runner", module+"/engine/site")},
			[]string{"engine/runner/a.go: may not import " + module + "/engine/site"},
		},
		{
			"a store that knows the runner",
			map[string]string{"engine/store/memory/doc.go": doc("memory"), "engine/store/memory/a.go": importing("memory", module+"/engine/runner")},
			[]string{"engine/store/memory/a.go: may not import " + module + "/engine/runner"},
		},
		{
			"a task that knows the runner and the variables",
			map[string]string{
				"engine/task/logs/doc.go": doc("logs"),
				"engine/task/logs/a.go":   importing("logs", module+"/engine/runner"),
				"engine/task/logs/b.go":   importing("logs", module+"/engine/scope"),
			},
			[]string{
				"engine/task/logs/a.go: may not import " + module + "/engine/runner",
				"engine/task/logs/b.go: may not import " + module + "/engine/scope",
			},
		},
		{
			"a task group without a row of its own",
			map[string]string{"engine/task/zoo/doc.go": doc("zoo")},
			[]string{"engine/task/zoo: the package is in no row of the table in tests/architecture_test.go"},
		},
		{
			"a test's own package and how it compares",
			map[string]string{
				"engine/value/doc.go":    doc("value"),
				"engine/value/a_test.go": importing("value_test", module+"/engine/value"),
				"engine/value/b_test.go": importing("value", "github.com/google/go-cmp/cmp"),
			},
			nil,
		},
		{
			"a comparison outside tests",
			map[string]string{"engine/value/doc.go": doc("value"), "engine/value/a.go": importing("value", "github.com/google/go-cmp/cmp")},
			[]string{"engine/value/a.go: may not import github.com/google/go-cmp/cmp"},
		},
		{
			"what only the tests of one package may import",
			map[string]string{
				"engine/runner/doc.go":    doc("runner"),
				"engine/runner/a_test.go": importing("runner", module+"/engine/store/memory"),
				"engine/runner/a.go":      importing("runner", module+"/engine/store/memory"),
			},
			[]string{"engine/runner/a.go: may not import " + module + "/engine/store/memory"},
		},
		{
			"a package in no row",
			map[string]string{"engine/cache/doc.go": doc("cache")},
			[]string{"engine/cache: the package is in no row of the table in tests/architecture_test.go"},
		},
		{
			"no doc.go",
			map[string]string{"engine/value/value.go": doc("value")},
			[]string{"engine/value: no doc.go with a package comment"},
		},
		{
			"a doc.go that says nothing",
			map[string]string{"engine/value/doc.go": "package value\n"},
			[]string{"engine/value: no doc.go with a package comment"},
		},
		{
			"a command, which is described where it begins",
			map[string]string{"caddymodule/cmd/caddy/main.go": "// Caddy, with a module.\npackage main\n"},
			nil,
		},
		{
			"a name that says nothing",
			map[string]string{"engine/value/doc.go": doc("helpers")},
			[]string{`engine/value/doc.go: package name "helpers" says nothing`},
		},
		{
			"a long file",
			map[string]string{"engine/value/doc.go": doc("value"), "engine/value/a.go": "package value\n" + strings.Repeat("\n", maxLines)},
			[]string{"engine/value/a.go: 501 lines, more than 500"},
		},
		{
			"a package with more than a third of the engine",
			map[string]string{
				"engine/value/doc.go":    doc("value"),
				"engine/value/a.go":      importing("value", "fmt") + strings.Repeat("\n", 490),
				"engine/pebble/doc.go":   doc("pebble"),
				"engine/pebble/a.go":     importing("pebble", "fmt") + strings.Repeat("\n", 490),
				"engine/flow/doc.go":     doc("flow"),
				"engine/flow/a.go":       importing("flow", "fmt") + strings.Repeat("\n", 490),
				"engine/flow/b.go":       importing("flow", "fmt") + strings.Repeat("\n", 200),
				"engine/value/a_test.go": importing("value", "testing") + strings.Repeat("\n", 490),
				"caddymodule/doc.go":     doc("caddymodule"),
				"caddymodule/a.go":       importing("caddymodule", "fmt") + strings.Repeat("\n", 490),
			},
			[]string{"engine/flow: 698 lines, more than a third of the engine's 1688"},
		},
		{
			"other modules, test data and hidden folders are not ours",
			map[string]string{
				"engine/value/doc.go":          doc("value"),
				"tests/tools/go.mod":           "module x\n",
				"tests/tools/a.go":             importing("tools", "github.com/spf13/cobra"),
				"engine/value/testdata/a.go":   importing("a", "github.com/spf13/cobra"),
				".git/hooks/a.go":              importing("a", "github.com/spf13/cobra"),
				"engine/value/testdata/b/b.go": importing("b", "github.com/spf13/cobra"),
			},
			nil,
		},
		{
			"directives of go.mod that users do not get",
			map[string]string{
				"engine/value/doc.go": doc("value"),
				"go.mod":              "module x\n\nreplace a => b\nreplace (\n\tc => d\n)\nexclude(\n\te v1.0.0\n)\n// replace it one day\n",
			},
			[]string{
				`go.mod: "exclude" would not reach users, whose xcaddy makes its own main module`,
				`go.mod: "replace" would not reach users, whose xcaddy makes its own main module`,
				`go.mod: "replace" would not reach users, whose xcaddy makes its own main module`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{"go.mod": {Data: []byte("module " + module + "\n")}}
			for name, text := range tt.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			got, _, err := inspect(fsys)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
