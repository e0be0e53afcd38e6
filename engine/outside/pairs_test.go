package outside

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/store/memory"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)

// asker is who asks in these tests.
var asker = task.Origin{Namespace: "company.team.web"}

// newPairs returns a key-value store that keeps these pairs.
func newPairs(t *testing.T, pairs ...task.Pair) Pairs {
	t.Helper()
	p := Pairs{Store: memory.New(memory.Options{}), Known: new(Namespaces)}
	p.Known.Add("company.team.web")
	var b execution.Batch
	for i := range pairs {
		kept, err := Encode(&pairs[i], now)
		if err != nil {
			t.Fatal(err)
		}
		b.Pairs = append(b.Pairs, kept)
	}
	if err := p.Store.Commit(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTypesSurvive keeps values of every kind.
func TestTypesSurvive(t *testing.T) {
	decimal, err := value.ParseDecimal("1.50")
	if err != nil {
		t.Fatal(err)
	}
	paris := time.FixedZone("+01:00", 3600)
	for _, tt := range []struct{ v, want value.Value }{
		{value.Null, value.Null},
		{value.Bool(false), value.Bool(false)},
		{value.Int(math.MinInt64), value.Int(math.MinInt64)},
		{value.Float(1e300), value.Float(1e300)},
		{decimal, value.Float(1.5)},
		{value.String("PT5M"), value.String("PT5M")},
		{value.String("2026-01-02T03:04:05Z"), value.String("2026-01-02T03:04:05Z")},
		{value.Time(now), value.Time(now)},
		{value.Time(now.In(paris)), value.Time(now.In(paris))},
		{value.Opaque(value.Duration(time.Hour + 1)), value.Opaque(value.Duration(time.Hour + 1))},
		{value.MapOf("b", value.ListOf(value.Null), "a", value.Int(1)), value.MapOf("b", value.ListOf(value.Null), "a", value.Int(1))},
		{value.ListOf(value.Time(now)), value.ListOf(value.String("2026-01-02T03:04:05.006Z"))},
	} {
		p := newPairs(t, task.Pair{Namespace: asker.Namespace, Key: "k", Value: tt.v})
		got, found, err := p.Find(t.Context(), asker, asker.Namespace, "k", now, func(string) error { return nil })
		if err != nil || !found || !got.Value.Equal(tt.want) {
			t.Errorf("%v comes back as %v, %v", tt.v, got.Value, err)
		}
	}
}

func TestTooLong(t *testing.T) {
	p := task.Pair{Key: "k", Value: value.String(strings.Repeat("x", maxValue-3)), Description: "d"}
	if _, err := Encode(&p, now); err != nil {
		t.Error(err)
	}
	p.Description = "dd"
	if _, err := Encode(&p, now); err == nil || err.Error() != "the value of the key 'k' takes 1048577 bytes; 1048576 are the most" {
		t.Error(err)
	}
}

// TestChargeFirst checks that a value is charged before it is made, and that a refusal ends it.
func TestChargeFirst(t *testing.T) {
	p := newPairs(t, task.Pair{Namespace: asker.Namespace, Key: "k", Value: value.ListOf(value.Int(1))})
	refused := errors.New("refused")
	var told string
	_, found, err := p.Find(t.Context(), asker, asker.Namespace, "k", now, func(text string) error { told = text; return refused })
	if !errors.Is(err, refused) || found || told != "[1]" {
		t.Errorf("%v, %v, %q", found, err, told)
	}
}

// TestBroken checks what is kept and cannot have been written.
func TestBroken(t *testing.T) {
	p := newPairs(t)
	for _, kept := range []execution.Pair{{Value: []byte("{")}, {Type: typeDateTime, Value: []byte(`"soon"`)}} {
		kept.Namespace, kept.Key = "company", "k"
		if err := p.Store.Commit(t.Context(), &execution.Batch{Pairs: []execution.Pair{kept}}); err != nil {
			t.Fatal(err)
		}
		if _, found, err := p.Find(t.Context(), asker, "company", "k", now, func(string) error { return nil }); found || err == nil {
			t.Errorf("%s: %v, %v", kept.Value, found, err)
		}
	}
}

func TestNamespaces(t *testing.T) {
	p := newPairs(t)
	p.Known.Add("other")
	p.Known.Add("company.shop")
	if diff := cmp.Diff([]string{"company", "company.shop", "company.team", "company.team.web", "other"}, p.Namespaces()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFunction evaluates expressions: see also the case "kv function: missing, default, errorOnMissing, other namespace" of the
// recordings.
func TestFunction(t *testing.T) {
	p := newPairs(t,
		task.Pair{Namespace: "company.team.web", Key: "n", Value: value.Int(5)},
		task.Pair{Namespace: "company.team", Key: "above", Value: value.String("x"), Expires: now.Add(1)},
		task.Pair{Namespace: "company", Key: "above", Value: value.String("y")},
		task.Pair{Namespace: "company", Key: "long", Value: value.Opaque(value.Duration(5 * time.Minute))},
		task.Pair{Namespace: "company", Key: "12", Value: value.Null},
		task.Pair{Namespace: "company", Key: "gone", Value: value.Null, Expires: now},
		task.Pair{Namespace: "visited", Key: "n", Value: value.Bool(true)},
	)
	e := pebble.New(pebble.Options{Outside: Names()})
	for template, want := range map[string]string{
		"{{ kv('n') + 1 }}":            "6",
		"{{ kv('above') }}":            "x",
		"{{ kv('above', 'company') }}": "y",
		"{{ kv('above', namespace='visited', errorOnMissing=false) is null }}": "true",
		"{{ kv('n', 'visited') | className }}":                                 "java.lang.Boolean",
		"{{ kv('long') }} {{ kv('long') | className }}":                        "PT5M java.time.Duration",
		"{{ kv('long') == kv('long', 'company') }}":                            "true",
		"{{ kv(12) is null }}":                                                 "true",
		"{{ kv('nope', errorOnMissing=false) ?? 'd' }}":                        "d",
		"{{ kv('nope') }}":                                                     "The key 'nope' does not exist in the namespace 'company.team.web'",
		"{{ kv('gone') ?? 'd' }}":                                              "The key 'gone' does not exist in the namespace 'company.team.web'",
		"{{ kv('n', 'company') }}":                                             "The key 'n' does not exist in the namespace 'company'",
		"{{ kv('n', 'nowhere', false) }}":                                      "Cannot access the KV store. The namespace 'nowhere' does not exist",
		"{{ kv('bad key!') }}":                                                 "Key must start with an alphanumeric character (uppercase or lowercase) and can contain alphanumeric characters (uppercase or lowercase), dots (.), underscores (_), and hyphens (-) only",
		"{{ kv('') }}":                                                         "Key cannot be null or empty",
	} {
		compiled, err := e.Compile(template)
		if err != nil {
			t.Fatal(err)
		}
		f := &Functions{Context: context.Background(), Origin: asker, Now: now, Services: &task.Services{Pairs: p}}
		got, err := compiled.Render(&pebble.Context{Outside: f})
		if failed, ok := errors.AsType[*pebble.Error](err); ok {
			got = failed.Msg
		}
		if got != want {
			t.Errorf("%s: %q, want %q", template, got, want)
		}
	}
}

// TestCallsAreCharged calls a function more often than an evaluation may.
func TestCallsAreCharged(t *testing.T) {
	p := newPairs(t, task.Pair{Namespace: asker.Namespace, Key: "n", Value: value.Int(5)})
	e := pebble.New(pebble.Options{Outside: Names(), Limits: pebble.Limits{Steps: 50 * callCost}})
	compiled, err := e.Compile("{% for i in range(1, trigger) %}{{ kv('n') }}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	for calls, fits := range map[int64]bool{10: true, 100: false} {
		f := &Functions{Context: context.Background(), Origin: asker, Now: now, Services: &task.Services{Pairs: p}}
		_, err := compiled.Render(&pebble.Context{Outside: f, Vars: value.MapOf("trigger", value.Int(calls)).Map()})
		if failed, ok := errors.AsType[*pebble.Error](err); (err == nil) != fits || ok && failed.Class != pebble.ClassLimit {
			t.Errorf("%d calls: %v", calls, err)
		}
	}
}
