package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// settled are folders whose names are on the disk, and so are the folders around them. The store's lock guards it.
type settled map[string]struct{}

// manySettled is how many are kept in mind. Of others that is found out again.
const manySettled = 10_000

// settle brings the names in a folder to the disk, and the names of the folders around it: whatever the power does, a file in it that
// is on the disk is found by its name from then on. Files that end with the process need no such thing.
func (s *Store) settle(folder string) error {
	if !s.outlives() {
		return nil
	}
	err := s.flushFolder(folder)
	var fresh []string
	for at := folder; err == nil && !s.isSettled(at); at = filepath.Dir(at) {
		around := filepath.Dir(at)
		if around == at {
			break
		}
		fresh = append(fresh, at)
		err = s.flushFolder(around)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled == nil || len(s.settled) > manySettled {
		s.settled = settled{}
	}
	for _, at := range fresh {
		s.settled[at] = struct{}{}
	}
	return nil
}

func (s *Store) isSettled(folder string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.settled[folder]
	return ok
}

// unsettle forgets that names are on the disk: one of them goes, and may come again.
func (s *Store) unsettle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled = nil
}

// flushFolder brings the names in one folder to the disk. A folder that may not be read is not one that the store has made.
func (s *Store) flushFolder(name string) error {
	if runtime.GOOS == "windows" { // it writes names itself, and flushes no folders
		return nil
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	switch err = s.flush(f); {
	case errors.Is(err, syscall.EINVAL), errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EROFS): // as on some file systems
		return nil
	default:
		return err
	}
}

// flushFile brings what was written into a file to the disk.
func (s *Store) flushFile(f task.Syncer) error {
	if !s.outlives() {
		return nil
	}
	return s.flush(f)
}
