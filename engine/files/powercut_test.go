package files

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// platter is what of files and folders is on the disk when the power goes: of a file, what it held when it was brought there; of a
// folder, the names that it held then, with what they named. Files are known by what is in them, which is different for all.
type platter struct {
	base    string // a folder that was there before; what is around it is, too
	files   map[string]bool
	folders map[string]map[string]string // the content of a file, or "" for a folder
}

// flush takes the place of fsync.
func (p *platter) flush(f task.Syncer) error {
	file := f.(*os.File)
	info, err := file.Stat()
	if err != nil || !strings.HasPrefix(file.Name(), p.base) {
		return err
	}
	if !info.IsDir() {
		text, err := os.ReadFile(file.Name())
		p.files[string(text)] = true
		return err
	}
	entries, err := os.ReadDir(file.Name())
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, entry := range entries {
		if entry.IsDir() {
			names[entry.Name()] = ""
			continue
		}
		text, err := os.ReadFile(filepath.Join(file.Name(), entry.Name()))
		if err != nil {
			return err
		}
		if p.files[string(text)] {
			names[entry.Name()] = string(text)
		}
	}
	p.folders[file.Name()] = names
	return nil
}

// find returns the content of a file that is there after the power went.
func (p *platter) find(name string) (string, error) {
	at := p.base
	elements := strings.Split(name, "/")
	for i, element := range elements {
		content, ok := p.folders[at][element]
		if !ok {
			return "", fmt.Errorf("%s lost %s", at, element)
		}
		if i == len(elements)-1 {
			return content, nil
		}
		at = filepath.Join(at, element)
	}
	return "", io.ErrUnexpectedEOF
}

// TestPowerCut writes files, and looks whenever something comes to the disk: a file whose URI was given is there if the power goes,
// with what it held then or later; and so are the files that tasks have kept in directories.
func TestPowerCut(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir := t.TempDir()
		s := New(filepath.Join(dir, "files"))
		if err := s.Outlive(t.Context(), "7a", new(keeping).needs); err != nil {
			r.Fatal(err)
		}
		defer s.Close()
		p := &platter{base: dir, files: map[string]bool{}, folders: map[string]map[string]string{}}
		given := map[string]map[string]bool{} // by the name of a file, what it may hold
		look := func() {
			for name, contents := range given {
				if text, err := p.find(name); err != nil || !contents[text] {
					r.Fatalf("%s holds %q, %v", name, text, err)
				}
			}
		}
		s.flush = func(f task.Syncer) error {
			err := p.flush(f)
			look()
			return err
		}
		for number := range rapid.IntRange(1, 20).Draw(r, "steps") {
			o := of(rapid.SampledFrom([]string{"a", "b"}).Draw(r, "execution"))
			o.Run = rapid.SampledFrom([]string{"1", "2"}).Draw(r, "run")
			name := rapid.SampledFrom([]string{"f", "sub/g", "sub/deep/h"}).Draw(r, "name")
			text := fmt.Sprint("text ", number)
			full := "files/store-7a/" + folderOf(o).name()
			switch rapid.IntRange(0, 2).Draw(r, "what") {
			case 0:
				full += "/tasks/write-it/" + o.Run + "/" + name
				if contents := given[full]; contents != nil {
					contents[text] = true // from now on it may be either
				}
				if _, err := write(t.Context(), s, o, name, text); err != nil {
					r.Fatal(err)
				}
			case 1:
				full += "/directories/" + o.Run + "/" + name
				d, err := s.OpenDirectory(t.Context(), o)
				if err != nil {
					d, err = s.MakeDirectory(t.Context(), o)
				}
				if err != nil {
					r.Fatal(err)
				}
				if contents := given[full]; contents != nil {
					contents[text] = true
				}
				if err := errors.Join(keepIn(d, name, text), d.Close()); err != nil {
					r.Fatal(err)
				}
			case 2:
				full += "/directories/" + o.Run + "/" + name
				for kept := range given {
					if strings.HasPrefix(kept, "files/store-7a/"+folderOf(o).name()+"/directories/"+o.Run+"/") {
						delete(given, kept) // it is made anew
					}
				}
				d, err := s.MakeDirectory(t.Context(), o)
				if err != nil {
					r.Fatal(err)
				}
				if err := errors.Join(keepIn(d, name, text), d.Close()); err != nil {
					r.Fatal(err)
				}
			}
			given[full] = map[string]bool{text: true}
			look()
		}
	})
}

// keepIn writes a file of a directory as tasks do.
func keepIn(d *task.Directory, name, text string) error {
	if err := d.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	if err := d.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, d.Keep(name, f), f.Close())
}
