package pebble

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestManual runs the examples of the package's documentation.
func TestManual(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	e, c := New(Options{}), requestContext(t)
	count := 0
	for line := range strings.Lines(string(source)) {
		example, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "//\t")
		template, want, found := strings.Cut(example, " -> ")
		if !ok || !found {
			continue
		}
		count++
		if got := outcome(e, c, template); got != want {
			t.Errorf("%s: got %q, want %q", template, got, want)
		}
	}
	if count < 30 {
		t.Errorf("found %d examples", count)
	}
}

// TestManualOperators checks that the documentation names every operator.
func TestManualOperators(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for op := range binaryOperators(Dialect1) {
		if !strings.Contains(string(source), " "+op) && !strings.Contains(string(source), "\t"+op) {
			t.Errorf("operator %s is not in the documentation", op)
		}
	}
	for kind, table := range newMethods() {
		for name := range table {
			plain := strings.TrimPrefix(name, "get")
			if name != "tostring" && name != "intern" && name != "empty" && name != "blank" && kind.String() != "opaque" &&
				!strings.Contains(strings.ToLower(string(source)), plain) {
				t.Errorf("method %s of %s is not in the documentation", name, kind)
			}
		}
	}
}

var update = flag.Bool("update", false, "write the inventory of the package's documentation")

// TestManualInventory checks that the end of the package's documentation is the inventory, whose examples TestExamples runs.
func TestManualInventory(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(New(Options{}).Manual()) {
		want.WriteString(strings.TrimRight("// "+line, " \n") + "\n")
	}
	want.WriteString("package pebble\n")
	before, _, _ := strings.Cut(string(source), "// # Filters\n")
	if *update {
		if err := os.WriteFile("doc.go", []byte(before+want.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want.String(), string(source[len(before):])); diff != "" {
		t.Errorf("run this test with -update: (-want +got)\n%s", diff)
	}
}

func TestInventory(t *testing.T) {
	manual := New(Options{}).Manual()
	for _, want := range []string{
		"# Filters\n\n  - abbreviate(length): ",
		"  - replace(replace_pairs, regexp=false): ",
		"  - default(default=null): replaces what is missing, null, a blank string, or an empty list or map; {{ nope | default('d') }} -> d\n",
		"\n\n# Functions\n\n",
		"  - max(…): ",
		"  - range(start, end, increment=1): ",
		"\n\n# Tests\n\n  - defined: ",
	} {
		if !strings.Contains(manual, want) {
			t.Errorf("%q is not in the manual:\n%s", want, manual)
		}
	}
}

func TestDescribe(t *testing.T) {
	e := New(Options{})
	for name, want := range map[string]string{
		"json": "filter toJson\n    the JSON text of a value (also `json` in dialect 1)\n    also: json\n" +
			"    {{ {'a': [1, 'x']} | toJson }} -> {\"a\":[1,\"x\"]}\n    {{ null | toJson }} -> null\n" +
			"function fromJson(json)\n    the value that a JSON text says; what follows its first value is passed over (also `json` in dialect 1)\n    also: json\n" +
			"    {{ fromJson('{\"a\": [1, 2]}').a[1] }} -> 2\n    {{ fromJson(null) ?? 'none' }} -> none\n" +
			"test json\n    whether a string begins with a JSON value, or is blank\n    {{ '{\"a\":1}' is json }} -> true\n    {{ 'abc' is json }} -> false\n",
		"kv":   "function kv(key, namespace=null, errorOnMissing=true)\n    a value of the key-value store of a namespace\n    not supported yet, because it needs the key-value store\n",
		"nope": "",
	} {
		if diff := cmp.Diff(want, e.Describe(name)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}
