package cel

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// callMemory is how many bytes a call may allocate without being charged for them.
const callMemory = 64 << 10

// huge is how many bytes a large text has: far more than a call may have for nothing, and more than some take at all.
const huge = 1 << 20

// operatorForms are the expressions of operators and of functions that only macros call; a, b and c are the arguments.
var operatorForms = map[string]string{
	"_+_": "a + b", "_-_": "a - b", "_*_": "a * b", "_/_": "a / b", "_%_": "a % b", "-_": "-a", "!_": "!a",
	"_==_": "a == b", "_!=_": "a != b", "_<_": "a < b", "_<=_": "a <= b", "_>_": "a > b", "_>=_": "a >= b",
	"_&&_": "a && b", "_||_": "a || b", "_?_:_": "a ? b : c", "_[_]": "a[b]", "_[?_]": "a[?b]", "_?._": "a.?name", "@in": "a in b",
	"@key": "b[a]",
	// By overload, as there are two macros.
	"@mapInsert_map_map": "[a].transformMapEntry(k, v, b)", "@mapInsert_map_key_value": "{b: c}.transformMap(k, v, v)",
	"@sortByAssociatedKeys": "b.sortBy(x, x)",
	"math.@max":             "math.greatest(%s)", "math.@min": "math.least(%s)",
}

// unreachable are functions that no expression can call.
var unreachable = map[string]string{
	"@not_strictly_false": "the interpreter's own, between the iterations of a macro",
	orderedFunction:       "put around ranges when an expression is planned",
	keyFunction:           "put around keys when an expression is planned",
}

// callOf returns the expression that calls an overload with its arguments in a, b, c and d.
func callOf(function *decls.FunctionDecl, overload *decls.OverloadDecl) (string, error) {
	name := function.Name()
	args := []string{"a", "b", "c", "d"}[:len(overload.ArgTypes())]
	f, ok := operatorForms[name]
	if !ok {
		f, ok = operatorForms[overload.ID()]
	}
	if ok {
		if strings.Contains(f, "%s") {
			return fmt.Sprintf(f, strings.Join(args, ", ")), nil
		}
		return f, nil
	}
	if strings.ContainsAny(name, "@_") {
		return "", fmt.Errorf("operator %s has no form", name)
	}
	if overload.IsMemberFunction() {
		return fmt.Sprintf("a.%s(%s)", name, strings.Join(args[1:], ", ")), nil
	}
	return fmt.Sprintf("%s(%s)", name, strings.Join(args, ", ")), nil
}

// samples makes the arguments once: values that a body can hold, and worse ones.
type samples struct {
	text, wide            string
	numbers, texts, lists ref.Val // lists of a body; texts holds one long text many times
	short, deep, wider    ref.Val // lists of many short texts, and of maxItems times texts and numbers
	pairs                 ref.Val
}

func newSamples() *samples {
	s := &samples{text: strings.Repeat("a", huge), wide: strings.Repeat("é", huge/2)}
	numbers := make([]value.Value, huge/8)
	for i := range numbers {
		numbers[i] = value.Int(int64(i) * 7919 % 100_003)
	}
	texts := make([]value.Value, 2_000)
	for i := range texts {
		texts[i] = value.String(s.text)
	}
	lists := make([]value.Value, 1_000)
	for i := range lists {
		lists[i] = value.ListOf(numbers[:10_000]...)
	}
	s.numbers, s.texts, s.lists = adapt(value.ListOf(numbers...)), adapt(value.ListOf(texts...)), adapt(value.ListOf(lists...))
	s.short, s.deep, s.wider = s.list(200_000, types.String("ab")), s.list(maxItems, s.texts), s.list(maxItems, s.numbers)
	pairs := value.NewMap(50_000)
	for i := range 50_000 {
		pairs.Set(fmt.Sprintf("key%d", i), value.Strings([]string{s.text}))
	}
	s.pairs = object{pairs}
	return s
}

func (s *samples) list(n int, v ref.Val) ref.Val {
	return types.NewRefValList(types.DefaultTypeAdapter, slices.Repeat([]ref.Val{v}, n))
}

