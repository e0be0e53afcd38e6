package files

import (
	"os"
	"path"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// removals are the folders that are to go. The store's lock guards them.
type removals struct {
	leaving  []departure
	pending  map[string]int // how many of them an execution has, by id
	removing bool           // somebody removes
	removed  sync.Cond      // one of them is done
}

// departure is what is to be removed: the folder of an execution, or in it the directory of a task run.
type departure struct {
	folder
	run     string // whose directory it is; empty: all of the execution
	unknown bool   // how much is in it was not known
}

func (d *departure) name() string {
	if d.run == "" {
		return d.folder.name()
	}
	return path.Join(d.folder.name(), directories, d.run)
}

// Forget removes the files of an execution, some time soon. It may be called with locks held: it only takes a note.
func (s *Store) Forget(namespace, flowID, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := folder{namespace, slug(flowID), id}
	known := s.usage.forget(id)
	if known || s.outlives() {
		s.leave(departure{folder: f, unknown: !known})
	}
}

// leave lets a folder be removed some time soon, with the lock held.
func (s *Store) leave(d departure) {
	if s.root == nil || s.closed {
		return
	}
	s.leaving = append(s.leaving, d)
	if s.pending == nil {
		s.pending = map[string]int{}
	}
	s.pending[d.execution]++
	if !s.removing {
		s.removing = true
		go s.remove(s.root)
	}
}

// remove removes the folders that are noted.
func (s *Store) remove(root *os.Root) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.leaving) > 0 && !s.closed {
		d := s.leaving[0]
		s.leaving = s.leaving[1:]
		s.mu.Unlock()
		s.removeFolder(root, d)
		s.mu.Lock()
		if s.pending[d.execution]--; s.pending[d.execution] == 0 {
			delete(s.pending, d.execution)
		}
		s.removed.Broadcast()
	}
	s.removing = false
	s.removed.Broadcast()
}

// removeFolder removes one. What cannot be removed goes with the process, or stays until a later one has started.
func (s *Store) removeFolder(root *os.Root, d departure) {
	if !d.unknown {
		_ = root.RemoveAll(d.name())
		return
	}
	s.counting.Lock()
	defer s.counting.Unlock()
	there, _ := count(root, d.folder)
	_ = root.RemoveAll(d.name())
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.seen(d.folder): // it was not counted
	case d.run != "":
		s.usage.total -= there.directories[d.run]
	default:
		s.usage.total -= there.bytes
	}
}

// awaitRemovals returns when nothing of an execution is still to be removed: what is made before could go with one that had its name.
func (s *Store) awaitRemovals(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.pending[id] > 0 && s.removing {
		s.removed.Wait()
	}
}

// folder is the folder of an execution.
type folder struct{ namespace, flow, execution string }

func folderOf(o task.Origin) folder { return folder{o.Namespace, slug(o.Flow), o.Execution} }

func (f folder) name() string { return path.Join(f.namespace, f.flow, f.execution) }
