package caddymodule

import (
	"errors"
	"fmt"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// flowLoader loads the flows of one configuration: those of the app for all sites, and each site's own. It reports
// every finding once, and refuses a flow that two places define.
type flowLoader struct {
	logger *zap.Logger
	strict bool

	mu       sync.Mutex
	files    map[string]loadedFile // by name: a file that two sites name is compiled once
	shared   *flow.Set             // the app's, served by all sites
	all      *flow.Set
	reported map[string]bool
}

type loadedFile struct {
	set   *flow.Set
	found flow.Diagnostics
}

func newFlowLoader(logger *zap.Logger, strict bool) *flowLoader {
	return &flowLoader{
		logger:   logger,
		strict:   strict,
		files:    make(map[string]loadedFile),
		reported: make(map[string]bool),
	}
}

// loadShared loads the flows of the app. It comes before every loadSite.
func (l *flowLoader) loadShared(dirs []string, inline []*flow.Source) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	set, err := l.load(nil, dirs, inline)
	l.shared = set
	return err
}

// loadSite returns the flows of a site: those of the app and of the site's own folders.
func (l *flowLoader) loadSite(dirs []string) (*flow.Set, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(dirs) == 0 {
		return l.shared, nil
	}
	return l.load(l.shared, dirs, nil)
}

func (l *flowLoader) load(base *flow.Set, dirs []string, inline []*flow.Source) (*flow.Set, error) {
	sources, err := l.read(dirs)
	if err != nil {
		return nil, err
	}
	sets := []*flow.Set{base}
	var found flow.Diagnostics
	for _, source := range append(sources, inline...) {
		loaded := l.compile(source)
		sets = append(sets, loaded.set)
		found = append(found, loaded.found...)
	}
	// A flow that is defined twice is refused even where bad flows are not: which one serves would depend on the order
	// of sites and folders.
	all, duplicates := flow.Merge(append([]*flow.Set{l.all}, sets...)...)
	if err := errors.Join(l.reportLocked(found), duplicates.Err()); err != nil {
		return nil, err
	}
	l.all = all
	set, _ := flow.Merge(sets...)
	return set, nil
}

// read returns the sources in folders. The names of folders may contain placeholders.
func (l *flowLoader) read(dirs []string) ([]*flow.Source, error) {
	var all []*flow.Source
	for _, dir := range dirs {
		name := caddy.NewReplacer().ReplaceKnown(dir, "")
		if name == "" {
			return nil, fmt.Errorf("flow directory %q is empty text", dir)
		}
		sources, err := flow.ReadDir(name)
		if err != nil {
			return nil, err
		}
		if len(sources) == 0 {
			l.logger.Warn("flow directory holds no *.yml or *.yaml file", zap.String("dir", name))
		}
		all = append(all, sources...)
	}
	return all, nil
}

func (l *flowLoader) compile(source *flow.Source) loadedFile {
	if !source.Inline {
		if loaded, ok := l.files[source.Name]; ok {
			return loaded
		}
	}
	var loaded loadedFile
	loaded.set, loaded.found = engine.Load([]*flow.Source{source})
	if !source.Inline {
		l.files[source.Name] = loaded
	}
	return loaded
}

// report logs findings, one line for each. With strict, the errors and the marked warnings among them are returned instead.
func (l *flowLoader) report(found flow.Diagnostics) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reportLocked(found)
}

func (l *flowLoader) reportLocked(found flow.Diagnostics) error {
	var errs []error
	for _, d := range found {
		text := d.Error()
		switch {
		case l.strict && d.Refuses(true):
			errs = append(errs, d)
		case l.reported[text]:
		case d.Severity == flow.SeverityError:
			l.logger.Error(text)
		default:
			l.logger.Warn(text)
		}
		l.reported[text] = true
	}
	return errors.Join(errs...)
}
