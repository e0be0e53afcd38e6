package flow

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// most is how many bytes loading a text may allocate.
func most(text string) int64 { return int64(16<<20 + 256*len(text)) }

// FuzzLoad checks that any text loads or is refused with positions inside of it, and takes memory in proportion.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "=== ") {
			_, yaml, _ := strings.Cut(block, "\n")
			yaml, _, _ = strings.Cut(yaml, "----------\n")
			f.Add(unescape(yaml))
		}
	}
	f.Add(modelFlow)
	catalog := fakeCatalog(f)
	f.Fuzz(func(t *testing.T, text string) {
		source := &Source{Name: "flow.yml", YAML: []byte(text)}
		var set *Set
		var found Diagnostics
		allocated := valuetest.Allocated(func() { set, found = Load(catalog, Options{}, []*Source{source}) })
		if allocated > most(text) {
			t.Errorf("%d bytes took %d MiB", len(text), allocated>>20)
		}
		if (set.Len() == 1) == (found.Err() != nil) {
			t.Errorf("%d flows with %v", set.Len(), found)
		}
		lines := len(lineBreak.FindAllString(text, -1)) + 1
		for _, d := range found {
			if d.Pos.Line < 0 || d.Pos.Line > lines || d.Pos.Column < 0 || d.Message == "" {
				t.Errorf("finding %q at %d:%d of %d lines", d.Message, d.Pos.Line, d.Pos.Column, lines)
			}
		}
	})
}

// lineBreak matches the line breaks of YAML 1.1.
var lineBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

// TestCostIsBounded loads texts of the greatest length in shapes that are expensive to parse.
func TestCostIsBounded(t *testing.T) {
	const head = "id: x\nnamespace: n\ntasks: [{id: t, type: test.All}]\nvariables:\n"
	fill := func(unit string) string {
		return head + strings.Repeat(unit, (MaxSource-len(head))/len(unit))
	}
	merges := &strings.Builder{}
	merges.WriteString(head + "  m0: &m0 {k0: 1}\n")
	for i := 1; merges.Len() < MaxSource-100; i++ {
		n := itoa(i)
		merges.WriteString("  m" + n + ": &m" + n + " {<<: *m" + itoa(i-1) + ", k" + n + ": 1}\n")
	}
	inputs := &strings.Builder{}
	inputs.WriteString("id: x\nnamespace: n\ntasks: [{id: t, type: test.All}]\ninputs:\n  - {id: a0, type: INT}\n")
	for i := 1; inputs.Len() < MaxSource-100; i++ {
		inputs.WriteString("  - {id: a" + itoa(i) + ", type: INT, dependsOn: {inputs: [a" + itoa(i-1) + "]}}\n")
	}
	defaults := &strings.Builder{}
	defaults.WriteString("id: x\nnamespace: n\npluginDefaults:\n" + strings.Repeat("  - {type: a, values: {k: [1]}}\n", maxDefaults) + "tasks: [{id: t, type: test.All}]\nvariables:\n  v:\n")
	defaults.WriteString(strings.Repeat("  - {type: a.b, k: [2]}\n", (MaxSource-defaults.Len())/24))
	tests := map[string]string{
		"defaults of many things":          defaults.String(),
		"inputs that depend on each other": inputs.String(),
		"a long id of an input": "id: x\nnamespace: n\ntasks: [{id: t, type: test.All}]\ninputs: [{id: a" +
			strings.Repeat(".a", MaxSource/2-100) + ", type: INT}]\n",
		"opening brackets": "a: " + strings.Repeat("[", MaxSource-10),
		"opening braces":   "a: " + strings.Repeat("{", MaxSource-10),
		"dashes":           strings.Repeat("- ", MaxSource/2),
		"question marks":   strings.Repeat("? ", MaxSource/2),
		"comments":         fill("  # c\n"),
		"blank lines":      fill("\n"),
		"one quote":        head + "  a: \"" + strings.Repeat("x\n", MaxSource/2-100),
		"colons":           fill(": "),
		"anchors":          fill("&a "),
		"items":            head + "  a:\n" + strings.Repeat("  - 1\n", MaxSource/6-100),
		"flow items":       head + "  a: [" + strings.Repeat("1,", MaxSource/2-100) + "]",
		"braces in text":   head + "  a: \"" + strings.Repeat("{{ ", MaxSource/3-100) + "\"",
		"merge chain":      merges.String(),
		"tabs":             fill("\t\n"),
		"references": "id: x\nnamespace: n\ntasks:\n  - {id: a-b, type: test.All}\n" +
			"  - {id: c, type: test.All, any: \"{{ 1 }} " + strings.Repeat("outputs.a-b ", MaxSource/13) + "\"}\n",
		"bad last line": head + strings.Repeat("  a: &a [*a]\n", MaxSource/20) + "\t",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if len(text) > MaxSource {
				t.Fatalf("the case has %d bytes", len(text))
			}
			allocated := valuetest.Allocated(func() { loadText(t, text) })
			t.Logf("%d bytes for each byte", allocated/int64(len(text)))
			if allocated > most(text) {
				t.Errorf("%d bytes took %d MiB", len(text), allocated>>20)
			}
		})
	}
}

