package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

// How long folders must be quiet before they are read, so that a file that is being written is not read by halves, and after how
// long they are read all the same.
const (
	quietTime = 100 * time.Millisecond
	noisyTime = 500 * time.Millisecond
)

// defaultWatchInterval is how often folders are read of which the system tells no change: it tells none of those of other machines, of
// more folders than it allows, and when a folder far above is renamed.
const defaultWatchInterval = 10 * time.Second

// minWatchInterval keeps the process from doing little else.
const minWatchInterval = 100 * time.Millisecond

// parseWatch returns how often folders of flows are read at least; 0: they are not watched.
func parseWatch(text string) (time.Duration, error) {
	switch text {
	case "":
		return defaultWatchInterval, nil
	case "off":
		return 0, nil
	}
	interval, err := parseDuration(text)
	if err != nil || interval < minWatchInterval {
		return 0, fmt.Errorf("watch must be off, or a time of at least %s as in 2s, is %q", minWatchInterval, text)
	}
	return interval, nil
}

// flowWatch reads the folders of flows again when something has changed in them, from the start of a configuration to its stop.
type flowWatch struct {
	stop  context.CancelFunc
	ended chan struct{}
}

// begin starts to watch.
func (w *flowWatch) begin(a *App, interval time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	w.stop, w.ended = cancel, make(chan struct{})
	go func() {
		defer close(w.ended)
		watchFlows(ctx, a, interval)
	}()
}

// end returns when nothing is read any more.
func (w *flowWatch) end() {
	if w.stop != nil {
		w.stop()
		<-w.ended
	}
}

func watchFlows(ctx context.Context, a *App, interval time.Duration) {
	var n *notices
	defer func() { n.close() }()
	for said := ""; ; {
		// Folders are watched before they are read, so that nothing is missed: also those that are new, and others that have the names of
		// those before. So they are all watched anew each time.
		before := n
		var err error
		n, err = newNotices(a.flows.watched(), a.secrets.folders())
		before.close()
		if err != nil && err.Error() != said {
			said = err.Error()
			a.logger.Warn("the system does not tell of every change in the folders of flows, so they are read from time to time", zap.Duration("interval", interval), zap.Error(err))
		}
		if _, err := a.ReloadFlows(ctx); err != nil && ctx.Err() == nil {
			a.logger.Error("flows could not be read again: they serve as they were", zap.Error(err))
		}
		if !settled(ctx, n.came, interval) {
			return
		}
	}
}

// settled returns when a notice came and then none for a while, or the interval is over; false means that ctx has ended.
func settled(ctx context.Context, came <-chan struct{}, interval time.Duration) bool {
	next := time.NewTimer(interval)
	defer next.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-next.C:
		return true
	case <-came:
	}
	quiet, noisy := time.NewTimer(quietTime), time.NewTimer(noisyTime)
	defer quiet.Stop()
	defer noisy.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-came:
			quiet.Reset(quietTime)
		case <-quiet.C:
			return true
		case <-noisy.C:
			return true
		}
	}
}

// notices are what the system tells of changes in places.
type notices struct {
	came    chan struct{} // has one when something changed since it was taken
	watcher *fsnotify.Watcher
	ended   chan struct{}
}

// newNotices begins to watch what folders of flows and of secrets depend on. With an error it watches what it can.
func newNotices(dirs, secrets []string) (*notices, error) {
	p := placesOf(dirs, secrets)
	n, err := watchPlaces(p)
	if !p.equal(placesOf(dirs, secrets)) { // something changed before it was watched
		n.note()
	}
	return n, err
}

func watchPlaces(p places) (*notices, error) {
	n := &notices{came: make(chan struct{}, 1), ended: make(chan struct{})}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		close(n.ended)
		return n, err
	}
	n.watcher = watcher
	go n.take(p)
	var errs []error
	for folder := range p {
		switch err := watcher.Add(folder); {
		case errors.Is(err, fs.ErrNotExist): // it was there a moment ago, see newNotices
		case err != nil:
			errs = append(errs, fmt.Errorf("folder %s: %w", folder, err))
		}
	}
	return n, errors.Join(errs...)
}

// take takes what the watcher tells until it is closed.
func (n *notices) take(p places) {
	defer close(n.ended)
	events, errs := n.watcher.Events, n.watcher.Errors
	for events != nil || errs != nil {
		select {
		case event, ok := <-events:
			if !ok {
				events = nil
			} else if p.concern(event.Name) {
				n.note()
			}
		case _, ok := <-errs:
			if !ok {
				errs = nil
			} else {
				n.note() // more happened than the system could tell
			}
		}
	}
}

func (n *notices) note() {
	select {
	case n.came <- struct{}{}:
	default:
	}
}

func (n *notices) close() {
	if n == nil {
		return
	}
	if n.watcher != nil {
		_ = n.watcher.Close() // nothing more is wanted of it
	}
	<-n.ended
}
