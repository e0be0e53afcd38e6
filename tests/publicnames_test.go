package tests

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// publicPackages are those that groups of tasks in other modules are made of, each with the types that are public if not all are.
var publicPackages = []struct {
	name  string
	types []string
}{
	{"flow", nil},
	{"pebble", []string{"Context", "Structure", "Template"}},
	{"task", nil},
	{"task/tasktest", nil},
	{"value", nil},
}

const publicNamesFile = "testdata/public_names.txt"

// TestPublicNames compares the exported names of packages that other modules import, and how they are declared, with the list of them.
func TestPublicNames(t *testing.T) {
	var lines []string
	for _, p := range publicPackages {
		own := publicNames(t, "../engine/"+p.name, p.types)
		if len(own) == 0 {
			t.Errorf("engine/%s exports nothing, so nothing was compared", p.name)
		}
		slices.Sort(own)
		lines = append(lines, own...)
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(publicNamesFile, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(publicNamesFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("tasks that others have written are made of these names: say in CHANGELOG.md what has changed for them, then run "+
			"`go test ./tests -run PublicNames -update`: (-before +now)\n%s", diff)
	}
}

// publicNames returns a line for each exported name in a folder: of functions, types, constants and variables, and of methods, fields
// and methods of interfaces. With types, only those of these types.
func publicNames(t *testing.T, folder string, types []string) []string {
	t.Helper()
	files := token.NewFileSet()
	names, err := fs.Glob(os.DirFS(folder), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	l := &nameList{files: files, types: types}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		l.pkg = f.Name.Name
		for _, d := range f.Decls {
			l.declaration(d)
		}
	}
	return l.lines
}

type nameList struct {
	files *token.FileSet
	pkg   string
	types []string
	lines []string
}

// add adds a name, or one in a type, with how it is declared.
func (l *nameList) add(of, name, declared string) {
	typ, in := name, ""
	if of != "" {
		typ, in = of, of+"."
	}
	if !ast.IsExported(typ) || !ast.IsExported(name) || l.types != nil && !slices.Contains(l.types, typ) {
		return
	}
	l.lines = append(l.lines, strings.TrimRight(fmt.Sprintf("%s.%s%s %s", l.pkg, in, name, declared), " "))
}

func (l *nameList) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		of := ""
		if d.Recv != nil {
			of = strings.TrimPrefix(l.text(d.Recv.List[0].Type), "*")
			of, _, _ = strings.Cut(of, "[")
		}
		l.add(of, d.Name.Name, l.text(d.Type))
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				l.typ(spec)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					l.add("", name.Name, d.Tok.String())
				}
			}
		}
	}
}

// typ adds a type, and what is in it.
func (l *nameList) typ(spec *ast.TypeSpec) {
	name := spec.Name.Name
	var inside *ast.FieldList
	declared := "type " + l.text(spec.Type)
	switch t := spec.Type.(type) {
	case *ast.StructType:
		inside, declared = t.Fields, "type struct"
	case *ast.InterfaceType:
		inside, declared = t.Methods, "type interface"
	}
	if spec.Assign.IsValid() {
		declared = "= " + declared
	}
	l.add("", name, declared)
	if inside == nil {
		return
	}
	for _, field := range inside.List {
		text := l.text(field.Type)
		if len(field.Names) == 0 { // embedded
			base := text[strings.LastIndexAny(text, "*.")+1:]
			l.add(name, base, "embeds "+text)
		}
		for _, n := range field.Names {
			l.add(name, n.Name, text)
		}
	}
}

// text returns a piece of code in one line.
func (l *nameList) text(node ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, l.files, node); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
