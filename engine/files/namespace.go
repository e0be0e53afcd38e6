package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// The words of the URIs of files of namespaces, and the folder for them beside flows.
const (
	namespaceScheme = "nsfile"
	namespaceFiles  = "_files"
)

// versionKey is the parameter of the URI of a file of a namespace that says which version of it is meant.
const versionKey = "version"

// namespaced is a file of a namespace.
type namespaced struct {
	namespace string
	path      string // without a slash at its beginning
	version   int    // counted from 1; 0: the newest
}

// parseNamespaced returns the file of a namespace that a URI names; ok is false for URIs of other files.
func parseNamespaced(o task.Origin, uri string) (n namespaced, ok bool, err error) {
	u, err := url.Parse(uri)
	if err != nil {
		return n, true, fmt.Errorf("%q is %w", uri, task.ErrFileURI)
	}
	if u.Fragment != "" || u.Opaque != "" || u.User != nil {
		return n, false, nil
	}
	var elements []string
	switch escaped := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/"); {
	case u.Scheme == namespaceScheme:
		n.namespace, elements = u.Host, escaped
		if n.namespace == "" {
			n.namespace = o.Namespace
		}
	case u.Scheme == scheme && u.Host == "":
		at := slices.Index(escaped, namespaceFiles)
		if at < 1 {
			return n, false, nil
		}
		n.namespace, elements = strings.Join(escaped[:at], "."), escaped[at+1:]
	default:
		return n, false, nil
	}
	if n.version, err = versionOf(u.RawQuery); err == nil {
		n.path, err = joinElements(elements)
	}
	if err == nil {
		err = checkName(n.namespace)
	}
	if err != nil {
		return n, true, fmt.Errorf("%q is %w: %w", uri, task.ErrFileURI, err)
	}
	return n, true, nil
}

// versionOf returns the version that the query of a URI names.
func versionOf(query string) (int, error) {
	if query == "" {
		return 0, nil
	}
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(parameters.Get(versionKey))
	if err != nil || version < 1 || len(parameters) > 1 {
		return 0, errors.New("its one parameter can be version, a number of at least 1")
	}
	return version, nil
}

// joinElements returns the path of escaped elements.
func joinElements(elements []string) (string, error) {
	names := make([]string, len(elements))
	for i, element := range elements {
		var err error
		if names[i], err = url.PathUnescape(element); err != nil {
			return "", err
		}
	}
	return cleanPath(strings.Join(names, "/"))
}

// cleanPath returns a path of a namespace without the slash at its beginning.
func cleanPath(text string) (string, error) {
	text = strings.TrimPrefix(text, "/")
	for element := range strings.SplitSeq(text, "/") {
		if err := checkName(element); err != nil {
			return "", err
		}
	}
	return text, nil
}

// Namespaces says where the files of namespaces are.
type Namespaces struct {
	Written string   // a folder, with one for each namespace: what tasks have written, and what else is put there
	Beside  []string // folders of flows: the folder _files in each has one for each namespace. Tasks only read there
}

// roots calls each with the folders of a namespace, those that come first before others, until it returns false or an error.
func (s *Store) roots(namespace string, each func(root *os.Root, written bool) (more bool, err error)) error {
	s.mu.Lock()
	where := s.namespaces
	s.mu.Unlock()
	for i, folder := range append([]string{where.Written}, where.Beside...) {
		if folder == "" {
			continue
		}
		elements := []string{namespace}
		if i > 0 {
			elements = []string{namespaceFiles, namespace}
		}
		root, err := openRoot(folder, elements...)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("the files of namespace %s in %s: %w", namespace, filepath.Base(folder), pathless.Cause(err))
		}
		more, err := each(root, i == 0)
		_ = root.Close()
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// openRoot returns the root of a folder inside of another one, which no link leads out of.
func openRoot(folder string, elements ...string) (*os.Root, error) {
	root, err := os.OpenRoot(folder)
	for _, element := range elements {
		if err != nil {
			return nil, err
		}
		outer := root
		root, err = outer.OpenRoot(element)
		_ = outer.Close()
	}
	return root, err
}

// openNamespaced opens a file of a namespace.
func (s *Store) openNamespaced(n namespaced) (*os.File, error) {
	var found *os.File
	err := s.roots(n.namespace, func(root *os.Root, written bool) (bool, error) {
		f, err := openVersion(root, n, written)
		found = f
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		return false, err
	})
	if err == nil && found == nil {
		err = fs.ErrNotExist
	}
	return found, err
}

// openRegular opens a file, which is regular, whatever links inside of the root lead to it.
func openRegular(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a named pipe would block
		return nil, errNoFile
	}
	return root.Open(name)
}

// ListNamespace implements [task.Files].
func (s *Store) ListNamespace(ctx context.Context, namespace string) ([]string, error) {
	if err := checkName(namespace); err != nil {
		return nil, err
	}
	var paths []string
	err := s.roots(namespace, func(root *os.Root, _ bool) (bool, error) {
		return true, fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case strings.HasPrefix(path.Base(name), "..") || entry.Name() == versions:
				if entry.IsDir() { // where Kubernetes has what the links beside it lead to
					return fs.SkipDir
				}
			case !entry.IsDir():
				if info, err := root.Stat(name); err == nil && info.Mode().IsRegular() {
					paths = append(paths, name)
				}
			}
			return ctx.Err()
		})
	})
	if err != nil {
		return nil, pathless.Cause(err)
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}
