package caddymodule

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// defaultBodyTimeout is how long a body may take to arrive, of a handler that names no time.
	defaultBodyTimeout = 30 * time.Second

	// leastRate is how many bytes a second prolong the time that a body has: whoever sends steadily may send much.
	leastRate = 16 << 10

	// bodyGrace is how long a body may still take to arrive when the process goes down.
	bodyGrace = 2 * time.Second

	// arrivalCheck is how often the time of bodies is looked at.
	arrivalCheck = time.Second
)

// arrivals are the request bodies that are being read. One timer watches all of them, because setting a deadline for each
// would cost more than reading a small body does.
type arrivals struct {
	mu       sync.Mutex
	open     *arrival // and those behind it
	watching bool     // a timer runs
	exiting  bool
}

// arrival is one body.
type arrival struct {
	w       http.ResponseWriter
	timeout time.Duration
	begun   time.Time
	read    atomic.Int64 // bytes
	bounded bool         // its connection has a deadline of ours
	late    bool         // which has passed
	watched bool         // from begin to end

	hash io.Writer // takes what is read; nil: nothing needs it

	body           io.Reader
	previous, next *arrival // of those that are open
}

func newArrivals() *arrivals { return new(arrivals) }

// Read implements io.Reader: it reads the body.
func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	a.read.Add(int64(n))
	if a.hash != nil {
		_, _ = a.hash.Write(p[:n]) // never fails
	}
	return n, err
}

// begin watches a body until end.
func (s *arrivals) begin(a *arrival) {
	a.begun, a.watched = time.Now(), true
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.next = s.open; a.next != nil {
		a.next.previous = a
	}
	s.open = a
	if s.exiting {
		a.bound(a.begun.Add(bodyGrace))
		return
	}
	if !s.watching {
		s.watching = true
		time.AfterFunc(arrivalCheck, s.check)
	}
}

// end watches a body no longer, and reports whether it was cut off for its slowness.
func (s *arrivals) end(a *arrival) (late bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.watched = false
	if a.next != nil {
		a.next.previous = a.previous
	}
	if a.previous != nil {
		a.previous.next = a.next
	} else {
		s.open = a.next
	}
	if a.bounded { // the connection may serve further requests
		a.bound(time.Time{})
	}
	return a.late
}

// check cuts off the bodies whose time is over.
func (s *arrivals) check() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for a := s.open; a != nil; a = a.next {
		if !a.bounded && now.Sub(a.begun) >= a.timeout+time.Duration(a.read.Load())*time.Second/leastRate {
			a.late = true
			a.bound(now)
		}
	}
	if s.watching = s.open != nil; s.watching {
		time.AfterFunc(arrivalCheck, s.check)
	}
}

// exit says that the process ends. Bodies that have not arrived shortly after are cut off; otherwise the process would wait
// for their clients.
func (s *arrivals) exit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exiting = true
	end := time.Now().Add(bodyGrace)
	for a := s.open; a != nil; a = a.next {
		a.bound(end)
	}
}

// bound sets the read deadline of a body's connection; the zero time means none. On connections that support no deadline
// only the server's own timeouts apply.
func (a *arrival) bound(deadline time.Time) {
	a.bounded = true
	_ = http.NewResponseController(a.w).SetReadDeadline(deadline)
}
