package caddymodule

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// flowFile is a place that may hold a flow: a file, or an inline flow of the configuration.
type flowFile struct {
	source *flow.Source
	loaded *flow.Set        // of source; empty when that has an error
	found  flow.Diagnostics // about source
	serves *flow.Set        // loaded, or what the place held before when that cannot serve
}

func loadFlowFile(catalog *engine.Catalog, source *flow.Source) *flowFile {
	f := &flowFile{source: source}
	f.loaded, f.found = catalog.Load([]*flow.Source{source})
	f.serves = f.loaded
	return f
}

// flowFiles are the places of a configuration as they were read at one time. They are changed only while they are read.
type flowFiles struct {
	catalog *engine.Catalog // of what they hold
	inline  []*flowFile
	files   []*flowFile // in the order in which they were read
	byName  map[string]*flowFile
	folders map[string][]string // the names of the files in each folder
	found   flow.Diagnostics    // about folders, and names that two places use
}

func newFlowFiles(catalog *engine.Catalog, inline []*flowFile) *flowFiles {
	return &flowFiles{catalog: catalog, inline: inline, byName: map[string]*flowFile{}, folders: map[string][]string{}}
}

// placeFlowDirs returns the absolute paths of folders whose names may contain placeholders.
func placeFlowDirs(dirs []string) ([]string, error) {
	placed := make([]string, len(dirs))
	for i, dir := range dirs {
		name := caddy.NewReplacer().ReplaceKnown(dir, "")
		if name == "" {
			return nil, fmt.Errorf("flow directory %q is empty text", dir)
		}
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, fmt.Errorf("flow directory %s: %w", name, err)
		}
		placed[i] = abs
	}
	return placed, nil
}

// read reads a folder, unless that was done. What has not changed since before is not loaded again.
func (f *flowFiles) read(dir string, before *flowFiles) error {
	if _, done := f.folders[dir]; done {
		return nil
	}
	sources, err := flow.ReadDir(dir)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(sources))
	for _, source := range sources {
		names = append(names, source.Name)
		if f.byName[source.Name] != nil {
			continue
		}
		f.add(f.again(source, before))
		if !source.IsUnreadFolder() {
			continue
		}
		for _, name := range before.folders[dir] { // nobody says that those are gone
			if strings.HasPrefix(name, source.Name+string(filepath.Separator)) {
				names = append(names, name)
				f.add(f.again(before.byName[name].source, before))
			}
		}
	}
	if len(names) == 0 {
		f.complain(dir, flow.SeverityWarning, "flow directory holds no *.yml or *.yaml file")
	}
	f.folders[dir] = names
	return nil
}

// keep takes a folder that cannot be read now as it was before: it may be back in a moment, and a flow that is missing until then
// would lose deliveries.
func (f *flowFiles) keep(dir string, before *flowFiles, err error) {
	f.complain(dir, flow.SeverityError, strings.TrimPrefix(err.Error(), "flow directory "+dir+": ")+"; the flows of this folder serve as they were")
	f.folders[dir] = before.folders[dir]
	for _, name := range before.folders[dir] {
		f.add(f.again(before.byName[name].source, before))
	}
}

func (f *flowFiles) add(file *flowFile) {
	if name := file.source.Name; f.byName[name] == nil {
		f.byName[name] = file
		f.files = append(f.files, file)
	}
}

func (f *flowFiles) complain(dir string, severity flow.Severity, message string) {
	f.found = append(f.found, &flow.Diagnostic{Severity: severity, Pos: flow.Position{Source: &flow.Source{Name: dir}}, Message: message})
}

// again returns a file that was read again. What it held before serves until settle decides.
func (f *flowFiles) again(source *flow.Source, before *flowFiles) *flowFile {
	was := before.byName[source.Name]
	if was != nil && was.source.Same(source) && before.catalog == f.catalog {
		file := *was // a copy, of which settle may decide otherwise
		return &file
	}
	file := loadFlowFile(f.catalog, source)
	file.serves = nil
	if was != nil {
		file.serves = f.recompiled(was.serves, before)
	}
	return file
}

// recompiled returns what a file served, as the catalog of f has it: what the groups of tasks allow may be less than before.
func (f *flowFiles) recompiled(serves *flow.Set, before *flowFiles) *flow.Set {
	if before.catalog == f.catalog || serves.Len() == 0 {
		return serves
	}
	var sources []*flow.Source
	for served := range serves.All() {
		sources = append(sources, served.Source)
	}
	again, _ := f.catalog.Load(sources)
	return again
}

// all returns all places, the inline ones first.
func (f *flowFiles) all() []*flowFile { return slices.Concat(f.inline, f.files) }

// loaded returns the flows that all places hold now, and an error for every one that two of them define.
func (f *flowFiles) loaded() (*flow.Set, flow.Diagnostics) {
	files := f.all()
	sets := make([]*flow.Set, len(files))
	for i, file := range files {
		sets[i] = file.loaded
	}
	return flow.Merge(sets...)
}

// settle decides what the files serve that were read again: what they hold now, or, where that has an error or the name of a flow
// which another place serves, what they served before. A name stays with the place that has it.
func (f *flowFiles) settle() {
	wanted := make(map[*flowFile]*flow.Set)
	files := f.all()
	for _, file := range files {
		wanted[file] = file.loaded
		if file.loaded.Len() == 0 {
			wanted[file] = file.serves
		}
	}
	rank := func(file *flowFile) int {
		switch {
		case wanted[file] == file.serves:
			return 0 // serves already
		case file.serves.Len() > 0:
			return 1
		default:
			return 2
		}
	}
	for {
		slices.SortStableFunc(files, func(a, b *flowFile) int { return rank(a) - rank(b) })
		sets := make([]*flow.Set, len(files))
		for i, file := range files {
			sets[i] = wanted[file]
		}
		_, duplicates := flow.Merge(sets...)
		for _, d := range duplicates {
			file := f.byName[d.Pos.Source.Name]
			if wanted[file] == file.serves {
				wanted[file] = nil
			} else {
				wanted[file] = file.serves
			}
		}
		if f.found = append(f.found, duplicates...); len(duplicates) == 0 {
			break
		}
	}
	for _, file := range f.files { // inline flows never change
		file.serves = wanted[file]
	}
}

// set returns the flows that folders serve, and the inline ones.
func (f *flowFiles) set(dirs []string) *flow.Set {
	var sets []*flow.Set
	for _, file := range f.inline {
		sets = append(sets, file.serves)
	}
	for _, dir := range dirs {
		for _, name := range f.folders[dir] {
			sets = append(sets, f.byName[name].serves)
		}
	}
	set, _ := flow.Merge(sets...)
	return set
}

// same reports whether nothing changed: not a text, and nothing that is said of folders and names.
func (f *flowFiles) same(before *flowFiles) bool {
	return slices.EqualFunc(f.files, before.files, func(a, b *flowFile) bool { return a.source == b.source && a.serves == b.serves }) &&
		slices.EqualFunc(f.found, before.found, func(a, b *flow.Diagnostic) bool { return a.Error() == b.Error() })
}
