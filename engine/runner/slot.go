package runner

// Slot is a place for one execution. It belongs to one goroutine.
type Slot struct {
	runner *Runner
	bytes  int64 // held
	taken  bool  // by a job, whose run frees it
	freed  bool
}

// Reserve takes a place for an execution. The error is [ErrFull] or [ErrStopping].
func (r *Runner) Reserve() (*Slot, error) {
	if r.stopping.Load() {
		return nil, ErrStopping
	}
	if r.inFlight.Add(1) > int64(r.options.Load().Capacity) {
		r.inFlight.Add(-1)
		return nil, ErrFull
	}
	return &Slot{runner: r}, nil
}

// Hold says how many bytes of a request the execution keeps, or is about to; a later call replaces what an earlier one
// said. When all executions together hold too many it is [ErrFull], and nothing changes. A single one is never too many.
func (s *Slot) Hold(bytes int64) error {
	r, more := s.runner, bytes-s.bytes
	if held := r.held.Add(more); more > 0 && held > r.options.Load().Bytes && held > bytes {
		r.held.Add(-more)
		return ErrFull
	}
	s.bytes = bytes
	return nil
}

// Release gives the place back. It does nothing when it was given back or handed to a job before.
func (s *Slot) Release() {
	if s != nil && !s.taken {
		s.free()
	}
}

func (s *Slot) free() {
	if !s.freed {
		s.freed = true
		s.runner.held.Add(-s.bytes)
		s.runner.inFlight.Add(-1)
	}
}
