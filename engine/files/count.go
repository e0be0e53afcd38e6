package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// begin begins to use the files of an execution, until end: what it has of an earlier process is counted before, so that it comes
// under the limits and nobody takes it for what nobody uses.
func (s *Store) begin(root *os.Root, o task.Origin) error {
	for s.outlives() && !s.use(o.Execution) {
		s.awaitRemovals(o.Execution)
		if err := s.know(root, o); err != nil {
			return err
		}
	}
	return nil
}

// know counts what an execution has, unless something of it is to be removed before.
func (s *Store) know(root *os.Root, o task.Origin) error {
	s.counting.Lock()
	defer s.counting.Unlock()
	f := folderOf(o)
	there, err := count(root, f)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.usage.executions[o.Execution] != nil || s.pending[o.Execution] > 0 && s.removing {
		return nil
	}
	if s.swept() {
		s.usage.drop(manyShares)
	}
	*s.usage.of(o.Execution) = there
	if !s.seen(f) {
		s.usage.total += there.bytes
	}
	return nil
}

// use begins to use the files of an execution that is known, and reports whether it is.
func (s *Store) use(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.usage.executions[id]
	if x != nil {
		x.users++
	}
	return x != nil
}

// end ends what begin began.
func (s *Store) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.usage.executions[id]; x != nil && s.outlives() {
		x.users--
	}
}

// count counts what there is in the folder of an execution.
func count(root *os.Root, f folder) (x share, err error) {
	within := path.Join(f.name(), directories) + "/"
	err = fs.WalkDir(root.FS(), f.name(), func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // it was never there, or goes meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		rest, shared := strings.CutPrefix(name, within)
		run, _, inside := strings.Cut(rest, "/")
		var bytes int64
		switch {
		case !entry.IsDir():
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			bytes = fileBytes + info.Size()
		case shared && !inside: // a directory counts like a file
			bytes = fileBytes
		}
		x.bytes += bytes
		if shared {
			if x.directories == nil {
				x.directories = map[string]int64{}
			}
			x.directories[run] += bytes
		}
		return nil
	})
	return x, err
}
