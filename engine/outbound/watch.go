package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// watch ends a request that waits for too long. It waits for a connection, then for the headers of the answer, and then, while its
// body is read, for each piece.
type watch struct {
	connect, idle time.Duration
	cancel        context.CancelCauseFunc // of the request's context

	mu       sync.Mutex
	timer    *time.Timer
	answered bool // the headers of the answer are there
	panicked any  // with what reading the body of the request did; nil: it did not
	ended    bool
}

// set starts to wait for so long; 0: for ever.
func (w *watch) set(limit time.Duration, what string) {
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.ended || limit == 0 {
		return
	}
	w.timer = time.AfterFunc(limit, func() { w.cancel(&timeoutError{fmt.Sprintf("%s within %s", what, limit)}) })
}

func (w *watch) connecting() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered = false
	w.set(w.connect, "no connection")
}

// answering waits for the headers of the answer. A server may answer while it is still sent the body of the request.
func (w *watch) answering() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.answered {
		w.set(w.idle, "no answer")
	}
}

func (w *watch) reading() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set(w.idle, "nothing more of the answer")
}

// rest waits for nothing: the answer is there, or a piece of it.
func (w *watch) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered = true
	w.set(0, "")
}

// end gives everything back.
func (w *watch) end() {
	w.mu.Lock()
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
	w.mu.Unlock()
	w.cancel(nil)
}

// body returns the body of an answer, of which each read is watched.
func (w *watch) body(b io.ReadCloser) io.ReadCloser { return &watchedBody{b, w.reading, w.rest} }

// upload returns the body of a request. While it is sent, the time until the answer counts anew for each piece.
func (w *watch) upload(b io.ReadCloser) io.ReadCloser {
	return &uploadedBody{watchedBody{b, w.answering, w.answering}, w}
}

// uploadedBody is the body of a request. The transport reads it on a goroutine of its own, where a panic would end the process; it
// is handed to the one that sends the request.
type uploadedBody struct {
	watchedBody
	watch *watch
}

// Read implements [io.Reader].
func (b *uploadedBody) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			b.watch.mu.Lock()
			b.watch.panicked = v
			b.watch.mu.Unlock()
			n, err = 0, errUpload
		}
	}()
	return b.watchedBody.Read(p)
}

var errUpload = errors.New("the body of the request cannot be read")

// passOn panics if reading the body of the request did.
func (w *watch) passOn() {
	w.mu.Lock()
	v := w.panicked
	w.mu.Unlock()
	if v != nil {
		w.end()
		panic(v)
	}
}

// watchedBody is a body that says before and after it is read.
type watchedBody struct {
	io.ReadCloser
	before, after func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.before()
	defer b.after()
	return b.ReadCloser.Read(p)
}
