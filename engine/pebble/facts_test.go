package pebble

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// The facts are expressions with what Kestra 1.3.25 made of them: expression, context, and the text, or ERROR: with the
// Java class and the name that was missing. Rows that need what the language does not have are left out by the rules
// of leftOut; where ours differs on purpose, testdata/allowed.tsv has the row and the reason, and nothing else.

// javaTyped are variables of Java types that no request can make.
var javaTyped = []string{"bd", "i32", "fl", "arr", "zdt", "inst", "st", "imm", "s", "ld", "ldt", "locale", "template", "_context"}

type fact struct{ expression, context, want string }

func TestFacts(t *testing.T) {
	e := New(Options{})
	contexts := factContexts(t)
	allowed := map[fact]string{}
	for _, f := range readFacts(t, "testdata/allowed.tsv") {
		allowed[fact{f.expression, f.context, ""}] = f.want
	}
	skipped, reached := map[string]int{}, map[fact]bool{}
	equal, covered := 0, 0
	for _, f := range append(readFacts(t, "testdata/expressions.tsv"), readFacts(t, "testdata/operators.tsv")...) {
		if why := leftOut(e, f); why != "" {
			skipped[why]++
			continue
		}
		problem := checkFact(e, contexts, f)
		key := fact{f.expression, f.context, ""}
		switch reason, listed := allowed[key]; {
		case problem == "" && listed:
			t.Errorf("%s [%s] equals Kestra's result, but is listed as different: %s", f.expression, f.context, reason)
		case problem == "":
			equal++
		case listed:
			covered++
		default:
			t.Errorf("%s [%s]: %s", f.expression, f.context, problem)
		}
		reached[key] = true
	}
	for key := range allowed {
		if reached[key] {
			continue
		}
		t.Errorf("%s [%s] is listed, but is no fact that is reached", key.expression, key.context)
	}
	t.Logf("%d rows equal, %d different for a listed reason, left out: %v", equal, covered, skipped)
}

// leftOut returns the rule by which a fact is not compared.
func leftOut(e *Engine, f fact) string {
	tree, err := parse(f.expression, e.precedence, e.limits.Depth)
	if err == nil {
		for _, name := range javaTyped {
			if tree.names[name] {
				return "Java-typed operand"
			}
		}
	}
	if strings.Contains(f.expression, "set s =") {
		return "Java-typed operand"
	}
	return ""
}

// checkFact returns how our result differs from Kestra's.
func checkFact(e *Engine, contexts map[string]*Context, f fact) string {
	context, typed := strings.CutSuffix(f.context, ":typed")
	c := contexts[context]
	tmpl, err := e.Compile(f.expression)
	got := ""
	if err == nil {
		if typed {
			got, err = typedText(tmpl, c)
		} else {
			got, err = tmpl.Render(c)
		}
	}
	if class, isError := strings.CutPrefix(f.want, "ERROR:"); isError {
		if err == nil {
			return fmt.Sprintf("got %q, want an error: %s", got, class)
		}
		if _, name, ok := strings.Cut(class, " "); ok {
			var failed *Error
			if !errors.As(err, &failed) || failed.Name != name && (failed.Err == nil || !strings.Contains(failed.Msg, "`"+name+"`")) {
				return fmt.Sprintf("got the error %q, want one for %q", err, name)
			}
		}
		return ""
	}
	if err != nil {
		return fmt.Sprintf("got the error %q, want %q", err, f.want)
	}
	want := unescape(f.want)
	if class, rest, _ := strings.Cut(want, " "); typed && javaClasses[class] != "" {
		want = javaClasses[class] + " " + rest
	}
	if got == want || sameJSON(got, want) {
		return ""
	}
	return fmt.Sprintf("got %q, want %q", got, want)
}

// javaClasses are Java classes that are one type here.
var javaClasses = map[string]string{"Integer": "Long", "Character": "String", "KeySet": "ArrayList", "HashMap": "LinkedHashMap"}

// typedText gives the typed result as the facts do: a Java class and the text.
func typedText(tmpl *Template, c *Context) (string, error) {
	v, err := tmpl.RenderTyped(c)
	if err != nil {
		return "", err
	}
	if v.IsNull() {
		return "null", nil
	}
	names := map[value.Kind]string{
		value.KindBool: "Boolean", value.KindInt: "Long", value.KindFloat: "Double",
		value.KindString: "String", value.KindList: "ArrayList", value.KindMap: "LinkedHashMap",
	}
	return names[v.Kind()] + " " + value.JavaText(v), nil
}

func sameJSON(a, b string) bool {
	var x, y any
	if a == "" || a[0] != '{' && a[0] != '[' || json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

func readFacts(t *testing.T, path string) []fact {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []fact
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for first := true; lines.Scan(); first = false {
		fields := strings.Split(lines.Text(), "\t")
		if first || len(fields) != 3 {
			continue
		}
		out = append(out, fact{unescape(fields[0]), fields[1], fields[2]})
	}
	return out
}

// unescape reads the escapes of the facts: \n \t \\ and \uXXXX.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'u':
			n, err := strconv.ParseUint(text[i+1:i+5], 16, 16)
			if err != nil {
				panic(err)
			}
			b.WriteRune(rune(n))
			i += 4
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

type fixedSecrets map[string]string

func (s fixedSecrets) Secret(_, name string) (string, bool, error) {
	text, ok := s[strings.ToUpper(name)]
	return text, ok, nil
}

func factContexts(t *testing.T) map[string]*Context {
	t.Helper()
	data, err := os.ReadFile("testdata/contexts.json")
	if err != nil {
		t.Fatal(err)
	}
	all, err := value.DecodeJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*Context{}
	for name, vars := range all.Map().All() {
		out[name] = &Context{
			Vars: vars.Map(), Location: time.UTC, Namespace: "company.team",
			Secrets: fixedSecrets{"WEBHOOK_KEY": "secretKey", "JSONSEC": `{"a":"one","b":2}`},
		}
	}
	return out
}
