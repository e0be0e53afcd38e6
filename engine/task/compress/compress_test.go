package compress

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/files"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

func newDisk(t testing.TB, limit int64) tasktest.Disk {
	store := files.New(t.TempDir())
	store.Configure(files.Limits{Execution: limit}, files.Namespaces{})
	t.Cleanup(func() { _ = store.Close() })
	return tasktest.NewDisk(t, store)
}

// TestRoundTrip makes archives of all forms, and files of them again.
func TestRoundTrip(t *testing.T) {
	d := newDisk(t, 0)
	a, b := d.Put("a.txt", "héllo"), d.Put("b.txt", strings.Repeat("b", 100_000))
	for _, format := range formats {
		ways := []string{"", gzipWay}
		if format == tarFormat {
			ways = append(ways, waysToWrite[1:]...)
		}
		for _, way := range ways {
			members := `algorithm: ` + format
			if way != "" {
				members += `, compression: "{{ '` + way + `' }}"`
			}
			for _, from := range []string{`{"{{ 'x' }}.txt": "{{ a }}", "dir/é.txt": "{{ b }}"}`, `"{{ {'x.txt': a, 'dir/é.txt': b} | toJson }}"`} {
				variables := value.MapOf("a", value.String(a), "b", value.String(b))
				r := tasktest.RunServed(t, Specs(), &task.Services{Files: d.Files}, `{type: io.kestra.plugin.compress.ArchiveCompress, from: `+from+`, `+members+`}`, value.JSON(variables))
				out, _ := value.DecodeJSONText(r.Outputs)
				uri, ok := out.Map().Get("uri")
				if !ok {
					t.Fatalf("%s: %s", members, r.Err)
				}
				packed := d.Put("archive", d.Read(uri.Str()))
				r = d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.ArchiveDecompress, from: "{{ f }}", `+members+`}`, value.MapOf("f", value.String(packed)))
				want := value.JSON(value.MapOf("files", value.MapOf("x.txt", value.String("txt: héllo"), "dir/é.txt", value.String("txt: "+strings.Repeat("b", 100_000)))))
				if diff := cmp.Diff(want, r.Outputs); diff != "" || r.Err != "" {
					t.Errorf("%s: %s %s", members, r.Err, diff)
				}
			}
		}
	}
}

// zipOf returns a ZIP of entries with these names, each with the same text.
func zipOf(t testing.TB, text string, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		e, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if _, err := io.WriteString(e, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tarOf returns a TAR of entries with these headers, and a text for each that is a file.
func tarOf(t testing.TB, text string, headers ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(text))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := io.WriteString(w, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestUnpack unpacks archives that are not as they should be.
func TestUnpack(t *testing.T) {
	d := newDisk(t, 1<<20)
	many := make([]string, maxEntries+1)
	for i := range many {
		many[i] = fmt.Sprintf("d%d/", i) // folders, of which no file is made
	}
	encrypted := []byte(zipOf(t, "x", "a"))
	encrypted[bytes.LastIndex(encrypted, []byte("PK\x01\x02"))+8] |= 1
	lying := []byte(zipOf(t, "x", "a"))
	binary.LittleEndian.PutUint16(lying[len(lying)-12:], 60_000)
	for _, test := range []struct{ name, members, text, want, err string }{
		{"zip", "ZIP", zipOf(t, "x", "a.txt", "d/", "d/b.txt"), `{"files":{"a.txt":"txt: x","d/b.txt":"txt: x"}}`, ""},
		{"zip within gzip", "ZIP, compression: GZIP", gzipped(t, zipOf(t, "x", "a.txt")), `{"files":{"a.txt":"txt: x"}}`, ""},
		{"tar", "TAR", tarOf(t, "x", tar.Header{Typeflag: tar.TypeDir, Name: "d/"}, tar.Header{Typeflag: tar.TypeReg, Name: "./d/a.txt"}), `{"files":{"./d/a.txt":"txt: x"}}`, ""},
		{"the last of two counts", "ZIP", zipOf(t, "x", "a.txt", "a.txt"), `{"files":{"a.txt":"txt: x"}}`, ""},
		{"empty zip", "ZIP", zipOf(t, "x"), `{"files":{}}`, ""},
		{"zip that leads up", "ZIP", zipOf(t, "x", "../a"), "", `"../a" is no name for an entry of an archive: it leads out`},
		{"zip that leads up later", "ZIP", zipOf(t, "x", "a/../../b"), "", `it leads out`},
		{"zip that leads up on Windows", "ZIP", zipOf(t, "x", `..\a`), "", "it must be a path within it"},
		{"zip with a drive", "ZIP", zipOf(t, "x", `C:/a`), "", "it must be a path within it"},
		{"zip with a root", "ZIP", zipOf(t, "x", `/a`), "", "it must be a path within it"},
		{"tar with a long name", "TAR", tarOf(t, "x", tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("a", maxName+1)}), "", "has more than 4096 bytes or 100 folders"},
		{"tar with a deep name", "TAR", tarOf(t, "x", tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("a/", maxFolders+1) + "a"}), "", "has more than 4096 bytes or 100 folders"},
		{"tar that leads up", "TAR", tarOf(t, "x", tar.Header{Typeflag: tar.TypeReg, Name: "../a"}), "", "it leads out"},
		{"tar with links", "TAR", tarOf(t, "x", tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: "/etc/passwd"}, tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "/etc/passwd"}), `{"files":{}}`, ""},
		{"zip bomb", "ZIP", zipOf(t, strings.Repeat("0", 2<<20), "a"), "", "may take 1048576 bytes"},
		{"tar bomb", "TAR, compression: GZIP", gzipped(t, tarOf(t, strings.Repeat("0", 2<<20), tar.Header{Typeflag: tar.TypeReg, Name: "a"})), "", "may take 1048576 bytes"},
		{"zip of many", "ZIP", zipOf(t, "", many...), "", "the archive has more than 10000 entries"},
		{"encrypted zip", "ZIP", string(encrypted), "", `entry "a" is encrypted`},
		{"zip that lies", "ZIP", string(lying), "", "ZIP: "},
		{"no zip", "ZIP", "x", "", "ZIP: zip: not a valid zip file"},
		{"no tar", "TAR", strings.Repeat("x", 1024), "", "TAR: "},
		{"no gzip", "TAR, compression: GZIP", "x", "", "GZIP: "},
		{"cut off", "TAR", tarOf(t, strings.Repeat("x", 5000), tar.Header{Typeflag: tar.TypeReg, Name: "a"})[:2000], "", "unexpected EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.ArchiveDecompress, from: "{{ f }}", algorithm: `+test.members+`}`, value.MapOf("f", value.String(d.Put("in", test.text))))
			if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) || r.Err == "" && r.Outputs != test.want {
				t.Errorf("%s %s, want %s %s", r.Outputs, r.Err, test.want, test.err)
			}
		})
	}
}

