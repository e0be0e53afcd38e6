package signature

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// secretNames are parts of the names of what holds a secret, a signature, or a hash that one is compared with.
var secretNames = []string{"sum", "signature", "plain", "secret", "mac", "topic", "want", "digest"}

// comparers are the functions that may be given such, because their time does not depend on where two texts differ.
var comparers = map[string]bool{
	"subtle.ConstantTimeCompare": true, "hmac.Equal": true, "ed25519.Verify": true, "ecdsa.VerifyASN1": true, "rsa.VerifyPKCS1v15": true,
}

// earlyComparers return as soon as they know.
var earlyComparers = []string{"Equal", "EqualFold", "Compare", "HasPrefix", "HasSuffix", "Contains", "Index", "DeepEqual"}

// compared returns the places of a source where something secret is compared in a way that may end early.
func compared(t *testing.T, name, source string) (found []string, timed int) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	isSecret := func(e ast.Expr) bool {
		secret := false
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr: // a length, a message, …: what is called has its own comparisons
				return false
			case *ast.SelectorExpr: // of a.b.c, c says what it is
				for _, part := range secretNames {
					secret = secret || strings.Contains(strings.ToLower(n.Sel.Name), part)
				}
				return false
			case *ast.Ident:
				for _, part := range secretNames {
					secret = secret || strings.Contains(strings.ToLower(n.Name), part)
				}
			}
			return true
		})
		return secret
	}
	constant := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.BasicLit:
			return true
		case *ast.Ident:
			return e.Name == "nil" || ast.IsExported(e.Name) // a constant, as Plain
		case *ast.SelectorExpr:
			return strings.HasSuffix(e.Sel.Name, "Size")
		default:
			return false
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && !constant(n.X) && !constant(n.Y) && (isSecret(n.X) || isSecret(n.Y)) {
				found = append(found, files.Position(n.Pos()).String())
			}
		case *ast.CallExpr:
			called, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			in, _ := called.X.(*ast.Ident)
			if in != nil && comparers[in.Name+"."+called.Sel.Name] {
				timed++
				return true
			}
			for _, early := range earlyComparers {
				if called.Sel.Name != early {
					continue
				}
				for _, argument := range n.Args {
					if isSecret(argument) {
						found = append(found, files.Position(n.Pos()).String())
					}
				}
			}
		}
		return true
	})
	return found, timed
}

// TestComparisons reads the source of this package: signatures, tokens and topics are compared by functions alone whose time does not
// depend on the place of the first byte that is wrong, and all they compare has one length.
func TestComparisons(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		found, timed := compared(t, file.Name(), string(source))
		for _, place := range found {
			t.Errorf("%s: it may end at the first byte that is wrong", place)
		}
		all += timed
	}
	if all < 7 {
		t.Errorf("the test knows %d comparisons, fewer than there are", all)
	}
	for _, early := range []string{
		"bytes.Equal(sum, signature)", "string(sum) == string(c.signatures[0])", "c.verifier.secrets[i].plain == other", "slices.Compare(a, s.mac)",
		"strings.HasPrefix(signature, x)",
	} {
		source := "package p\nfunc f() bool { return " + strings.ReplaceAll(early, "string(", "text[") + " }"
		source = strings.ReplaceAll(strings.ReplaceAll(source, "text[sum)", "text[sum]"), "text[c.signatures[0])", "text[c.signatures[0]]")
		if found, _ := compared(t, "early.go", source); len(found) == 0 {
			t.Errorf("the test does not see %s", early)
		}
	}
}

// BenchmarkWrongByte refuses signatures whose first byte is wrong and such whose last one is, by turns, and reports how long one takes beside
// the other.
func BenchmarkWrongByte(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 1<<10)
	v := vector{scheme: Scheme{Header: "X-Hub-Signature-256", Prefix: "sha256="}}
	verifier := v.verifier(b, "secret")
	right := &Message{Method: "POST", Header: http.Header{}}
	if err := verifier.Form().Sign(right, body, "secret", time.Unix(0, 0)); err != nil {
		b.Fatal(err)
	}
	text := right.Header.Get("X-Hub-Signature-256")
	wrong := func(at int) *Message {
		other := []byte(text)
		other[at] ^= 1 // another digit
		return &Message{Method: "POST", Header: http.Header{"X-Hub-Signature-256": {string(other)}}}
	}
	messages := [...]*Message{wrong(len("sha256=")), wrong(len(text) - 1)}
	least := [...]time.Duration{time.Hour, time.Hour} // of a batch: what else runs only adds to it
	const batch = 64
	for b.Loop() {
		for i, m := range messages {
			begin := time.Now()
			for range batch {
				c := verifier.Begin(m)
				_, _ = c.Write(body)
				if c.End(body, time.Unix(0, 0)) == nil {
					b.Fatal("it is taken")
				}
			}
			least[i] = min(least[i], time.Since(begin))
		}
	}
	b.ReportMetric(float64(least[1])/float64(least[0]), "last/first")
	b.ReportMetric(float64(least[0])/batch, "ns/first")
	b.ReportMetric(float64(least[1])/batch, "ns/last")
}
