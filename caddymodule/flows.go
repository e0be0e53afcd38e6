package caddymodule

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// flowLoader loads the flows of one configuration: those of the app for all sites, and each site's own. It reports
// every finding once, and refuses a flow that two places define.
type flowLoader struct {
	logger *zap.Logger
	strict bool
	before *flowFiles // those of the configuration that serves while this one is loaded

	refused atomic.Int64 // errors that were logged

	mu       sync.Mutex
	shared   []string   // folders of the app, served by all sites
	dirs     []string   // of the app and all sites
	files    *flowFiles // that serve
	reported map[string]bool
}

func newFlowLoader(logger *zap.Logger, strict bool, catalog *engine.Catalog) *flowLoader {
	return &flowLoader{logger: logger, strict: strict, before: newFlowFiles(catalog, nil), files: newFlowFiles(catalog, nil), reported: make(map[string]bool)}
}

// loadShared loads the flows of the app. It comes before every loadSite.
func (l *flowLoader) loadShared(dirs []string, inline []*flow.Source) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found flow.Diagnostics
	for _, source := range inline {
		file := loadFlowFile(l.files.catalog, source)
		l.files.inline = append(l.files.inline, file)
		found = append(found, file.found...)
	}
	shared, err := l.load(dirs, found)
	l.shared = shared
	return err
}

// loadSite returns the folders of a site, which are those of the app and its own, and the flows in them.
func (l *flowLoader) loadSite(dirs []string) ([]string, *flow.Set, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own, err := l.load(dirs, nil)
	if err != nil {
		return nil, nil, err
	}
	all := slices.Concat(l.shared, own)
	return all, l.files.set(all), nil
}

// load loads folders and returns their paths. Found are findings to report with theirs.
func (l *flowLoader) load(dirs []string, found flow.Diagnostics) ([]string, error) {
	placed, err := placeFlowDirs(dirs)
	if err != nil {
		return nil, err
	}
	files, complaints := len(l.files.files), len(l.files.found)
	for _, dir := range placed {
		if err := l.files.read(dir, l.before); err != nil {
			return nil, err
		}
	}
	read := l.files.files[files:]
	for _, file := range read {
		found = append(found, file.found...)
	}
	found = append(found, l.files.found[complaints:]...)
	// A flow that is defined twice is refused even where bad flows are not: which one serves would depend on the order
	// of sites and folders.
	loaded, duplicates := l.files.loaded()
	if err := errors.Join(l.reportLocked(found), duplicates.Err()); err != nil {
		return nil, err
	}
	for _, file := range read {
		l.settle(file, loaded)
	}
	for _, dir := range placed {
		if !slices.Contains(l.dirs, dir) {
			l.dirs = append(l.dirs, dir)
		}
	}
	return placed, nil
}

// settle decides what a file serves: what it holds, or, when that has an error, what it served in the configuration before, so that a
// reload drops no flow that is being edited; loaded are the flows that all files hold.
func (l *flowLoader) settle(file *flowFile, loaded *flow.Set) {
	earlier := file.serves
	file.serves = file.loaded
	if file.loaded.Len() > 0 {
		return
	}
	for f := range earlier.All() { // one at most
		if loaded.Flow(f.Namespace, f.ID) == nil {
			file.serves = earlier
			l.logger.Warn("a flow serves as it was before its file had an error", zap.String("flow", f.Namespace+"/"+f.ID), zap.String("file", file.source.Name))
		}
	}
}

// watched returns the folders of the app and all sites.
func (l *flowLoader) watched() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dirs
}

// again reads all folders again and returns what they hold then; nil when nothing has changed.
func (l *flowLoader) again() *flowFiles {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := newFlowFiles(l.files.catalog, l.files.inline)
	for _, dir := range l.dirs {
		if err := now.read(dir, l.files); err != nil {
			now.keep(dir, l.files, err)
		}
	}
	now.settle()
	if now.same(l.files) {
		return nil
	}
	return now
}

// used returns the places as they serve.
func (l *flowLoader) used() *flowFiles {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files
}

// use says that these serve from now on.
func (l *flowLoader) use(files *flowFiles) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files = files
}

// tell logs the findings of an edit, but not those that there were before. What was mended and is wrong again is told again.
func (l *flowLoader) tell(found []FlowFinding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.reported
	l.reported = make(map[string]bool, len(found))
	for _, finding := range found {
		text := finding.Error()
		l.reported[text] = true
		if before[text] {
			continue
		}
		var fields []zap.Field
		if finding.ServesRevision > 0 {
			fields = append(fields, zap.Int("serves_revision", finding.ServesRevision))
		}
		l.log(finding.Diagnostic, fields...)
	}
}

// log writes the line of a finding.
func (l *flowLoader) log(d *flow.Diagnostic, fields ...zap.Field) {
	if d.Severity == flow.SeverityError {
		l.refused.Add(1)
		l.logger.Error(d.Error(), fields...)
	} else {
		l.logger.Warn(d.Error(), fields...)
	}
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
		default:
			l.log(d)
		}
		l.reported[text] = true
	}
	return errors.Join(errs...)
}
