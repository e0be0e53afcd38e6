package storage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func newDisk(t testing.TB) (tasktest.Disk, *files.Store) {
	t.Helper()
	store := files.New(t.TempDir())
	t.Cleanup(func() { _ = store.Close() })
	return tasktest.NewDisk(t, store), store
}

// Each row has the files a, b, … of these texts, and their URIs in variables.
func TestTasks(t *testing.T) {
	const prefix = "io.kestra.plugin.core.storage."
	gone := "kestra:///company/team/hello/executions/4Execution/tasks/before/1Run/gone.txt"
	for _, tt := range []struct {
		name  string
		files []string
		yaml  string
		want  string // outputs; or, of a failure, error: and its text
	}{
		// §8.2, storage.Write.
		{"Write", nil, `{type: Write, content: "héllo {{ x }}\n", extension: .txt}`, `{"uri":"txt: héllo 7\n"}`},
		{"Write: no dot", nil, `{type: Write, content: "", extension: md}`, `{"uri":"md: "}`},
		{"Write: no extension", nil, `{type: Write, content: x}`, `{"uri":"tmp: x"}`},
		{"Write: extension as an expression", nil, `{type: Write, content: x, extension: "{{ 'csv' }}"}`, `{"uri":"csv: x"}`},
		{"Write: extension that leads out", nil, `{type: Write, content: x, extension: "/../x"}`, `error: ".." is no name of a file`},
		{"Write: content fails", nil, `{type: Write, content: "{{ nope }}"}`, "error: unable to find `nope`"},

		// §8.2, storage.Size.
		{"Size", []string{"héllo"}, `{type: Size, uri: "{{ a }}"}`, `{"size":6}`},
		{"Size: missing", nil, `{type: Size, uri: "{{ gone }}"}`, `error: ` + gone + `: file does not exist`},
		{"Size: no file", nil, `{type: Size, uri: "kestra:///nope/x"}`, `error: kestra:///nope/x: file does not exist`},
		{"Size: no URI", nil, `{type: Size, uri: x}`, `error: "x" is no URI of a file`},
		{"Size: on the disk", nil, `{type: Size, uri: "file:///etc/passwd"}`, `error: "file:///etc/passwd" is no URI of a file`},

		// §8.2, storage.Delete.
		{"Delete", []string{"x"}, `{type: Delete, uri: "{{ a }}"}`, `{"uri":"` + strings.Replace(gone, "gone", "a", 1) + `","deleted":true}`},
		{"Delete: missing", nil, `{type: Delete, uri: "{{ gone }}"}`, `{"uri":"` + gone + `","deleted":false}`},
		{"Delete: errorOnMissing", nil, `{type: Delete, uri: "{{ gone }}", errorOnMissing: true}`, `error: Unable to find file '` + gone + `'`},
		{"Delete: errorOnMissing as an expression", nil, `{type: Delete, uri: "{{ gone }}", errorOnMissing: "{{ x == 7 }}"}`, `error: Unable to find file '` + gone + `'`},
		{"Delete: no URI", nil, `{type: Delete, uri: "../a"}`, `error: "../a" is no URI of a file`},

		// §8.2, storage.Concat.
		{"Concat", []string{"one\n", "two"}, `{type: Concat, files: ["{{ a }}", "{{ b }}"]}`, `{"uri":"tmp: one\ntwo"}`},
		{"Concat: separator and extension", []string{"one\n", "two"}, `{type: Concat, files: ["{{ a }}", "{{ b }}"], separator: "-{{ x }}-", extension: .md}`, `{"uri":"md: one\n-7-two-7-"}`},
		{"Concat: JSON", []string{"one", "two"}, `{type: Concat, files: "{{ [a, b] | toJson }}", separator: "\n"}`, `{"uri":"tmp: one\ntwo\n"}`},
		{"Concat: nothing", nil, `{type: Concat, files: []}`, `{"uri":"tmp: "}`},
		{"Concat: missing", []string{"one"}, `{type: Concat, files: ["{{ a }}", "{{ gone }}"]}`, `error: ` + gone + `: file does not exist`},
		{"Concat: one text", []string{"one"}, `{type: Concat, files: "{{ a }}"}`, `error: invalid JSON`},
		{"Concat: null", []string{"one"}, `{type: Concat, files: ["{{ a }}", null]}`, `error: an item of files is no URI but null`},
		{"Concat: a map", nil, `{type: Concat, files: {a: b}}`, `error: files must be a list, or JSON text of one`},

		// §8.2, storage.Reverse.
		{"Reverse", []string{"one\ntwo\nthree\n"}, `{type: Reverse, from: "{{ a }}"}`, `{"uri":"txt: three\ntwo\none\n"}`},
		{"Reverse: separator", []string{"a;b;c"}, `{type: Reverse, from: "{{ a }}", separator: ";"}`, `{"uri":"txt: a;b;c;"}`},
		{"Reverse: ends of lines", []string{"a\r\nb\rc\n\nd"}, `{type: Reverse, from: "{{ a }}"}`, `{"uri":"txt: d\n\nc\nb\na\n"}`},
		{"Reverse: empty", []string{""}, `{type: Reverse, from: "{{ a }}"}`, `{"uri":"txt: "}`},
		{"Reverse: one empty line", []string{"\n"}, `{type: Reverse, from: "{{ a }}"}`, `{"uri":"txt: \n"}`},
		{"Reverse: charset", []string{"a\nb"}, `{type: Reverse, from: "{{ a }}", separator: "é€", charset: us-ascii}`, `{"uri":"txt: b??a??"}`},
		{"Reverse: unknown charset", []string{"a"}, `{type: Reverse, from: "{{ a }}", charset: UTF-16}`, `error: charset must be UTF-8, ISO-8859-1 or US-ASCII, is "UTF-16"`},
		{"Reverse: missing", nil, `{type: Reverse, from: "{{ gone }}"}`, `error: ` + gone + `: file does not exist`},

		// §8.2, storage.Split.
		{"Split: rows", []string{"h\n1\n2\n3\n4\n"}, `{type: Split, from: "{{ a }}", rows: 2}`, `{"uris":["txt: h\n1\n","txt: 2\n3\n","txt: 4\n"]}`},
		{"Split: rows as an expression", []string{"h\n1\n2\n"}, `{type: Split, from: "{{ a }}", rows: "{{ x - 5 }}"}`, `{"uris":["txt: h\n1\n","txt: 2\n"]}`},
		{"Split: partitions", []string{"h\n1\n2\n3\n4\n5"}, `{type: Split, from: "{{ a }}", partitions: 2}`, `{"uris":["txt: h\n2\n4\n","txt: 1\n3\n5\n"]}`},
		{"Split: more partitions than lines", []string{"h\n1"}, `{type: Split, from: "{{ a }}", partitions: 5}`, `{"uris":["txt: h\n","txt: 1\n"]}`},
		{"Split: bytes", []string{"ab\nc\nlonger\nd\n"}, `{type: Split, from: "{{ a }}", bytes: 5}`, `{"uris":["txt: ab\nc\n","txt: longer\n","txt: d\n"]}`},
		{"Split: KB", []string{"h\n1\n"}, `{type: Split, from: "{{ a }}", bytes: 1KB}`, `{"uris":["txt: h\n1\n"]}`},
		{"Split: bytes before rows", []string{"h\n1\n"}, `{type: Split, from: "{{ a }}", rows: 1, bytes: 1gb}`, `{"uris":["txt: h\n1\n"]}`},
		{"Split: regexPattern", []string{"[A] 1\n[B] 2\nnone\n[A] 3\n"}, `{type: Split, from: "{{ a }}", regexPattern: "\\[(\\w)\\]"}`, `{"uris":["txt: [A] 1\n[A] 3\n","txt: [B] 2\n"]}`},
		{"Split: regexPattern before bytes and rows", []string{"a\nb\n"}, `{type: Split, from: "{{ a }}", rows: 5, bytes: 1GB, regexPattern: "(.)"}`, `{"uris":["txt: a\n","txt: b\n"]}`},
		{"Split: regexPattern without a group", []string{"a\nb\n"}, `{type: Split, from: "{{ a }}", regexPattern: a}`, `{"uris":[]}`},
		{"Split: wrong regexPattern", []string{"a\nb\n"}, `{type: Split, from: "{{ a }}", regexPattern: "("}`, `error: regexPattern: `},
		{"Split: separator", []string{"h\n1\n2"}, `{type: Split, from: "{{ a }}", rows: 2, separator: ";"}`, `{"uris":["txt: h;1;","txt: 2;"]}`},
		{"Split: empty", []string{""}, `{type: Split, from: "{{ a }}", rows: 2}`, `{"uris":[]}`},
		{"Split: by nothing", []string{"h"}, `{type: Split, from: "{{ a }}", separator: "\n"}`, `error: Invalid configuration with no size, count, rows, nor regexPattern`},
		{"Split: wrong size", []string{"h"}, `{type: Split, from: "{{ a }}", bytes: 1 horse}`, `error: Invalid size with value '1 horse'`},
		{"Split: too large a size", []string{"h"}, `{type: Split, from: "{{ a }}", bytes: 9999999999GB}`, `error: Invalid size with value`},
		{"Split: rows that are no number", []string{"h"}, `{type: Split, from: "{{ a }}", rows: "{{ 'two' }}"}`, `error: rows must be a whole number of at least 1`},
		{"Split: missing", nil, `{type: Split, from: "{{ gone }}", rows: 2}`, `error: ` + gone + `: file does not exist`},

		// §8.2, storage.DeduplicateItems.
		{"DeduplicateItems", []string{"{\"k\":1,\"n\":1}\n{k:2,n:2}\n\n{k:1,n:3}\n"}, `{type: DeduplicateItems, from: "{{ a }}", expr: "{{ k }}"}`, `{"uri":"ion: {k:2,n:2}\n{k:1,n:3}\n","numKeys":2,"processedItemsTotal":3,"droppedItemsTotal":1}`},
		{"DeduplicateItems: other variables", []string{"{\"k\":1}\n{\"k\":2}\n"}, `{type: DeduplicateItems, from: "{{ a }}", expr: "{{ x }}"}`, `{"uri":"ion: {\"k\":2}\n","numKeys":1,"processedItemsTotal":2,"droppedItemsTotal":1}`},
		{"DeduplicateItems: members come first", []string{"{\"x\":1}\n{\"x\":2}\n"}, `{type: DeduplicateItems, from: "{{ a }}", expr: "{{ x }}"}`, `{"uri":"ion: {\"x\":1}\n{\"x\":2}\n","numKeys":2,"processedItemsTotal":2,"droppedItemsTotal":0}`},
		{"DeduplicateItems: no map", []string{"{\"k\":1}\n1\n"}, `{type: DeduplicateItems, from: "{{ a }}", expr: "{{ k }}"}`, `error: line 2: the item is no map`},
		{"DeduplicateItems: no item", []string{"{\"k\""}, `{type: DeduplicateItems, from: "{{ a }}", expr: "{{ k }}"}`, `error: line 1: invalid Ion`},
		{"DeduplicateItems: no key", []string{"{\"k\":1}\n{}\n"}, `{type: DeduplicateItems, from: "{{ a }}", expr: "{{ k }}"}`, "error: line 2: unable to find `k`"},

		// §8.2, storage.FilterItems.
		{"FilterItems", []string{"{\"n\":1}\n{n:5}\n{n:9}\n"}, `{type: FilterItems, from: "{{ a }}", filterCondition: "{{ n > 4 }}"}`, `{"uri":"ion: {n:5}\n{n:9}\n","processedItemsTotal":3,"droppedItemsTotal":1}`},
		{"FilterItems: EXCLUDE", []string{"{\"n\":1}\n{n:5}\n"}, `{type: FilterItems, from: "{{ a }}", filterCondition: "{{ n > 4 }}", filterType: EXCLUDE}`, `{"uri":"ion: {\"n\":1}\n","processedItemsTotal":2,"droppedItemsTotal":1}`},
		{"FilterItems: error", []string{"{\"n\":1}\n{}\n"}, `{type: FilterItems, from: "{{ a }}", filterCondition: "{{ n > 4 }}"}`, "error: line 2: unable to find `n`"},
		{"FilterItems: error, INCLUDE", []string{"{\"n\":1}\n{}\n"}, `{type: FilterItems, from: "{{ a }}", filterCondition: "{{ n > 4 }}", errorOrNullBehavior: INCLUDE}`, `{"uri":"ion: {}\n","processedItemsTotal":2,"droppedItemsTotal":1}`},
		{"FilterItems: error, EXCLUDE", []string{"{\"n\":5}\n{}\n"}, `{type: FilterItems, from: "{{ a }}", filterCondition: "{{ n > 4 }}", errorOrNullBehavior: EXCLUDE}`, `{"uri":"ion: {\"n\":5}\n","processedItemsTotal":2,"droppedItemsTotal":1}`},

		// §8.2, storage.PurgeCurrentExecutionFiles.
		{"PurgeCurrentExecutionFiles", []string{"a", "b"}, `{type: PurgeCurrentExecutionFiles}`, `{"uris":["` + strings.Replace(gone, "gone", "a", 1) + `","` + strings.Replace(gone, "gone", "b", 1) + `"]}`},
		{"PurgeCurrentExecutionFiles: nothing", nil, `{type: PurgeCurrentExecutionFiles}`, `{"uris":[]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := newDisk(t)
			variables := value.NewMap(3)
			variables.Set("x", value.Int(7))
			variables.Set("gone", value.String(gone))
			for i, text := range tt.files {
				name := string(rune('a' + i))
				variables.Set(name, value.String(d.Put(name+".txt", text)))
			}
			r := d.Run(Specs(), task.Services{}, strings.Replace(tt.yaml, "type: ", "type: "+prefix, 1), value.FromMap(variables))
			got := r.Outputs
			if r.Err != "" {
				if got = "error: " + r.Err; strings.HasPrefix(got, tt.want) {
					return
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An attempt that is made again leaves the same files.
func TestAgain(t *testing.T) {
	d, store := newDisk(t)
	from := value.MapOf("a", value.String(d.Put("a.txt", "1\n2\n3\n")))
	const yaml = `{type: io.kestra.plugin.core.storage.Split, from: "{{ a }}", rows: 1}`
	services := &task.Services{Files: store}
	first := tasktest.RunServed(t, Specs(), services, yaml, value.JSON(from))
	again := tasktest.RunServed(t, Specs(), services, yaml, value.JSON(from))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
	if uris, err := store.List(t.Context(), tasktest.Origin); len(uris) != 4 || err != nil {
		t.Errorf("there are %v, %v", uris, err)
	}
}

// A task that fails leaves no file, and one that needs too much space fails and says so.
func TestNoSpace(t *testing.T) {
	d, store := newDisk(t)
	a := value.MapOf("a", value.String(d.Put("a.txt", strings.Repeat("0123456789\n", 1000))))
	store.Configure(files.Limits{Execution: 60_000}, files.Namespaces{})
	for _, yaml := range []string{
		`{type: io.kestra.plugin.core.storage.Split, from: "{{ a }}", rows: 10}`,
		`{type: io.kestra.plugin.core.storage.Concat, files: ["{{ a }}", "{{ a }}", "{{ a }}", "{{ a }}", "{{ a }}"]}`,
	} {
		if r := d.Run(Specs(), task.Services{}, yaml, a); !strings.Contains(r.Err, "the files of one execution may take 60000 bytes, see files_per_execution") {
			t.Errorf("%s: %+v", yaml, r)
		}
	}
	if got := d.Read(a.Map().At(0).Str()); len(got) != 11_000 {
		t.Errorf("the first file has %d bytes", len(got))
	}
}

func TestRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		`{type: io.kestra.plugin.core.storage.Split, from: a, rows: 0}`:                                 "rows must be a whole number of at least 1",
		`{type: io.kestra.plugin.core.storage.Split, from: a, partitions: 1001}`:                        "partitions must be at most 1000",
		`{type: io.kestra.plugin.core.storage.Split}`:                                                   "from",
		`{type: io.kestra.plugin.core.storage.Write}`:                                                   "content",
		`{type: io.kestra.plugin.core.storage.FilterItems, from: a, filterCondition: b, filterType: X}`: "must be one of INCLUDE, EXCLUDE",
	} {
		if _, found := tasktest.Load(t, Specs(), yaml); found.Err() == nil || !strings.Contains(found.Err().Error(), want) {
			t.Errorf("%s: %v, want %s", yaml, found, want)
		}
	}
}

func TestAliases(t *testing.T) {
	for _, name := range []string{"Concat", "DeduplicateItems", "Delete", "FilterItems", "PurgeExecution", "Reverse", "Size", "Split"} {
		alias := "io.kestra.core.tasks.storages." + name
		if c, found := tasktest.Load(t, Specs(), `{type: `+alias+`}`); c == nil && !strings.Contains(fmt.Sprint(found), "is missing") {
			t.Errorf("%s: %v", alias, found)
		}
	}
}

// The names in the expressions about items are those of their members, so none is a warning.
func TestNamesOfItems(t *testing.T) {
	_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.core.storage.FilterItems, from: "{{ nowhere }}", filterCondition: "{{ amount > 3 }}"}`)
	if len(found) != 1 || found[0].Severity != flow.SeverityWarning || !strings.Contains(found[0].Error(), "nowhere") {
		t.Errorf("found %v", found)
	}
}

// Lines that go over the pieces in which a file is read.
func TestLongLines(t *testing.T) {
	d, _ := newDisk(t)
	var forth, back strings.Builder
	lines := make([]string, 200)
	for i := range lines {
		lines[i] = strings.Repeat(string(rune('a'+i%26)), i*i)
		forth.WriteString(lines[i] + "\r\n")
	}
	for i := range lines {
		back.WriteString(lines[len(lines)-1-i] + "\n")
	}
	a := value.MapOf("a", value.String(d.Put("a.txt", forth.String())))
	r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.core.storage.Reverse, from: "{{ a }}"}`, a)
	if want := value.JSON(value.MapOf("uri", value.String("txt: "+back.String()))); r.Outputs != want {
		t.Errorf("reversed: %s", cmp.Diff(want, r.Outputs))
	}
	r = d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.core.storage.Split, from: "{{ a }}", rows: 1000}`, a)
	if want := value.JSON(value.MapOf("uris", value.Strings([]string{"txt: " + strings.ReplaceAll(forth.String(), "\r\n", "\n")}))); r.Outputs != want {
		t.Errorf("split: %s", cmp.Diff(want, r.Outputs))
	}
	long := value.MapOf("a", value.String(d.Put("b.txt", "x\n"+strings.Repeat("y", 16<<20+1))))
	if r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.core.storage.Split, from: "{{ a }}", rows: 1}`, long); r.Err != "line 2 has more than 16777216 bytes" {
		t.Errorf("a line that is too long: %+v", r)
	}
}
