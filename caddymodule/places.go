package caddymodule

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// places are folders, by their real paths, with the names in them whose change may change flows or secrets; nil: all names.
type places map[string]map[string]bool

// placesOf returns the places of folders of flows, and of folders of secrets, of which what is below counts no more. Beside those that hold flows there are those that hold a symbolic link on the way,
// or the folder itself: a new release is often put in place by such a link, or by renaming a folder.
func placesOf(dirs, secrets []string) places {
	p := places{}
	for _, dir := range slices.Concat(dirs, secrets) {
		for _, step := range trail(dir) {
			folder, name := filepath.Split(step)
			folder = filepath.Clean(folder)
			names, known := p[folder]
			switch {
			case !known:
				p[folder] = map[string]bool{name: true}
			case names != nil:
				names[name] = true
			}
		}
	}
	for _, dir := range dirs {
		for _, folder := range flow.Folders(dir) {
			p[folder] = nil
		}
	}
	for _, dir := range secrets {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			p[real] = nil
		}
	}
	return p
}

// concern reports whether a change of this path may change flows.
func (p places) concern(path string) bool {
	if _, itself := p[path]; itself {
		return true
	}
	names, known := p[filepath.Dir(path)]
	return known && (names == nil || names[filepath.Base(path)])
}

func (p places) equal(q places) bool {
	return maps.EqualFunc(p, q, func(a, b map[string]bool) bool { return (a == nil) == (b == nil) && maps.Equal(a, b) })
}

// maxLinks is how many links one path may lead through: more are a ring.
const maxLinks = 40

// trail returns the symbolic links through which an absolute path leads, and the place where it leads, as far as it exists. The folders
// of all of them are real.
func trail(path string) []string {
	var steps []string
	root := filepath.VolumeName(path) + string(filepath.Separator)
	at, rest := root, split(path)
	for links := 0; len(rest) > 0; {
		next := filepath.Join(at, rest[0])
		rest = rest[1:]
		target, err := os.Readlink(next)
		if err != nil {
			if _, err := os.Lstat(next); err != nil { // it may come back
				return append(steps, next)
			}
			at = next
			continue
		}
		steps = append(steps, next)
		if links++; links > maxLinks {
			return steps
		}
		if filepath.IsAbs(target) {
			at = filepath.VolumeName(target) + string(filepath.Separator)
		}
		rest = append(split(target), rest...)
	}
	return append(steps, at)
}

// split returns the names of a path, without its volume.
func split(path string) []string {
	path = filepath.Clean(strings.TrimPrefix(path, filepath.VolumeName(path)))
	return strings.FieldsFunc(path, func(r rune) bool { return r == filepath.Separator })
}
