package flow

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// drawValues draws a map whose members are texts, lists or maps by the first letter of their names, so that no merge is of a list
// with a map. Any may be null.
func drawValues(depth int) *rapid.Generator[value.Value] {
	return rapid.Custom(func(t *rapid.T) value.Value {
		m := value.NewMap(4)
		for _, name := range []string{"t1", "t2", "l1", "l2", "m1", "m2"} {
			switch {
			case !rapid.Bool().Draw(t, "has "+name):
			case rapid.IntRange(0, 6).Draw(t, "null") == 0:
				m.Set(name, value.Null)
			case name[0] == 't':
				m.Set(name, value.Int(int64(rapid.IntRange(0, 3).Draw(t, name))))
			case name[0] == 'l':
				items := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 3).Draw(t, name)
				list := make([]value.Value, len(items))
				for i, item := range items {
					list[i] = value.Int(int64(item))
				}
				m.Set(name, value.ListOf(list...))
			case depth > 0:
				m.Set(name, drawValues(depth-1).Draw(t, name))
			}
		}
		return value.FromMap(m)
	})
}

// kestraMerge is the merge of two values that Kestra makes: the second wins.
func kestraMerge(a, b value.Value) value.Value {
	switch {
	case b.IsNull():
		return a
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		merged := value.NewMap(a.Map().Len())
		for name, v := range a.Map().All() {
			merged.Set(name, v)
		}
		for name, v := range b.Map().All() {
			old, _ := a.Map().Get(name)
			merged.Set(name, kestraMerge(old, v))
		}
		return value.FromMap(merged)
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		merged := append([]value.Value{}, a.List().Slice()...)
		for _, item := range b.List().All() {
			known := false
			for _, other := range a.List().All() {
				known = known || value.Equal(item, other)
			}
			if !known {
				merged = append(merged, item)
			}
		}
		return value.ListOf(merged...)
	default:
		return b
	}
}

// TestDefaultsMergeAsKestra compares a task and any defaults for it with Kestra's way: one default after the other, first those that
// give way, then those that are forced from the last to the first.
func TestDefaultsMergeAsKestra(t *testing.T) {
	catalog := fakeCatalog(t)
	rapid.Check(t, func(t *rapid.T) {
		own := drawValues(2).Draw(t, "own")
		var text strings.Builder
		want := own
		var forced []value.Value
		for i := range rapid.IntRange(1, 4).Draw(t, "defaults") {
			values, isForced := drawValues(2).Draw(t, fmt.Sprint("default ", i)), rapid.Bool().Draw(t, "forced")
			fmt.Fprintf(&text, "  - {type: test.All, forced: %t, values: {any: %s}}\n", isForced, value.JSON(values))
			if isForced {
				forced = append([]value.Value{values}, forced...)
			} else {
				want = kestraMerge(values, want)
			}
		}
		for _, values := range forced {
			want = kestraMerge(want, values)
		}
		set, found := Load(catalog, Options{}, []*Source{{
			Name: "flow.yml", YAML: fmt.Appendf(nil, "id: f\nnamespace: n\npluginDefaults:\n%stasks:\n  - {id: t, type: test.All, any: %s}\n", &text, value.JSON(own)),
		}})
		f := set.Flow("n", "f")
		if f == nil {
			t.Fatal(found)
		}
		if got := f.Tasks[0].Value("any"); !value.Equal(got, want) {
			t.Errorf("got %s, want %s", value.JSON(got), value.JSON(want))
		}
	})
}
