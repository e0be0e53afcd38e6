package flow

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func small(namespace, id string) []byte {
	return []byte("id: " + id + "\nnamespace: " + namespace + "\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\n")
}

func names(s *Set) []string {
	var names []string
	for f := range s.All() {
		names = append(names, f.Namespace+"/"+f.ID)
	}
	return names
}

func TestLoadKeepsTheGoodFlows(t *testing.T) {
	set, found := Load(fakeCatalog(t), Options{}, []*Source{
		{Name: "/z.yml", YAML: small("b", "x")},
		{Name: "/y.yml", YAML: []byte("foo: 1\nid: x\n")},
		{Name: "/a.yml", YAML: small("a", "z")},
		{Name: "/b.yml", YAML: small("a", "y")},
		NewSource("Caddyfile:14", []byte("id: q\nnamespace: a\nbar: 1\ntasks: []\n")),
	})
	if diff := cmp.Diff([]string{"a/y", "a/z", "b/x"}, names(set)); diff != "" || set.Len() != 3 {
		t.Errorf("flows (-want +got):\n%s", diff)
	}
	want := "/y.yml:1:1: unknown member `foo`" + `
/y.yml:1:1: namespace: is missing
/y.yml:1:1: tasks: is missing
Caddyfile:14 (inline flow, line 3): unknown member ` + "`bar`" + `
Caddyfile:14 (inline flow, line 4): tasks: must not be empty`
	got := strings.Split(found.Err().Error(), "\n")
	if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if set.Flow("a", "Y") != nil || set.Flow("a", "y") == nil {
		t.Error("names are not compared exactly")
	}
	if set.Flow("a", "y").Hash == set.Flow("a", "z").Hash {
		t.Error("different texts have one hash")
	}
}

func TestDuplicateFlows(t *testing.T) {
	first, second := &Source{Name: "/f/a.yml", YAML: small("n", "x")}, &Source{Name: "/f/b.yml", YAML: small("n", "x")}
	set, found := Load(fakeCatalog(t), Options{}, []*Source{first, second, {Name: "/f/../f/a.yml", YAML: first.YAML}})
	want := "/f/b.yml:1:5: id: flow n/x is already defined at /f/a.yml:1:5\n"
	if diff := cmp.Diff(want, findings(nil, found)); diff != "" || set.Len() != 1 || set.Flow("n", "x").Source != first {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestMerge(t *testing.T) {
	load := func(sources ...*Source) *Set {
		set, found := Load(fakeCatalog(t), Options{}, sources)
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		return set
	}
	one := load(&Source{Name: "/a.yml", YAML: small("n", "x")}, &Source{Name: "/b.yml", YAML: small("n", "y")})
	again := load(&Source{Name: "/./a.yml", YAML: small("n", "x")}, &Source{Name: "/c.yml", YAML: small("m", "z")})
	merged, found := Merge(one, nil, again)
	if diff := cmp.Diff([]string{"m/z", "n/x", "n/y"}, names(merged)); diff != "" || found != nil {
		t.Errorf("flows (-want +got):\n%s%v", diff, found)
	}
	_, found = Merge(one, load(NewSource("Caddyfile:3", small("n", "x"))))
	if diff := cmp.Diff("Caddyfile:3 (inline flow, line 1): id: flow n/x is already defined at /a.yml:1:5\n", findings(nil, found)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if one.Len() != 2 {
		t.Error("merging changed a set")
	}
}

func TestNoSet(t *testing.T) {
	var s *Set
	if s.Len() != 0 || s.Flow("a", "b") != nil || names(s) != nil || s.Extensions() != nil {
		t.Error("a nil set is not empty")
	}
}

func TestDiagnostics(t *testing.T) {
	cause := errors.New("cause")
	ds := Diagnostics{{Severity: SeverityWarning, Message: "w"}, {Message: "e", Err: cause}}
	if len(ds.Errors()) != 1 || !errors.Is(ds.Err(), cause) {
		t.Errorf("errors %v, error %v", ds.Errors(), ds.Err())
	}
	if ds[:1].Err() != nil || Diagnostics(nil).Err() != nil {
		t.Error("no errors are an error")
	}
}

func TestManyFindings(t *testing.T) {
	var text strings.Builder
	text.WriteString("id: x\nnamespace: n\nrevision: 1\ntasks:\n")
	for range 1000 {
		text.WriteString("  - {id: t, type: nope}\n")
	}
	_, found := loadText(t, text.String())
	if len(found) != maxDiagnostics+1 || found.Err() == nil {
		t.Errorf("%d findings", len(found))
	}
}

func TestPosition(t *testing.T) {
	file, inline := &Source{Name: "a.yml"}, &Source{Name: "Caddyfile:14", Inline: true}
	tests := []struct {
		pos  Position
		want string
	}{
		{Position{}, ""},
		{Position{Source: file}, "a.yml"},
		{Position{file, 3, 0}, "a.yml:3"},
		{Position{file, 3, 5}, "a.yml:3:5"},
		{Position{inline, 3, 5}, "Caddyfile:14 (inline flow, line 3)"},
		{Position{Source: inline}, "Caddyfile:14"},
	}
	for _, tt := range tests {
		if got := tt.pos.String(); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.pos, got, tt.want)
		}
	}
}
