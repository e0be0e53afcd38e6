package flow

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
)

// ReadFile returns the source of a flow file, named by its cleaned absolute path. A file that cannot be read gives a
// source whose loading reports why.
func ReadFile(name string) *Source {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	s := &Source{Name: name}
	s.YAML, s.err = readLimited(name)
	return s
}

func readLimited(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, pathless.Cause(err)
	}
	if !info.Mode().IsRegular() { // a named pipe would block
		return nil, errors.New("not a regular file")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, pathless.Cause(err)
	}
	defer file.Close()
	// One byte more than allowed tells that a file is too long.
	text, err := io.ReadAll(io.LimitReader(file, MaxSource+int64(len("\ufeff"))+1))
	if err != nil {
		return nil, pathless.Cause(err)
	}
	return text, nil
}

// ReadDir returns the flow files below a directory, *.yml and *.yaml at any depth, by name. Names are absolute and
// cleaned, symbolic links are followed, and what begins with a dot is skipped, so that a mounted Kubernetes ConfigMap
// gives every file once; so is what is named _files, and files of test cases, see [IsCaseFile]. A directory below that cannot be read gives a source whose loading warns of it. The error is about
// dir itself, when it is missing or cannot be read; it says the absolute path.
func ReadDir(dir string) ([]*Source, error) { return readDir(dir, isFlowFile) }

// readDir returns the files that are wanted, by their names.
func readDir(dir string, wanted func(name string) bool) ([]*Source, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("flow directory %s: %w", dir, err)
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, fmt.Errorf("flow directory %s: %w", abs, pathless.Cause(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("flow directory %s: not a directory", abs)
	}
	var sources []*Source
	w := walker{real: map[string]bool{}, wanted: wanted, visit: func(name string, linked bool) {
		s := ReadFile(name)
		if linked || !errors.Is(s.err, fs.ErrNotExist) { // else it was removed meanwhile
			sources = append(sources, s)
		}
	}, unread: func(dir string, err error) {
		sources = append(sources, &Source{Name: dir, err: err, isDir: true})
	}}
	if err := w.walk(abs); err != nil {
		return nil, fmt.Errorf("flow directory %s: %w", abs, err)
	}
	slices.SortFunc(sources, func(a, b *Source) int { return strings.Compare(a.Name, b.Name) })
	return sources, nil
}

// Folders returns the real paths of the folders that hold what ReadDir reads: the directory, those below it, and those of files to
// which symbolic links lead. What cannot be read is left out.
func Folders(dir string) []string {
	linkedTo := map[string]bool{}
	w := walker{real: map[string]bool{}, wanted: isFlowFile, visit: func(name string, linked bool) {
		if !linked {
			return
		}
		if real, err := filepath.EvalSymlinks(name); err == nil {
			linkedTo[filepath.Dir(real)] = true
		}
	}, unread: func(string, error) {}}
	if abs, err := filepath.Abs(dir); err == nil {
		_ = w.walk(abs) // what cannot be read holds nothing to be read
	}
	maps.Copy(linkedTo, w.real)
	return slices.Sorted(maps.Keys(linkedTo))
}

// walker goes through a directory and those below it.
type walker struct {
	real   map[string]bool // real paths of the directories that were read: links back to them are not followed
	wanted func(file string) bool
	visit  func(file string, linked bool) // of one that is wanted
	unread func(dir string, err error)
}

// walk visits the files below dir. The error is about dir alone.
func (w *walker) walk(dir string) error {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return pathless.Cause(err)
	}
	if w.real[real] {
		return nil
	}
	w.real[real] = true
	entries, err := os.ReadDir(dir)
	if err != nil {
		return pathless.Cause(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") || entry.Name() == namespaceFiles {
			continue
		}
		name := filepath.Join(dir, entry.Name())
		isDir, linked := entry.IsDir(), entry.Type()&os.ModeSymlink != 0
		if linked {
			info, err := os.Stat(name)
			isDir = err == nil && info.IsDir()
		}
		switch {
		case isDir:
			if err := w.walk(name); err != nil && (linked || !errors.Is(err, fs.ErrNotExist)) { // else it was removed meanwhile
				w.unread(name, err)
			}
		case w.wanted(name):
			w.visit(name, linked)
		}
	}
	return nil
}

// namespaceFiles is the name of folders with files of namespaces, which are no flows, whatever their names end in.
const namespaceFiles = "_files"

func isFlowFile(name string) bool {
	ext := filepath.Ext(name)
	return (ext == ".yml" || ext == ".yaml") && !IsCaseFile(name)
}
