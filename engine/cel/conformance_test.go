package cel

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	exprpb "cel.dev/expr"
	_ "cel.dev/expr/conformance/proto2" // cases that are left out have them
	_ "cel.dev/expr/conformance/proto3"
	testpb "cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// conformanceDir is where the go tool keeps the conformance suite of the language.
func conformanceDir(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "cel.dev/expr").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "tests", "simple", "testdata")
}

// conformanceCase is a case of the suite.
type conformanceCase struct {
	name string // file/section/test
	*testpb.SimpleTest
}

// conformanceCases returns the cases of all files, but those about protocol buffers.
func conformanceCases(t *testing.T) []conformanceCase {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(conformanceDir(t), "*.textproto"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the suite has no files: %v", err)
	}
	var all []conformanceCase
	left := 0
	for _, path := range files {
		file := strings.TrimSuffix(filepath.Base(path), ".textproto")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var parsed testpb.SimpleTestFile
		if err := prototext.Unmarshal(text, &parsed); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, section := range parsed.GetSection() {
			for _, test := range section.GetTest() {
				if needsMessages(test) {
					left++
					continue
				}
				all = append(all, conformanceCase{file + "/" + section.GetName() + "/" + test.GetName(), test})
			}
		}
	}
	if left != conformanceMessages {
		t.Errorf("%d cases are about protocol buffers, want %d", left, conformanceMessages)
	}
	return all
}

// needsMessages reports whether a case is about messages, enumerations or well-known types of protocol buffers: a request has none,
// so no expression can name them.
func needsMessages(test *testpb.SimpleTest) bool {
	text := prototext.Format(test)
	return slices.ContainsFunc([]string{"TestAllTypes", "google.protobuf", "cel.expr.conformance.proto", "GlobalEnum", "NullValue"},
		func(name string) bool { return strings.Contains(text, name) })
}

// TestConformance runs the conformance suite in the environment of conditions.
func TestConformance(t *testing.T) {
	runConformance(t, false, conformanceCount)
}

// TestConformanceOfBodies is the same with the lists and maps of the expressions, and of their variables, taken out of the body of
// a request, where they are values of this module and not of the library. It runs the cases that have some.
func TestConformanceOfBodies(t *testing.T) {
	runConformance(t, true, conformanceBodies)
}

func runConformance(t *testing.T, bodies bool, want int) {
	covered := map[string]int{}
	ran := 0
	for _, c := range conformanceCases(t) {
		taken, failure := c.run(t, bodies)
		if bodies && !taken {
			continue
		}
		ran++
		if failure == nil {
			continue
		}
		pattern, ok := differing(c.name)
		if !ok {
			t.Errorf("%s: %s: %v", c.name, c.GetExpr(), failure)
			continue
		}
		covered[pattern]++
	}
	passed := ran
	for _, d := range conformanceDifferences {
		n := d.cases
		if bodies {
			n = d.ofBodies
		}
		if covered[d.name] != n {
			t.Errorf("%s: %d cases differ, want %d (%s)", d.name, covered[d.name], n, d.why)
		}
		passed -= covered[d.name]
	}
	t.Logf("%d cases, %d as the suite says", ran, passed)
	if ran != want {
		t.Errorf("%d cases ran, want %d", ran, want)
	}
}

// differing returns the first row that knows a case.
func differing(name string) (pattern string, ok bool) {
	for _, d := range conformanceDifferences {
		if matched, _ := filepath.Match(d.name, name); matched {
			return d.name, true
		}
	}
	return "", false
}