// FuzzResolveInputs checks that any inputs that load resolve with any values, or with an error that names one of them, to
// values of their types, the same each time.
func FuzzResolveInputs(f *testing.F) {
	for _, seed := range [][2]string{
		{"[{id: v, type: INT, min: 2, max: 4}, {id: w.x, type: FLOAT, defaults: 1}]", `{"v":"3","zz":null}`},
		{"[{id: a, type: BOOL}, {id: b, type: DATETIME}, {id: c, type: DATE}, {id: d, type: TIME}, {id: e, type: DURATION}]", `{"a":1,"b":"2024-01-01T00:00:00+02:00","c":"2024-02-29","d":"10:00","e":"PT1H"}`},
		{"[{id: a, type: JSON}, {id: b, type: YAML}, {id: c, type: URI}, {id: d, type: EMAIL}, {id: e, type: SECRET, validator: 'a|b'}]", `{"a":"{\"x\":[1]}","b":"a: [0123, &x yes, *x]","c":"a:b","d":"","e":"a"}`},
		{"[{id: s, type: SELECT, expression: '{{ [flow.id] }}', autoSelectFirst: true}, {id: m, type: MULTISELECT, values: [a, 1], itemType: INT}, {id: r, type: ARRAY, itemType: JSON}]", `{"m":"[1]","r":["{}",[]]}`},
		{"[{id: e, type: FORM, inputs: [{id: k, type: STRING}, {id: s, type: STRING, defaults: '{{ inputs.e.k }}', dependsOn: {inputs: [e.k], condition: '{{ inputs.e.k == 1 }}'}}]}]", `{"e.k":"1"}`},
		{"[{id: f, type: FILE, allowedFileExtensions: [.csv]}, {id: g, type: ARRAY, itemType: FILE, required: false}]", `{"f":"kestra:///a/b.CSV","g":["nsfile:///a","FILE:/etc/passwd"]}`},
		{"[{id: u, type: STRING, defaults: '{{ uuid() }}{{ nope ?? 1 }}', required: false}]", `{"u":null}`},
	} {
		f.Add(seed[0], seed[1])
	}
	catalog := fakeCatalog(f)
	f.Fuzz(func(t *testing.T, inputs, given string) {
		values, err := value.DecodeJSONText(given)
		if err != nil {
			return
		}
		text := "id: f\nnamespace: n\ntasks: [{id: t, type: test.All}]\ninputs: " + inputs + "\n"
		set, _ := Load(catalog, Options{}, []*Source{{Name: "flow.yml", YAML: []byte(text)}})
		flow := set.Flow("n", "f")
		if flow == nil {
			return
		}
		resolve := func() string {
			c := &pebble.Context{Vars: value.MapOf("flow", flow.Variable(1)).Map(), Seed: 7, Now: time.Unix(1, 0), Location: time.UTC}
			shown := flow.UnresolvedInputs(values.Map(), c)
			r, err := ResolveInputs(flow.Inputs, values.Map(), c)
			if err != nil {
				wrong, ok := errors.AsType[*InputError](err)
				if !ok || !slices.ContainsFunc(flow.Inputs, func(in *Input) bool { return in.ID == wrong.ID }) || wrong.Public() == "" {
					t.Errorf("error %v names no input", err)
				}
				return value.JSON(value.FromMap(shown.Values)) + err.Error()
			}
			for _, in := range flow.Inputs {
				if v, ok := nested(r.Values, in.ID); ok && !hasType(v, in) {
					t.Errorf("input %s of type %s is %s", in.ID, in.Type.Name, value.JSON(v))
				}
			}
			return value.JSON(value.FromMap(shown.Values)) + value.JSON(value.FromMap(r.Values))
		}
		if first, second := resolve(), resolve(); first != second {
			t.Errorf("first %s, then %s", first, second)
		}
	})
}

// hasType reports whether a value can be what an input was resolved to.
func hasType(v value.Value, in *Input) bool {
	if v.IsNull() {
		return !in.Required || in.Type.Name == TypeJSON || in.Type.Name == TypeYAML
	}
	switch in.Type.Name {
	case TypeInt:
		return v.Kind() == value.KindInt && v.Int() == int64(int32(v.Int()))
	case TypeFloat, TypeDuration:
		return v.Kind() == value.KindFloat
	case TypeBoolean, TypeBool:
		return v.Kind() == value.KindBool
	case TypeJSON, TypeYAML:
		return true
	case TypeArray, TypeMultiselect:
		return v.Kind() == value.KindList
	case TypeFile:
		return strings.HasPrefix(v.Str(), "kestra://") || strings.HasPrefix(v.Str(), "nsfile://")
	default:
		return v.Kind() == value.KindString
	}
}
