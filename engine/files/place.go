package files

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// The words of URIs.
const (
	scheme     = "kestra"
	executions = "executions"
	tasks      = "tasks"
	inputs     = "inputs"
	requests   = "webhook"
)

// maxName is the longest name that file systems take, in bytes.
const maxName = 255

// place is where a file of an execution is.
type place struct {
	namespace, flow, execution string
	kind                       string // tasks, inputs or requests
	parts                      []string
}

// placeOf returns the place of a file that the execution of o gets. Parts are the id of a task and of its run, or the id of an
// input, or nothing, and the name, which may have slashes.
func placeOf(o task.Origin, kind string, parts ...string) (place, error) {
	last := len(parts) - 1
	p := place{namespace: o.Namespace, flow: slug(o.Flow), execution: o.Execution, kind: kind}
	p.parts = append(append(p.parts, parts[:last]...), strings.Split(parts[last], "/")...)
	if last > 0 {
		p.parts[0] = slug(parts[0])
	}
	for _, element := range append([]string{p.namespace, p.flow, p.execution}, p.parts...) {
		if err := checkName(element); err != nil {
			return place{}, err
		}
	}
	return p, nil
}

// uri returns the URI of the file.
func (p place) uri() string {
	elements := append(strings.Split(p.namespace, "."), p.flow, executions, p.execution, p.kind)
	elements = append(elements, p.parts...)
	for i := range elements {
		elements[i] = url.PathEscape(elements[i])
	}
	return scheme + ":///" + strings.Join(elements, "/")
}

// folder returns the folder of the execution.
func (p place) folder() string { return path.Join(p.namespace, p.flow, p.execution) }

// file returns the name of the file, from the root.
func (p place) file() string {
	return path.Join(append([]string{p.folder(), p.kind}, p.parts...)...)
}

// parse returns the place that a URI names: the first one that it can mean.
func parse(uri string) (place, error) {
	elements, err := elementsOf(uri)
	if err != nil {
		return place{}, err
	}
	for at := 2; at+3 < len(elements); at++ { // after a namespace and a flow
		kind, parts := elements[at+2], elements[at+3:]
		if elements[at] != executions || !(kind == tasks && len(parts) >= 3 || kind == inputs && len(parts) >= 2 || kind == requests) {
			continue
		}
		return place{strings.Join(elements[:at-1], "."), elements[at-1], elements[at+1], kind, parts}, nil
	}
	return place{}, about(uri, fs.ErrNotExist)
}

// elementsOf returns the elements of the path of a URI, decoded.
func elementsOf(uri string) ([]string, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != scheme || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || !strings.HasPrefix(u.Path, "/") {
		return nil, fmt.Errorf("%q is %w", uri, task.ErrFileURI)
	}
	elements := strings.Split(u.EscapedPath()[1:], "/")
	for i, element := range elements {
		if elements[i], err = url.PathUnescape(element); err == nil {
			err = checkName(elements[i])
		}
		if err != nil {
			return nil, fmt.Errorf("%q is %w: %w", uri, task.ErrFileURI, err)
		}
	}
	return elements, nil
}

// checkName returns why text cannot be the name of one file or folder.
func checkName(name string) error {
	switch {
	case name == "" || name == "." || name == "..":
		return fmt.Errorf("%q is no name of a file", name)
	case len(name) > maxName:
		return fmt.Errorf("the name of a file has %d bytes, more than %d", len(name), maxName)
	case strings.ContainsAny(name, "/\\\x00"):
		return fmt.Errorf("the name of a file holds a slash, a backslash or a NUL: %q", name)
	default:
		return nil
	}
}

// slug returns an id as it stands in URIs, in small letters and with dashes. Ids hold letters, digits, dots, dashes and
// underscores alone.
func slug(id string) string {
	s := strings.ReplaceAll(strings.ReplaceAll(id, "_", "-"), ".", "")
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "-")
	}
	return strings.ToLower(strings.Trim(s, "-"))
}