// TestListing bounds the list of entries whatever an archive says of it.
func TestListing(t *testing.T) {
	names := make([]string, 60)
	for i := range names {
		names[i] = fmt.Sprint(i, strings.Repeat("x", 200))
	}
	archive := zipOf(t, "", names...)
	l := &listing{from: strings.NewReader(archive), task: &task.Context{Pebble: &pebble.Context{}}, read: maxListing - 4096}
	if _, err := zip.NewReader(l, int64(len(archive))); err == nil || !strings.Contains(err.Error(), "the list of entries has more than") {
		t.Error(err)
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ task, want string }{
		{`ArchiveDecompress, from: f`, "algorithm"},
		{`ArchiveDecompress, from: f, algorithm: RAR`, "must be one of ZIP, JAR, TAR, AR, CPIO"},
		{`ArchiveDecompress, from: f, algorithm: ARJ`, "ARJ is not supported here"},
		{`ArchiveCompress, from: {a: b}, algorithm: DUMP`, "DUMP is not supported here"},
		{`ArchiveDecompress, from: f, algorithm: TAR, compression: LZ4BLOCK`, "LZ4BLOCK is not supported here"},
		{`FileDecompress, from: f, compression: DEFLATE64`, "DEFLATE64 is not supported here"},
		{`FileDecompress, from: f, compression: RAR`, "must be one of GZIP"},
		{`FileDecompress, from: f`, "compression"},
		{`FileDecompress, from: f, compression: ""`, "compression"},
		{`FileCompress, compression: GZIP`, "from"},
		{`FileCompress, from: f, compression: Z`, "Z can only be read here: it must be one of GZIP, ZSTD, XZ"},
		{`ArchiveCompress, from: {a: b}, algorithm: TAR, compression: BZIP2`, "BZIP2 can only be read here"},
	} {
		_, found := tasktest.Load(t, Specs(), `{type: io.kestra.plugin.compress.`+test.task+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.task, err, test.want)
		}
	}
	d := newDisk(t, 0)
	r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.ArchiveCompress, algorithm: ZIP, from: {"../a": "{{ f }}"}}`, value.MapOf("f", value.String(d.Put("in", "x"))))
	if !strings.Contains(r.Err, "it leads out") {
		t.Error(r.Err)
	}
}

// TestNamesCount checks that memory is taken for the names of the files that an archive has.
func TestNamesCount(t *testing.T) {
	d := newDisk(t, 0)
	names := make([]string, 100)
	for i := range names {
		names[i] = strings.Repeat("a", 200) + "/" + strings.Repeat("b", 200) + fmt.Sprint(i)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	variables := value.JSON(value.MapOf("f", value.String(d.Put("in", b.String()))))
	r := tasktest.RunWithin(t, Specs(), &task.Services{Files: d.Files}, 50_000, `{type: io.kestra.plugin.compress.ArchiveDecompress, algorithm: TAR, from: "{{ f }}"}`, variables)
	if !strings.Contains(r.Err, tasktest.ErrMemory.Error()) {
		t.Error(r.Err)
	}
}
