package value

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

func TestMapKeepsOrder(t *testing.T) {
	m := NewMap(0)
	for i := range 40 {
		m.Set(fmt.Sprint("k", i%30), Int(int64(i)))
	}
	if m.Len() != 30 {
		t.Fatalf("Len = %d, want 30", m.Len())
	}
	for i := range 30 {
		want := Int(int64(i))
		if i < 10 {
			want = Int(int64(i + 30))
		}
		if key := fmt.Sprint("k", i); m.Key(i) != key || !m.At(i).Equal(want) {
			t.Errorf("member %d is %s=%v, want %s=%v", i, m.Key(i), m.At(i), key, want)
		} else if v, ok := m.Get(key); !ok || !v.Equal(want) {
			t.Errorf("Get(%q) = %v, %v", key, v, ok)
		}
	}
	if v, ok := m.Get("k30"); ok || !v.IsNull() || m.Has("k30") {
		t.Error("a key that was not set is there")
	}
}

func TestNilContainers(t *testing.T) {
	var m *Map
	if _, ok := m.Get("a"); ok || m.Len() != 0 || m.Has("a") || m.Keys() != nil || JSON(m.Values()) != "[]" {
		t.Error("a nil map is not empty")
	}
	for range m.All() {
		t.Error("a nil map has members")
	}
	if JSON(FromMap(nil)) != "{}" {
		t.Error("the value of a nil map is not {}")
	}
	var l *List
	if l.Len() != 0 || l.Slice() != nil || JSON(l.Plus(Int(1))) != "[1]" || JSON(l.Minus(Int(1))) != "[]" {
		t.Error("a nil list is not empty")
	}
}

// TestMapModel checks that maps of any size behave as Go's map does, with the order kept beside it, and that folding maps do
// so too.
func TestMapModel(t *testing.T) {
	keys := rapid.OneOf(rapid.StringMatching(`[a-cA-C]{0,2}`), rapid.SampledFrom([]string{"é", "É", "ß", "ẞ", "K", "k", "K", "ſ", "s", "S", ""}))
	rapid.Check(t, func(t *rapid.T) {
		fold := rapid.Bool().Draw(t, "fold")
		m := NewMap(rapid.IntRange(0, 20).Draw(t, "room"))
		canonical := func(key string) string { return key }
		if fold {
			m = NewFoldMap(0)
			canonical = func(key string) string {
				return strings.Map(func(r rune) rune {
					if r >= 'A' && r <= 'Z' {
						return r + 'a' - 'A'
					}
					return r
				}, key)
			}
		}
		model, order := map[string]int{}, []string{}
		for i, key := range rapid.SliceOfN(keys, 0, 60).Draw(t, "keys") {
			m.Set(key, Int(int64(i)))
			if _, ok := model[canonical(key)]; !ok {
				order = append(order, key)
			}
			model[canonical(key)] = i
		}
		if !slices.Equal(m.Keys(), order) && len(order) > 0 {
			t.Fatalf("keys %q, want %q", m.Keys(), order)
		}
		for _, key := range rapid.SliceOfN(keys, 0, 20).Draw(t, "look-ups") {
			want, ok := model[canonical(key)]
			got, found := m.Get(key)
			if found != ok || m.Has(key) != ok || ok && got.Int() != int64(want) {
				t.Fatalf("Get(%q) = %v, %v, want %d, %v", key, got, found, want, ok)
			}
		}
	})
}

