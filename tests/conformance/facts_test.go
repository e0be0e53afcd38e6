package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// factFiles are the files of facts; cases of divergences.tsv begin with their names.
var factFiles = []string{"expressions", "operators", "jq", "jq-chosen", "jq-random"}

// fact is an expression with what Kestra made of it.
type fact struct {
	file    string
	row     string // the expression as the file has it, with its escapes
	text    string // the expression
	context string // name of the context, perhaps with :typed; of jq the input
	want    string // the text, with its escapes, or ERROR: and a Java class and perhaps a name
}

// name is what divergences.tsv calls the fact.
func (f fact) name() string {
	if f.ofJQ() || f.context == "facts" {
		return f.file + "/" + f.row
	}
	return f.file + "/" + f.row + " (" + f.context + ")"
}

// ofJQ reports whether the fact is a program of jq.
func (f fact) ofJQ() bool { return f.file == "jq" || f.ofOracle() }

// ofOracle reports whether the fact was measured with null members already left out.
func (f fact) ofOracle() bool { return f.file == "jq-chosen" || f.file == "jq-random" }

// tally counts the facts of one kind.
type tally struct{ equal, covered, different int }

func (n tally) total() int { return n.equal + n.covered + n.different }

func (n tally) String() string {
	share := func(part int) float64 { return 100 * float64(part) / float64(n.total()) }
	return fmt.Sprintf("%d compared, %d equal (%.2f %%), %d covered by divergences.tsv (with them %.2f %%), %d different",
		n.total(), n.equal, share(n.equal), n.covered, share(n.equal+n.covered), n.different)
}

// atLeast fails the test when fewer than these percentages of the facts are equal, or are equal or covered.
func (n tally) atLeast(t *testing.T, what string, equal, covered int) {
	if 100*n.equal < equal*n.total() || 100*(n.equal+n.covered) < covered*n.total() {
		t.Errorf("%s: %v; %d %% and %d %% are wanted", what, n, equal, covered)
	}
}

// TestFacts evaluates every fact that a request can reach and compares the results; see the package documentation.
func TestFacts(t *testing.T) {
	rows := slices.DeleteFunc(loadDivergences(t), func(r *divergence) bool { return !r.ofFacts() })
	e, contexts := pebble.New(pebble.Options{}), factContexts(t)
	counts, left, all := map[string]*tally{}, map[string]int{}, 0
	for _, file := range factFiles {
		counts[file] = new(tally)
		for _, f := range readFacts(t, file) {
			all++
			if rule := f.leftOut(); rule != "" {
				left[rule]++
				continue
			}
			found := f.compare(e, contexts)
			if found == nil {
				counts[file].equal++
				continue
			}
			row := slices.IndexFunc(rows, func(r *divergence) bool { return r.matches(f.name(), *found) })
			if row < 0 {
				counts[file].different++
				t.Errorf("%s: %v", f.name(), found)
				continue
			}
			rows[row].covers++
			counts[file].covered++
		}
	}
	checkCovers(t, rows)
	language := tally{}
	for _, file := range []string{"expressions", "operators"} {
		n := counts[file]
		language = tally{language.equal + n.equal, language.covered + n.covered, language.different + n.different}
		t.Logf("%s: %v", file, n)
	}
	for _, file := range []string{"jq", "jq-chosen", "jq-random"} {
		t.Logf("%s: %v", file, counts[file])
	}
	t.Logf("all: %d rows; language: %v; %d rows of divergences.tsv", all, language, len(rows))
	for _, rule := range leftOutRules {
		t.Logf("left out, %s: %d", rule.name, left[rule.name])
	}
	language.atLeast(t, "language", 95, 98)
	counts["jq"].atLeast(t, "jq", 85, 98)
	counts["jq-random"].atLeast(t, "random programs of jq", 95, 100)
}

// leftOutRules say which facts are not compared.
var leftOutRules = []struct {
	name string
	rule func(f fact) bool
}{
	{"an operand of a Java type that no request can make", func(f fact) bool { return javaOperand.MatchString(quoted.ReplaceAllString(f.text, "''")) }},
	{"the Java class of a value", func(f fact) bool { return strings.Contains(f.text, "className") }},
}

// javaOperand finds, outside of quotes, the variables of the facts that have Java's types. Kestra refuses to set them, because
// they exist already.
var (
	javaOperand = regexp.MustCompile(`(^|[^\w.])(bd|i32|fl|arr|zdt|inst|st|imm|s|ld|ldt)\b`)
	quoted      = regexp.MustCompile(`'(\\.|[^'\\])*'|"(\\.|[^"\\])*"`)
)

// leftOut returns the rule by which a fact is not compared; "" when it is.
func (f fact) leftOut() string {
	for _, rule := range leftOutRules {
		if !f.ofJQ() && rule.rule(f) {
			return rule.name
		}
	}
	return ""
}

