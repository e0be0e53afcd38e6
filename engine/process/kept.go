package process

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/filelock"
	"github.com/caddy-kestra/kestra-webhook/engine/pathless"
)

// environments are folders that are built once, and kept as long as there is room for them. Beside each is a file that says how many bytes
// it takes once it is built, and was changed when it was last used. It is locked: by all who use the folder together, by who builds or
// removes it alone. So nobody removes what is used, not even another process that has the same folders.
type environments struct {
	mu       sync.Mutex
	claimed  map[string]chan struct{} // folders that are built or removed here; a channel is closed when that is over
	over     bool                     // those that are in use take more than all may
	sweeping bool
	again    bool // a sweep is wanted after that which goes on
	ended    bool // no further one begins
	sweeps   sync.WaitGroup
}

const (
	// readySuffix ends the name of the file beside a folder. Only the server can make it.
	readySuffix = ".ready"

	// entryBytes is what each file and folder counts beside the bytes that it has, as all files of executions do.
	entryBytes = 4096
)

// claim reports whether the caller is the one who builds or removes a folder; otherwise the channel is closed when that is over.
func (e *environments) claim(folder string) (done chan struct{}, mine bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if done, ok := e.claimed[folder]; ok {
		return done, false
	}
	if e.claimed == nil {
		e.claimed = map[string]chan struct{}{}
	}
	e.claimed[folder] = make(chan struct{})
	return nil, true
}

func (e *environments) unclaim(folder string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.claimed[folder])
	delete(e.claimed, folder)
}

// hold keeps an environment that is built from being removed until the file is closed. The error is [fs.ErrNotExist] if it is not built,
// and [filelock.ErrLocked] while somebody builds or removes it.
func hold(folder string) (*os.File, error) {
	lock, err := filelock.OpenShared(folder + readySuffix)
	if err != nil {
		return nil, pathless.Cause(err)
	}
	if _, built := sizeIn(lock); !built || !isNamed(lock) {
		return nil, errors.Join(fs.ErrNotExist, lock.Close())
	}
	now := time.Now()
	_ = os.Chtimes(lock.Name(), now, now) // one that seems older is removed earlier
	return lock, nil
}

// lockAlone locks an environment for who builds or removes it.
func lockAlone(folder string) (*os.File, error) {
	lock, err := filelock.Open(folder + readySuffix)
	if err != nil {
		return nil, pathless.Cause(err)
	}
	if !isNamed(lock) {
		return nil, errors.Join(filelock.ErrLocked, lock.Close())
	}
	return lock, nil
}

// isNamed reports whether a file still has its name: the one who removes an environment removes it, too.
func isNamed(f *os.File) bool {
	own, err := f.Stat()
	named, err2 := os.Stat(f.Name())
	return err == nil && err2 == nil && os.SameFile(own, named)
}

// sizeIn returns what the file beside a folder says of its size, and whether it says so: else the folder is not complete.
func sizeIn(lock *os.File) (size int64, built bool) {
	text, err := io.ReadAll(io.NewSectionReader(lock, 0, 32))
	if err != nil {
		return 0, false
	}
	size, err = strconv.ParseInt(string(text), 10, 64)
	return size, err == nil && size >= 0
}

// writeSize says that a folder is built.
func writeSize(lock *os.File, size int64) error {
	_, err := lock.WriteAt([]byte(strconv.FormatInt(size, 10)), 0)
	return err
}

// sizeOf returns what a folder takes.
func sizeOf(folder string) (size int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		size += entryBytes
		if info.Mode().IsRegular() {
			size += info.Size()
		}
		return nil
	})
	return size, err
}

// remove removes an environment and the file beside it, which is locked and is closed. Should that end halfway, it is not complete.
func remove(folder string, lock *os.File) error {
	err := lock.Truncate(0)
	if err == nil {
		err = os.RemoveAll(folder)
	}
	if err != nil {
		return errors.Join(pathless.Cause(err), lock.Close())
	}
	gone := os.Remove(lock.Name())
	err = lock.Close()
	if gone != nil { // some systems remove no file that is open
		gone = os.Remove(lock.Name())
	}
	return errors.Join(err, pathless.Cause(gone))
}

// leave lets go of an environment.
func (r *Runner) leave(s *settings, lock *os.File) {
	_ = lock.Close() // it was only read
	r.mu.Lock()
	over := r.over
	r.mu.Unlock()
	if over {
		r.startSweep(s)
	}
}

// startSweep begins to remove what there is no room for.
func (r *Runner) startSweep(s *settings) {
	if s.Environments == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.again = true
	if r.sweeping || r.ended {
		return
	}
	r.sweeping = true
	r.sweeps.Go(func() {
		for r.goesOn() {
			if now := r.settings.Load(); now != nil {
				s = now
			}
			r.sweep(s.Environments, s.EnvironmentsSize)
		}
	})
}

// goesOn reports whether a sweep is wanted, and is over when it is not.
func (e *environments) goesOn() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sweeping = e.again && !e.ended
	e.again = false
	return e.sweeping
}

// endSweeps waits until nothing is removed any more.
func (e *environments) endSweeps() {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.sweeps.Wait()
}

// environment is one of those that are kept.
type environment struct {
	folder string
	size   int64
	built  bool
	used   time.Time
}

// sweep removes what is not complete, and of the others those that were not used for the longest time, until the rest takes at most as many
// bytes as it may. What is in use stays.
func (e *environments) sweep(folder string, most int64) {
	all := list(folder)
	var total int64
	for _, one := range all {
		total += one.size
	}
	for _, one := range all {
		if e.hasEnded() {
			return
		}
		if (total > most || !one.built) && e.removes(one) {
			total -= one.size
		}
	}
	e.mu.Lock()
	e.over = total > most
	e.mu.Unlock()
}

func (e *environments) hasEnded() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ended
}

// list returns the environments that are kept, that which was not used for the longest time first.
func list(folder string) []environment {
	entries, _ := os.ReadDir(folder) // where there is no folder there are none
	names := map[string]bool{}
	for _, entry := range entries {
		names[strings.TrimSuffix(entry.Name(), readySuffix)] = true
	}
	all := make([]environment, 0, len(names))
	for name := range names {
		one := environment{folder: filepath.Join(folder, name)}
		if f, err := os.Open(one.folder + readySuffix); err == nil {
			one.size, one.built = sizeIn(f)
			if info, err := f.Stat(); err == nil {
				one.used = info.ModTime()
			}
			_ = f.Close() // it was only read
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b environment) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.folder, b.folder)) })
	return all
}

// removes reports whether it has removed an environment: not one that is in use or was built meanwhile.
func (e *environments) removes(one environment) bool {
	if _, mine := e.claim(one.folder); !mine {
		return false
	}
	defer e.unclaim(one.folder)
	lock, err := lockAlone(one.folder)
	if err != nil {
		return false
	}
	if size, built := sizeIn(lock); size != one.size || built != one.built {
		_ = lock.Close() // it was only read
		return false
	}
	return remove(one.folder, lock) == nil
}
