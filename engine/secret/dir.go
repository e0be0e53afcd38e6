package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
)

// The bounds of a folder. Logs look for each secret in some sixty forms.
const (
	MaxSize   = 16 << 10 // bytes of a file, as of an input of type SECRET
	maxFolder = 1 << 20  // bytes of all files together, as Kubernetes allows them
	maxFiles  = 10_000
)

// readDir returns the secrets in a folder: each file is one, by its upper-case name. Links are followed inside the folder alone, as
// Kubernetes makes them; what begins with a dot is skipped, and so are folders, which are what such links lead through. One line end at
// the end of a file is no part of the secret. A file that cannot be read is a secret with an error, and a problem. The error is about
// the folder.
func readDir(dir string) (map[string]entry, []Problem, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, nil, pathless.Cause(err)
	}
	if !info.IsDir() {
		return nil, nil, errors.New("not a directory")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, pathless.Cause(err)
	}
	defer root.Close()
	names, err := namesIn(root)
	if err != nil {
		return nil, nil, err
	}
	found := make(map[string]entry)
	var problems []Problem
	spelled := make(map[string]string) // names of files by those of secrets
	left := maxFolder
	for _, name := range names {
		text, err := readFile(root, name)
		if errors.Is(err, errSkip) {
			continue
		}
		if left -= len(text); left < 0 {
			return nil, nil, fmt.Errorf("its files hold more than %d bytes together", maxFolder)
		}
		upper := strings.ToUpper(name)
		if other, twice := spelled[upper]; twice && err == nil {
			err = fmt.Errorf("%s has the same name but for its case", other)
		}
		spelled[upper] = name
		found[upper] = entry{text: text}
		if err != nil {
			found[upper] = entry{err: fmt.Errorf("file %s: %w", name, err)} // executions show it: not where the folder is
			problems = append(problems, Problem{filepath.Join(dir, name), err})
		}
	}
	return found, problems, nil
}

// namesIn returns the names in a folder that do not begin with a dot, sorted.
func namesIn(root *os.Root) ([]string, error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, pathless.Cause(err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(maxFiles + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, pathless.Cause(err)
	}
	if len(names) > maxFiles {
		return nil, fmt.Errorf("it holds more than %d files", maxFiles)
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, ".") }), nil
}

// errSkip is of what is no secret.
var errSkip = errors.New("no secret")

// readFile returns the secret in a file. No error holds a part of it.
func readFile(root *os.Root, name string) (string, error) {
	link, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) { // it was removed meanwhile
		return "", errSkip
	}
	if err != nil {
		return "", pathless.Cause(err)
	}
	info, err := root.Stat(name)
	switch {
	case err != nil && link.Mode()&fs.ModeSymlink != 0:
		return "", fmt.Errorf("the link cannot be followed inside the folder: %w", pathless.Cause(err))
	case errors.Is(err, fs.ErrNotExist):
		return "", errSkip
	case err != nil:
		return "", pathless.Cause(err)
	case info.IsDir():
		return "", errSkip
	case !info.Mode().IsRegular(): // a named pipe would block
		return "", errors.New("not a regular file")
	}
	file, err := root.Open(name)
	if err != nil {
		return "", pathless.Cause(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxSize+int64(len("\r\n"))+1))
	if err != nil {
		return "", pathless.Cause(err)
	}
	if line, ok := bytes.CutSuffix(text, []byte("\n")); ok {
		text = bytes.TrimSuffix(line, []byte("\r"))
	}
	if len(text) > MaxSize {
		return "", fmt.Errorf("a secret may have %d bytes at most", MaxSize)
	}
	return string(text), nil
}
