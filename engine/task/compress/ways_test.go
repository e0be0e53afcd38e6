package compress

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestFiles compresses a file in each way, and undoes that.
func TestFiles(t *testing.T) {
	d := newDisk(t, 0)
	for _, text := range []string{"", "héllo", strings.Repeat("0123456789abcdef", 100_000)} {
		uri := d.Put("in.txt", text)
		for _, way := range waysToWrite {
			r := tasktest.RunServed(t, Specs(), &task.Services{Files: d.Files}, `{type: io.kestra.plugin.compress.FileCompress, from: "{{ f }}", compression: "{{ w }}"}`, value.JSON(value.MapOf("f", value.String(uri), "w", value.String(way))))
			out, _ := value.DecodeJSONText(r.Outputs)
			small, _ := out.Map().Get("uri")
			if r.Err != "" {
				t.Fatalf("%s: %s", way, r.Err)
			}
			if _, name, _ := strings.Cut(filepath.Base(small.Str()), "."); "."+name != extensions[way] {
				t.Errorf("%s: %s", way, small.Str())
			}
			packed := d.Read(small.Str())
			if len(text) > 1000 && len(packed) > len(text)/10 {
				t.Errorf("%s: %d bytes become %d", way, len(text), len(packed))
			}
			r = d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.FileDecompress, from: "{{ f }}", compression: `+way+`}`, value.MapOf("f", value.String(d.Put("packed", packed))))
			if want := value.JSON(value.MapOf("uri", value.String(": "+text))); r.Outputs != want || r.Err != "" {
				t.Errorf("%s, %d bytes: %.200s %s", way, len(text), r.Outputs, r.Err)
			}
		}
	}
}

// made returns a file of testdata that a program made.
func made(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// numbers is what the files of testdata have: long enough that the codes of compress grow to all their lengths.
func numbers() string {
	var b strings.Builder
	for i, n := 0, uint32(1); i < 10_000; i++ {
		n = n*1664525 + 1013904223
		b.WriteString(string(rune('a'+n>>28)) + string(rune('a'+n>>24&15)))
	}
	return b.String()
}

// TestMade reads what other programs have made.
func TestMade(t *testing.T) {
	d := newDisk(t, 0)
	for _, test := range []struct{ file, way string }{
		{"compress.Z", lzwWay},
		{"compress-b12.Z", lzwWay},
		{"xz.xz", xzWay},
		{"lzma.lzma", lzmaWay},
		{"lz4.lz4", lz4Way},
		{"bzip2.bz2", bzip2Way},
		{"zstd.zst", zstdWay},
		{"gzip.gz", gzipWay},
		{"brotli.br", brotliWay},
		{"snappy.snappy", snappyWay},
	} {
		t.Run(test.file, func(t *testing.T) {
			text, want := made(t, test.file), numbers()
			if test.way == xzWay { // of more than one stream
				text, want = text+text, want+want
			}
			r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.FileDecompress, from: "{{ f }}", compression: `+test.way+`}`, value.MapOf("f", value.String(d.Put("in", text))))
			if r.Outputs != value.JSON(value.MapOf("uri", value.String(": "+want))) || r.Err != "" {
				t.Errorf("%.200s %s", r.Outputs, r.Err)
			}
		})
	}
	for _, test := range []struct{ file, format string }{
		{"gnu.ar", arFormat},
		{"bsd.ar", arFormat},
		{"newc.cpio", cpioFormat},
		{"crc.cpio", cpioFormat},
		{"odc.cpio", cpioFormat},
		{"bin.cpio", cpioFormat},
		{"swapped.cpio", cpioFormat},
	} {
		t.Run(test.file, func(t *testing.T) {
			r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.ArchiveDecompress, from: "{{ f }}", algorithm: `+test.format+`}`, value.MapOf("f", value.String(d.Put("in", made(t, test.file)))))
			want := value.JSON(value.MapOf("files", value.MapOf("a.txt", value.String("txt: one\n"), "a name that is long.txt", value.String("txt: two"))))
			if r.Outputs != want || r.Err != "" {
				t.Errorf("%s %s, want %s", r.Outputs, r.Err, want)
			}
		})
	}
}

// TestBroken reads what is not as it should be.
func TestBroken(t *testing.T) {
	d := newDisk(t, 1<<20)
	hungry := []byte(made(t, "xz.xz"))
	hungry[16] = 40 // the window is 4 GiB
	starving := []byte(made(t, "lzma.lzma"))
	starving[4] = 0x7f
	for _, test := range []struct{ name, way, text, want string }{
		{"xz that asks for memory", xzWay, string(hungry), "it needs a window of"},
		{"lzma that asks for memory", lzmaWay, string(starving), "it needs a window of"},
		{"snappy that asks for memory", snappyWay, "\xff\xff\xff\xff\x0f", "it has more than 67108864 bytes"},
		{"snappy that lies", snappyWay, "\x80\x08abc", "corrupt"},
		{"no xz", xzWay, "x", "XZ: "},
		{"no lzma", lzmaWay, "x", "LZMA: "},
		{"no lz4", lz4Way, "xxxxxxxx", "LZ4FRAME: "},
		{"no bzip2", bzip2Way, "x", "BZIP2: "},
		{"no zstd", zstdWay, "xxxxxxxx", "ZSTD: "},
		{"no gzip", gzipWay, "x", "GZIP: "},
		{"no deflate", deflateWay, "x", "DEFLATE: "},
		{"no brotli", brotliWay, "x", "BROTLI: "},
		{"no snappy frames", snappyFrameWay, "xxxxxxxx", "SNAPPYFRAME: "},
		{"no Z", lzwWay, "x", "Z: it is not what compress makes"},
		{"Z with long codes", lzwWay, "\x1f\x9d\x9f", "it is not what compress makes"},
		{"Z that begins with a string", lzwWay, "\x1f\x9d\x90\xff\x01", "it is not what compress makes"},
		{"Z with a string that is not there yet", lzwWay, "\x1f\x9d\x90\x61\xfe\xff", "it is not what compress makes"},
		{"xz cut off", xzWay, made(t, "xz.xz")[:2000], "XZ: "},
		{"a bomb", xzWay, made(t, "bomb.xz"), "may take 1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.FileDecompress, from: "{{ f }}", compression: `+test.way+`}`, value.MapOf("f", value.String(d.Put("in", test.text))))
			if !strings.Contains(r.Err, test.want) {
				t.Errorf("%.200s %s, want %s", r.Outputs, r.Err, test.want)
			}
		})
	}
	ar, cpio := made(t, "gnu.ar"), made(t, "newc.cpio")
	for _, test := range []struct{ name, format, text, want string }{
		{"no ar", arFormat, "x", "AR: it does not begin as"},
		{"ar cut off in a header", arFormat, ar[:30], "AR: unexpected EOF"},
		{"ar cut off in a file", arFormat, ar[:len(ar)-3], "unexpected EOF"},
		{"ar with a size below 0", arFormat, strings.Replace(ar, "`\n", "-\n", 1), "AR: the header of an entry is broken"},
		{"ar with a name that is not there", arFormat, strings.Replace(ar, "/0  ", "/99 ", 1), "AR: an entry has a name that is not in the list"},
		{"ar that leads out", arFormat, strings.Replace(ar, "a.txt/", "../a/ ", 1), "it leads out"},
		{"empty cpio", cpioFormat, "", "CPIO: unexpected EOF"},
		{"no cpio", cpioFormat, "xxxxxxxx", "CPIO: it does not begin as"},
		{"cpio cut off", cpioFormat, cpio[:150], "unexpected EOF"},
		{"cpio with a broken header", cpioFormat, strings.Replace(cpio, "070701", "070701-", 1), "CPIO: the header of an entry is broken"},
		{"cpio that leads out", cpioFormat, strings.Replace(cpio, "a.txt", "../ax", 1), "it leads out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := d.Run(Specs(), task.Services{}, `{type: io.kestra.plugin.compress.ArchiveDecompress, from: "{{ f }}", algorithm: `+test.format+`}`, value.MapOf("f", value.String(d.Put("in", test.text))))
			if !strings.Contains(r.Err, test.want) {
				t.Errorf("%s %s, want %s", r.Outputs, r.Err, test.want)
			}
		})
	}
}

// FuzzUnpack reads anything in the forms that this package reads itself.
func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"compress-b12.Z", "gnu.ar", "bsd.ar", "newc.cpio", "odc.cpio", "bin.cpio"} {
		text := made(f, name)
		f.Add([]byte(text[:min(len(text), 4096)]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		readAll(t, text)
	})
}

// readAll reads a file in each of these forms, which must come to an end, and give no more than there can be.
func readAll(t *testing.T, text []byte) {
	t.Helper()
	for _, all := range []entries{&arReader{from: bytes.NewReader(text)}, &cpioReader{from: bytes.NewReader(text)}} {
		var size int64
		count := 0
		for e, err := all.next(); err == nil; e, err = all.next() {
			n, _ := io.Copy(io.Discard, e.from)
			size += n
			count++
		}
		if count > len(text) || size > int64(len(text)) {
			t.Errorf("%T: %d entries and %d bytes of %d", all, count, size, len(text))
		}
	}
	if r, err := newLZWReader(bufio.NewReader(bytes.NewReader(text))); err == nil {
		if n, _ := io.Copy(io.Discard, r); n > int64(len(text))<<lzwMost {
			t.Errorf("%d bytes of %d", n, len(text))
		}
	}
	_ = xzWindow(text)
}