// of returns samples of a type, as arguments.
func (s *samples) of(t *types.Type) ([]ref.Val, error) {
	switch t.Kind() {
	case types.StringKind:
		return []ref.Val{types.String(s.text), types.String(s.wide), types.String("a"), types.String("")}, nil
	case types.BytesKind:
		return []ref.Val{types.Bytes(s.text)}, nil
	case types.IntKind:
		return []ref.Val{types.Int(1 << 40), types.Int(5), types.Int(-1)}, nil
	case types.UintKind:
		return []ref.Val{types.Uint(1 << 40)}, nil
	case types.DoubleKind:
		return []ref.Val{types.Double(1e300)}, nil
	case types.BoolKind:
		return []ref.Val{types.True, types.False}, nil
	case types.TimestampKind:
		return []ref.Val{types.Timestamp{Time: testNow}}, nil
	case types.DurationKind:
		return []ref.Val{types.Duration{Duration: time.Hour}}, nil
	case types.NullTypeKind:
		return []ref.Val{types.NullValue}, nil
	case types.MapKind:
		return []ref.Val{s.pairs}, nil
	case types.OpaqueKind:
		switch t.TypeName() {
		case ext.IPType.TypeName():
			return []ref.Val{ext.IP{Addr: netip.MustParseAddr("2001:db8::1")}}, nil
		case ext.CIDRType.TypeName():
			return []ref.Val{ext.CIDR{Prefix: netip.MustParsePrefix("2001:db8::/32")}}, nil
		case "optional_type":
		default:
			return nil, fmt.Errorf("no arguments of type %s", t)
		}
		inner, err := s.of(t.Parameters()[0])
		for i := range inner {
			inner[i] = types.OptionalOf(inner[i])
		}
		return append(inner, types.OptionalNone), err
	case types.ListKind:
		switch elem := t.Parameters()[0]; elem.Kind() {
		case types.StringKind:
			return []ref.Val{s.texts, s.short}, nil
		case types.IntKind:
			return []ref.Val{s.numbers}, nil
		case types.DynKind, types.TypeParamKind:
			return []ref.Val{s.numbers, s.texts, s.lists, s.deep}, nil
		case types.ListKind:
			return []ref.Val{s.lists, s.wider}, nil
		default:
			inner, err := s.of(elem)
			if err != nil {
				return nil, err
			}
			return []ref.Val{s.list(200_000, inner[0])}, nil
		}
	case types.DynKind, types.TypeParamKind:
		return []ref.Val{types.String(s.text), s.numbers, s.lists, s.pairs, types.Int(1)}, nil
	default:
		return nil, fmt.Errorf("no arguments of type %s", t)
	}
}

// TestPrices calls every overload of the environment with large arguments: each call is refused, or charged for what it
// allocates before it does. When a library brings a new operator or a new type of argument, this test fails until it has a
// case.
func TestPrices(t *testing.T) {
	env, err := environment()
	if err != nil {
		t.Fatal(err)
	}
	s := newSamples()
	calls, refused := 0, 0
	for _, function := range env.Functions() {
		if unreachable[function.Name()] != "" || function.IsDeclarationDisabled() {
			continue
		}
		for _, overload := range function.OverloadDecls() {
			expression, err := callOf(function, overload)
			if err != nil {
				t.Errorf("%s: %v", overload.ID(), err)
				continue
			}
			var options []cel.EnvOption
			variants := make([][]ref.Val, len(overload.ArgTypes()))
			for i, argType := range overload.ArgTypes() {
				if variants[i], err = s.of(argType); err != nil {
					t.Errorf("%s: %v", overload.ID(), err)
				}
				options = append(options, cel.Variable(string(rune('a'+i)), concrete(argType)))
			}
			extended, err := env.Extend(options...)
			if err != nil {
				t.Fatal(err)
			}
			checked, issues := extended.Compile("dyn(" + expression + ") == null")
			if issues.Err() != nil {
				t.Errorf("%s: %v", overload.ID(), issues.Err())
				continue
			}
			program, err := plan(extended, checked, expression)
			if err != nil {
				t.Fatal(err)
			}
			for _, args := range combinations(variants) {
				m := measure(t, program, args)
				calls++
				if m.err != nil {
					refused++
				}
				if m.allocated > 2*m.taken+32*m.work+callMemory && !valuetest.Race {
					t.Errorf("%s(%s): allocates %d KiB and takes %d (%v)", overload.ID(), describe(args), m.allocated>>10, m.taken>>10, m.err)
				}
			}
		}
	}
	t.Logf("%d calls, %d refused", calls, refused)
	if calls < 200 || refused < 50 {
		t.Errorf("%d calls, %d of them refused: too few to mean anything", calls, refused)
	}
}

