package runner

// awaited is where callers wait for the end of an execution that nobody here drives yet: it was found in the store and is not taken up, or
// waits for a place. Whoever takes it up takes that over.
type awaited struct {
	handle
	callers int
}

// await returns where the end of an execution can be waited for. Whether it has ended is to be looked up afterwards: of an end before,
// nobody tells. leave must be called when the wait is over.
func (r *Runner) await(id string) (h *handle, leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.handleLocked(id); h != nil {
		return h, func() {}
	}
	w := r.awaited[id]
	if w == nil {
		w = &awaited{handle: handle{done: make(chan struct{})}}
		r.awaited[id] = w
	}
	w.callers++
	return &w.handle, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if w.callers--; w.callers == 0 && r.awaited[id] == w {
			delete(r.awaited, id)
		}
	}
}

// goesOn reports whether an execution that has not ended is under way here, or will be.
func (r *Runner) goesOn(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, stuck := r.stuck[id]
	return r.handleLocked(id) != nil || r.recovers() && !stuck
}
