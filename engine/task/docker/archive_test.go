package docker

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// archiveOf returns an archive with entries; one without a type is a file with its own name in it.
func archiveOf(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range entries {
		text := ""
		if h.Typeflag == 0 {
			h.Typeflag, text = tar.TypeReg, h.Name
		}
		h.Size, h.Mode = int64(len(text)), 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// folder returns a directory of at most some bytes, in a folder that has a file outside beside it.
func folder(t testing.TB, limit int64) (*task.Directory, string) {
	t.Helper()
	base := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(base, "outside"), []byte("safe"), 0o600), os.Mkdir(filepath.Join(base, "dir"), 0o700)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(base, "dir"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return &task.Directory{Root: root, Keep: func(string, task.Syncer) error { return nil }, Take: func(bytes int64) error {
		if limit -= bytes; limit < 0 {
			return errors.New("too much")
		}
		return nil
	}}, base
}

func found(t testing.TB, dir *task.Directory) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(dir.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Type() == fs.ModeSymlink:
			target, err := dir.Readlink(name)
			all[name] = "-> " + target
			return err
		case entry.Type().IsRegular():
			text, err := dir.ReadFile(name)
			all[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestStreamed says whose error counts: that of the one who reads an archive, unless it cannot be written.
func TestStreamed(t *testing.T) {
	refused, broken := errors.New("refused"), errors.New("broken")
	endless := func(w *tar.Writer) error {
		if err := w.WriteHeader(&tar.Header{Name: "a", Size: 1 << 40, Mode: 0o600}); err != nil {
			return err
		}
		for {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return err
			}
		}
	}
	for name, tt := range map[string]struct {
		write func(*tar.Writer) error
		read  func(io.Reader) error
		want  error
	}{
		"refused before its end":     {endless, func(io.Reader) error { return refused }, refused},
		"refused, and closed before": {endless, func(r io.Reader) error { return errors.Join(r.(io.Closer).Close(), refused) }, refused},
		"not read, and all is well":  {endless, func(io.Reader) error { return nil }, nil},
		"it cannot be written": {func(*tar.Writer) error { return broken }, func(r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return errors.Join(refused, err)
		}, broken},
	} {
		if err := streamed(tt.write, tt.read); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExtract(t *testing.T) {
	const plenty = 1 << 20
	for name, tt := range map[string]struct {
		limit   int64
		entries []tar.Header
		want    map[string]string
		err     string
	}{
		"files and folders": {
			plenty,
			[]tar.Header{{Name: "work/", Typeflag: tar.TypeDir}, {Name: "work/a"}, {Name: "work/d/", Typeflag: tar.TypeDir}, {Name: "work/d/b"}, {Name: "work/e/f/c"}},
			map[string]string{"a": "work/a", "d/b": "work/d/b", "e/f/c": "work/e/f/c"},
			"",
		},
		"links": {
			plenty,
			[]tar.Header{
				{Name: "work/a"},
				{Name: "work/d/l", Typeflag: tar.TypeSymlink, Linkname: "../a"},
				{Name: "work/up", Typeflag: tar.TypeSymlink, Linkname: "../outside"},
				{Name: "work/root", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
				{Name: "work/hard", Typeflag: tar.TypeLink, Linkname: "work/a"},
			},
			map[string]string{"a": "work/a", "d/l": "-> ../a", "hard": "work/a"},
			"",
		},
		"names that lead out": {plenty, []tar.Header{{Name: "work/../../outside"}, {Name: "../outside"}, {Name: "/work/a"}}, map[string]string{"a": "/work/a"}, ""},
		"devices are left out": {
			plenty, []tar.Header{{Name: "work/dev", Typeflag: tar.TypeChar}, {Name: "work/pipe", Typeflag: tar.TypeFifo}, {Name: "work/a"}}, map[string]string{"a": "work/a"}, "",
		},
		"a folder in place of a file":        {plenty, []tar.Header{{Name: "work/a"}, {Name: "work/a/", Typeflag: tar.TypeDir}, {Name: "work/a/b"}}, map[string]string{"a/b": "work/a/b"}, ""},
		"a file through a link that is none": {plenty, []tar.Header{{Name: "work/l", Typeflag: tar.TypeSymlink, Linkname: "x"}, {Name: "work/l"}}, map[string]string{"l": "work/l"}, ""},
		"too much":                           {fileBytes + 5, []tar.Header{{Name: "work/a"}}, map[string]string{}, "a: too much"},
		"the same file once more":            {fileBytes + 6, []tar.Header{{Name: "work/a"}, {Name: "work/a"}}, map[string]string{"a": "work/a"}, ""},
		"no such file to link to":            {plenty, []tar.Header{{Name: "work/h", Typeflag: tar.TypeLink, Linkname: "work/../../outside"}}, map[string]string{}, "h: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir, base := folder(t, tt.limit)
			err := extract(bytes.NewReader(archiveOf(t, tt.entries...)), dir)
			if (err == nil) != (tt.err == "") || err != nil && !bytes.HasPrefix([]byte(err.Error()), []byte(tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if d := cmp.Diff(tt.want, found(t, dir)); d != "" {
				t.Error(d)
			}
			if text, err := os.ReadFile(filepath.Join(base, "outside")); err != nil || string(text) != "safe" {
				t.Errorf("outside is %q, %v", text, err)
			}
		})
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(archiveOf(f, tar.Header{Name: "work/a"}, tar.Header{Name: "work/l", Typeflag: tar.TypeSymlink, Linkname: "a"}, tar.Header{Name: "work/h", Typeflag: tar.TypeLink, Linkname: "work/l"}))
	f.Add(archiveOf(f, tar.Header{Name: "work/../../outside"}, tar.Header{Name: "work/d", Typeflag: tar.TypeDir}, tar.Header{Name: "work/d/../../../outside"}))
	f.Add(archiveOf(f, tar.Header{Name: "work/l", Typeflag: tar.TypeSymlink, Linkname: ".."}, tar.Header{Name: "work/l/outside"}))
	f.Fuzz(func(t *testing.T, archive []byte) {
		dir, base := folder(t, 1<<20)
		_ = extract(bytes.NewReader(archive), dir) // it may be none
		if text, err := os.ReadFile(filepath.Join(base, "outside")); err != nil || string(text) != "safe" {
			t.Errorf("outside is %q, %v", text, err)
		}
		if entries, err := os.ReadDir(base); err != nil || len(entries) != 2 {
			t.Errorf("%v, %v", entries, err)
		}
	})
}