// TestAllPriced: every function has a price, unless its work does not depend on its arguments.
func TestAllPriced(t *testing.T) {
	own := names("_==_", "_!=_", "@in", "@not_strictly_false", "compareSecret", "secret") // charged where they are evaluated
	env, err := environment()
	if err != nil {
		t.Fatal(err)
	}
	for name, function := range env.Functions() {
		if prices[name] == nil && meteredCalls[name] == nil && !constantCalls[name] && !own[name] && !function.IsDeclarationDisabled() {
			t.Errorf("%s has no price", name)
		}
	}
}

// concrete replaces type parameters, which variables cannot have.
func concrete(t *types.Type) *types.Type {
	switch t.Kind() {
	case types.TypeParamKind:
		return types.DynType
	case types.ListKind:
		return types.NewListType(concrete(t.Parameters()[0]))
	case types.MapKind:
		return types.NewMapType(types.StringType, concrete(t.Parameters()[1]))
	case types.OpaqueKind:
		if len(t.Parameters()) == 0 {
			return t
		}
		return types.NewOptionalType(concrete(t.Parameters()[0]))
	default:
		return t
	}
}

func combinations(variants [][]ref.Val) [][]ref.Val {
	all := [][]ref.Val{nil}
	for _, options := range variants {
		var longer [][]ref.Val
		for _, args := range all {
			for _, option := range options {
				longer = append(longer, append(slices.Clone(args), option))
			}
		}
		all = longer
	}
	return all
}

func describe(args []ref.Val) string {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = fmt.Sprintf("%T of weight %d", arg, weigh(arg, maxProduct))
	}
	return strings.Join(texts, ", ")
}

// measured is what a call allocated, what it took from the account, and what it was charged.
type measured struct {
	allocated, taken int // bytes
	work             int
	err              error
}

// measure evaluates an expression with its variables a, b, c and d.
func measure(t testing.TB, c *Program, args []ref.Val) measured {
	e := newRequest(t, github, nil)
	vars := &measuring{counted: counted{(*activation)(e), newMeter(e)}, args: args}
	var err error
	allocated := valuetest.Allocated(func() { _, err = c.evaluate(vars) })
	return measured{
		allocated: int(allocated), taken: maxBytes - vars.meter.memory - vars.meter.memoryLeft,
		work: MaxWork - vars.meter.work - vars.meter.workLeft, err: err,
	}
}

// measuring is an activation with the variables a, b, c and d.
type measuring struct {
	counted
	args []ref.Val
}

// ResolveName implements [cel.Activation].
func (m *measuring) ResolveName(name string) (any, bool) {
	if i := strings.Index("abcd", name); i >= 0 && len(name) == 1 && i < len(m.args) {
		return m.args[i], true
	}
	return m.counted.ResolveName(name)
}

func TestGuardsRefuse(t *testing.T) {
	large := request{body: `{"s":"` + strings.Repeat("x", 1<<20) + `","m":"` + strings.Repeat("x", 300<<10) + `"}`}
	tests := []struct {
		name, expression string
		want             string
	}{
		{"a result of 1 TiB", `body.m.replace('xx', body.s) == ''`, "the result would be longer than 16 MiB"},
		{"doubling", `cel.bind(a, body.s+body.s, cel.bind(b, a+a, cel.bind(c, b+b, cel.bind(d, c+c, cel.bind(e, d+d, e+e == '')))))`, "the result would be longer than 16 MiB"},
		{"a constant pattern", `body.s.matches('y')`, "the text is longer than the 256 KiB that a pattern may search"},
		{"a pattern from the request", `body.m.matches('x' + body.m.substring(0, 3))`, "the text is longer than the 256 KiB that a pattern may search"},
		{"a large pattern", `'x'.matches('(a{30}){30}(b{30}){30}' + body.s.substring(0, 0) + '(c{1000}){1}(d{1000}e{1000}f{1000}){1}')`, "the pattern is too large"},
		{"many items", `body.s.split('').size() > 0`, "the list has more than 100000 items"},
		{"a long secret", `body.s.compareSecret('TOKEN')`, "compareSecret: the text is longer than 64 KiB"},
		{"a number", `int(body.s) == 1`, "the text is too long for this function"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			met, err := compile(t, test.expression).Eval(newRequest(t, large, nil))
			var failure *Error
			if met || !errors.As(err, &failure) || failure.Reason != ReasonGuard || failure.Message != "was refused: "+test.want {
				t.Errorf("Eval = %v, %v; want refused: %s", met, err, test.want)
			}
		})
	}
}