// run evaluates a case. taken says whether a list or map of it came out of the body, and the error what differs.
func (c conformanceCase) run(t *testing.T, bodies bool) (taken bool, failure error) {
	t.Helper()
	env, err := c.environment()
	if err != nil {
		return false, err
	}
	request := newRequest(t, request{}, nil)
	parsed, issues := env.Parse(c.GetExpr())
	if issues.Err() != nil {
		return false, c.failed(issues.Err())
	}
	bindings := map[string]ref.Val{}
	for name, v := range c.GetBindings() {
		bindings[name], err = cel.ProtoAsValue(types.DefaultTypeAdapter, v.GetValue())
		if err != nil {
			return false, err
		}
	}
	if bodies {
		taken = takeFromBody(parsed.NativeRep(), bindings, request)
		if !taken {
			return false, nil
		}
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return taken, c.failed(issues.Err())
	}
	if want := c.GetTypedResult().GetDeducedType(); want != nil && !bodies {
		got, err := types.TypeToProto(checked.OutputType())
		if err != nil {
			return taken, err
		}
		if !proto.Equal(got, want) {
			return taken, fmt.Errorf("its type is %s, want %s", prototext.Format(got), prototext.Format(want))
		}
	}
	if c.GetCheckOnly() {
		return taken, nil
	}
	program, err := plan(env, checked, c.GetExpr())
	if err != nil {
		return taken, c.failed(err)
	}
	vars := &bound{counted: counted{(*activation)(request), newMeter(request)}, bindings: bindings}
	result, _, err := program.program.Eval(vars)
	if err != nil {
		return taken, c.failed(err)
	}
	return taken, c.compare(result)
}

// environment is that of conditions with the variables of the case.
func (c conformanceCase) environment() (*cel.Env, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	var options []cel.EnvOption
	for _, decl := range c.GetTypeEnv() {
		option, err := cel.ProtoAsDeclaration(decl)
		if err != nil {
			return nil, err
		}
		options = append(options, option)
	}
	if c.GetContainer() != "" {
		options = append(options, cel.Container(c.GetContainer()))
	}
	if c.GetDisableMacros() {
		options = append(options, cel.ClearMacros())
	}
	if len(options) == 0 {
		return env, nil
	}
	return env.Extend(options...)
}

// failed compares an error with what the case wants. What is not declared here is no error of the kind that a case can want.
func (c conformanceCase) failed(err error) error {
	wanted := c.GetEvalError() != nil || c.GetAnyEvalErrors() != nil
	if !wanted || strings.Contains(err.Error(), "undeclared reference") {
		return err
	}
	return nil
}

// compare compares a result with what the case wants: true if it says nothing.
func (c conformanceCase) compare(result ref.Val) error {
	want := c.GetValue()
	if typed := c.GetTypedResult(); typed != nil {
		want = typed.GetResult()
	}
	switch {
	case c.GetEvalError() != nil || c.GetAnyEvalErrors() != nil:
		return fmt.Errorf("gives %v, want an error", result)
	case c.GetUnknown() != nil || c.GetAnyUnknowns() != nil:
		return errors.New("wants an unknown value")
	case want == nil:
		want = &exprpb.Value{Kind: &exprpb.Value_BoolValue{BoolValue: true}}
	}
	expected, err := cel.ProtoAsValue(types.DefaultTypeAdapter, want)
	if err != nil {
		return err
	}
	got, err := cel.ValueAsProto(result)
	if err != nil {
		return err
	}
	sorted, err := cel.ValueAsProto(expected)
	if err != nil {
		return err
	}
	sortEntries(got)
	sortEntries(sorted)
	if !proto.Equal(got, sorted) {
		return fmt.Errorf("gives %s, want %s", prototext.Format(got), prototext.Format(sorted))
	}
	return nil
}

// sortEntries puts the entries of maps in one order.
func sortEntries(v *exprpb.Value) {
	for _, item := range v.GetListValue().GetValues() {
		sortEntries(item)
	}
	entries := v.GetMapValue().GetEntries()
	for _, entry := range entries {
		sortEntries(entry.GetValue())
	}
	slices.SortFunc(entries, func(a, b *exprpb.MapValue_Entry) int {
		return strings.Compare(prototext.MarshalOptions{}.Format(a.GetKey()), prototext.MarshalOptions{}.Format(b.GetKey()))
	})
}

// bound is an activation with the variables of a case.
type bound struct {
	counted
	bindings map[string]ref.Val
}

// ResolveName implements [cel.Activation].
func (b *bound) ResolveName(name string) (any, bool) {
	if v, ok := b.bindings[name]; ok {
		return v, true
	}
	return b.counted.ResolveName(name)
}
