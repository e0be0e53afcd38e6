package task

import (
	"context"
	"io"
)

// Interruptible returns a reader of what from reads, until ctx is done: then its error is that of ctx.
func Interruptible(ctx context.Context, from io.Reader) io.Reader { return interruptible{ctx, from} }

type interruptible struct {
	context.Context //nolint:containedctx // of the attempt that reads
	from            io.Reader
}

// Read implements [io.Reader].
func (r interruptible) Read(p []byte) (int, error) {
	if err := r.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