// compare returns how our result differs from Kestra's; nil when it does not.
func (f fact) compare(e *pebble.Engine, contexts map[string]*pebble.Context) *difference {
	context, typed := strings.CutSuffix(f.context, ":typed")
	text, c := f.text, contexts[context]
	if f.ofJQ() {
		text = "{{ input | jq(program) }}"
		c = &pebble.Context{Vars: value.MapOf("input", value.String(f.context), "program", value.String(f.text)).Map()}
	}
	got, err := evaluate(e, text, c, typed)
	theirs, isError := strings.CutPrefix(f.want, "ERROR:")
	switch {
	case isError && err != nil && sameError(theirs, err):
		return nil
	case isError && err == nil:
		return &difference{"result", "the error " + theirs, escape(got)}
	case isError:
		return &difference{"result", "the error " + theirs, describeError(err)}
	case err != nil:
		return &difference{"result", f.want, describeError(err)}
	}
	want := unescape(f.want)
	if class, rest, _ := strings.Cut(want, " "); typed && javaClasses[class] != "" {
		want = javaClasses[class] + " " + rest
	}
	if f.ofOracle() {
		got = withoutNulls(got)
	}
	if got == want || sameJSON(got, want) {
		return nil
	}
	return &difference{"result", f.want, escape(got)}
}

func evaluate(e *pebble.Engine, text string, c *pebble.Context, typed bool) (string, error) {
	tmpl, err := e.Compile(text)
	if err != nil {
		return "", err
	}
	if !typed {
		return tmpl.Render(c)
	}
	v, err := tmpl.RenderTyped(c)
	if err != nil || v.IsNull() {
		return "null", err
	}
	return javaNames[v.Kind()] + " " + value.JavaText(v), nil
}

// javaNames are the Java classes in typed facts that are types here too; javaClasses are those that are one type here.
var (
	javaNames = map[value.Kind]string{
		value.KindBool: "Boolean", value.KindInt: "Long", value.KindFloat: "Double",
		value.KindString: "String", value.KindList: "ArrayList", value.KindMap: "LinkedHashMap",
	}
	javaClasses = map[string]string{"Integer": "Long", "Character": "String", "KeySet": "ArrayList", "HashMap": "LinkedHashMap"}
)

// sameError reports whether an error is of the class that Kestra's exception stands for, and names what that names.
func sameError(kestra string, err error) bool {
	ours := new(pebble.Error)
	if !errors.As(err, &ours) {
		return false
	}
	class, name, named := strings.Cut(kestra, " ")
	return slices.Contains(classes(class), ours.Class) && (!named || named && ours.Name == name)
}

// classes returns the classes of errors here for which Kestra has a Java class.
func classes(java string) []pebble.Class {
	switch java {
	case "ParserException":
		return []pebble.Class{pebble.ClassSyntax}
	case "AttributeNotFoundException":
		return []pebble.Class{pebble.ClassMissing}
	case "PebbleException", "ClassAccessException":
		return []pebble.Class{pebble.ClassEvaluation, pebble.ClassUnknown}
	case "OutOfMemoryError":
		return []pebble.Class{pebble.ClassLimit}
	default: // a Java exception that nobody expected
		return []pebble.Class{pebble.ClassRuntime}
	}
}

func describeError(err error) string {
	ours := new(pebble.Error)
	if !errors.As(err, &ours) {
		return "the error " + err.Error()
	}
	return strings.TrimSuffix("the error "+ours.Class.String()+" "+ours.Name, " ") + ": " + ours.Msg
}

// withoutNulls returns a JSON text without members that are null. Kestra drops them from the result of a program; here they
// are kept, which is a row of divergences.tsv.
func withoutNulls(text string) string {
	v, err := value.DecodeJSONText(text)
	if err != nil {
		return text
	}
	return value.JSON(dropNulls(v))
}

func dropNulls(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindList:
		items := make([]value.Value, v.List().Len())
		for i, item := range v.List().All() {
			items[i] = dropNulls(item)
		}
		return value.ListOf(items...)
	case value.KindMap:
		out := value.NewMap(v.Map().Len())
		for key, member := range v.Map().All() {
			if !member.IsNull() {
				out.Set(key, dropNulls(member))
			}
		}
		return value.FromMap(out)
	default:
		return v
	}
}

// sameJSON reports whether both texts are JSON objects or lists with the same content, numbers spelled alike.
func sameJSON(a, b string) bool {
	if a == "" || b == "" || a[0] != '{' && a[0] != '[' || a[0] != b[0] {
		return false
	}
	x, y := decode([]byte(a)), decode([]byte(b))
	return x != nil && reflect.DeepEqual(x, y)
}