// TestFoldMap checks that small maps, which scan, and large ones, which hash, fold the same letters.
func TestFoldMap(t *testing.T) {
	for _, members := range []int{0, 100} {
		t.Run(fmt.Sprint(members, " more members"), func(t *testing.T) {
			m := NewFoldMap(4)
			m.Set("X-GitHub-Event", String("push"))
			m.Set("X-Größe", String("g"))
			for i := range members {
				m.Set(fmt.Sprint("X-", i), Int(int64(i)))
			}
			for key, want := range map[string]bool{
				"X-GitHub-Event": true, "x-github-event": true, "X-GITHUB-EVENT": true, "X-GitHub_Event": false,
				"x-größe": true, "X-GRößE": true, "X-GRÖSSE": false, "X-GRÖßE": false,
				"\u212a": false, // the Kelvin sign folds to k in Unicode
			} {
				if got := m.Has(key); got != want {
					t.Errorf("Has(%q) = %v, want %v", key, got, want)
				}
			}
			if m.Key(0) != "X-GitHub-Event" || !m.fold {
				t.Errorf("first key is %q", m.Key(0))
			}
			m.Set("x-github-event", String("ping"))
			if m.Key(0) != "X-GitHub-Event" || m.At(0).Str() != "ping" || m.Len() != members+2 {
				t.Errorf("setting with other letters gave %q=%v of %d members", m.Key(0), m.At(0), m.Len())
			}
			m.Set("K", Null)
			if n := testing.AllocsPerRun(100, func() { m.Get("x-gitHub-event") }); n != 0 {
				t.Errorf("look-up allocates %v times", n)
			}
			if m.Has("\u212a") || !m.Has("k") {
				t.Error("more than ASCII letters fold")
			}
		})
	}
}

func TestLazyMember(t *testing.T) {
	var computed atomic.Int32
	m := NewMap(1)
	m.SetLazy("body", func() Value {
		computed.Add(1)
		return MapOf("a", Int(1))
	})
	v := FromMap(m)
	if !m.Has("body") || m.Len() != 1 || computed.Load() != 0 {
		t.Fatal("asking for a lazy member computes it")
	}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if got := JSON(v); got != `{"body":{"a":1}}` {
				t.Errorf("JSON = %s", got)
			}
			for _, member := range v.Map().All() {
				if member.Kind() != KindMap {
					t.Errorf("kind = %v", member.Kind())
				}
			}
			if got, _ := m.Get("body"); got.Map().Len() != 1 || !m.At(0).Equal(got) {
				t.Errorf("Get = %v", got)
			}
		})
	}
	readers.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
	if got := maps.Collect(m.All()); len(got) != 1 {
		t.Errorf("All gives %v", got)
	}
}

func TestListOperators(t *testing.T) {
	tests := []struct{ l, op, x, want string }{
		// From Kestra 1.3.25.
		{`[1,2]`, "+", `1`, `[1,2,1]`},
		{`[1,2]`, "+", `{"a":1}`, `[1,2,{"a":1}]`},
		{`[1,2,"x",null]`, "+", `[1,2]`, `[1,2,"x",null,1,2]`},
		{`[1,2]`, "-", `"2"`, `[1,2]`},
		{`[1,2]`, "-", `null`, `[1,2]`},
		{`[1,2,1]`, "-", `1`, `[2,1]`},
		{`[1,2,1]`, "-", `[1]`, `[2]`},
		{`[]`, "-", `1`, `[]`},
		// Kestra tells apart 1 of a body, 1 of a template, and 1.0.
		{`[1,2]`, "-", `1.0`, `[2]`},
	}
	for _, tt := range tests {
		l := decode(t, tt.l)
		got := l.List().Plus(decode(t, tt.x))
		if tt.op == "-" {
			got = l.List().Minus(decode(t, tt.x))
		}
		if JSON(got) != tt.want {
			t.Errorf("%s %s %s = %v, want %s", tt.l, tt.op, tt.x, got, tt.want)
		}
		if JSON(l) != tt.l {
			t.Errorf("%s %s %s changed its left side to %v", tt.l, tt.op, tt.x, l)
		}
	}
}

// TestListsDoNotShareGrowth checks that lists that grew from one share its storage and never see each other's items.
func TestListsDoNotShareGrowth(t *testing.T) {
	base := decode(t, `[[1,2,3],[4]]`).List().At(0).List()
	front := base.Sub(0, 2)
	if got := JSON(front.List().Plus(Int(9))); got != "[1,2,9]" {
		t.Errorf("front + 9 = %s", got)
	}
	if got := JSON(front.List().Plus(Int(8))); got != "[1,2,8]" {
		t.Errorf("front + 8 = %s", got)
	}
	if got := JSON(base.Sub(0, 3)); got != "[1,2,3]" {
		t.Errorf("base = %s", got)
	}
	if n := testing.AllocsPerRun(100, func() { base.Sub(1, 3) }); n > 1 {
		t.Errorf("Sub allocates %v times", n)
	}
}
