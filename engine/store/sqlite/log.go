package sqlite

import "os"

// What is committed goes into a log beside the file, and SQLite brings it into the file when there are some MiB of it. It begins the log
// anew when no reader is in the middle of it; so with many readers, of whom there is always one, the log would only grow.

// logLimit is how many bytes of log there may be before the writer waits for those who read it, for at most logPatience milliseconds.
// While one reads on for longer than that, as another program may, the log grows.
const (
	logLimit    = 64 << 20
	logPatience = "100"
)

// boundLog empties the log when it is large.
func (w *writer) boundLog() {
	limit := w.store.logLimit
	info, err := os.Stat(w.store.path + walSuffix)
	if err != nil {
		return
	}
	grows := info.Size() != w.logSize // else SQLite has begun it anew, so those are gone who have read in it
	w.logSize = info.Size()
	if w.logSize < limit || w.logSize < w.logBound && grows {
		return
	}
	var busy, pages, moved, timeout int
	if _, err = w.row("PRAGMA busy_timeout = "+logPatience, nil, &timeout); err == nil {
		_, err = w.row("PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, &pages, &moved)
	}
	_, again := w.row("PRAGMA busy_timeout = "+busyTimeout, nil, &timeout)
	w.logBound = 0
	if err != nil || again != nil || busy != 0 {
		w.logBound = info.Size() + limit // not again with each commit
	}
}
