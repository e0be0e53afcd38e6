package caddymodule

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// slowConnection is a connection that brings a piece of a body at every interval, and the response writer on it.
type slowConnection struct {
	http.ResponseWriter

	piece    int // bytes
	interval time.Duration
	pieces   int // 0: without end
	deadline chan time.Time
	set      []time.Time
}

func (c *slowConnection) SetReadDeadline(t time.Time) error {
	c.set = append(c.set, t)
	select {
	case c.deadline <- t:
	default:
	}
	return nil
}

func (c *slowConnection) Read(p []byte) (int, error) {
	if c.pieces == 1 {
		return 0, io.EOF
	}
	c.pieces--
	next := time.After(c.interval)
	var late <-chan time.Time
	for {
		select {
		case <-next:
			return copy(p, strings.Repeat("x", c.piece)), nil
		case t := <-c.deadline:
			late = time.After(time.Until(t))
		case <-late:
			return 0, os.ErrDeadlineExceeded
		}
	}
}

func (c *slowConnection) Close() error { return nil }

func TestBodiesThatTakeTheirTime(t *testing.T) {
	const kib = 1 << 10
	tests := []struct {
		name     string
		piece    int
		interval time.Duration
		pieces   int
		exit     time.Duration // after which the process goes down; 0: never
		took     time.Duration
		late     bool
	}{
		{"nothing comes", 1, time.Hour, 0, 0, 30 * time.Second, true},
		{"it trickles", 1, time.Second, 0, 0, 31 * time.Second, true},
		{"slow at the least rate", 16 * kib, time.Second, 100, 0, 98 * time.Second, false},
		{"half as fast as that", 8 * kib, time.Second, 0, 0, 59 * time.Second, true},
		{"half as fast, but short", 8 * kib, time.Second, 20, 0, 18 * time.Second, false},
		{"nothing comes at exit", 1, time.Hour, 0, 5 * time.Second, 7 * time.Second, false},
		{"it arrives during exit", 1, time.Second, 8, 5 * time.Second, 6 * time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				watch := newArrivals()
				c := &slowConnection{piece: test.piece, interval: test.interval, pieces: test.pieces, deadline: make(chan time.Time, 1)}
				if test.exit > 0 {
					time.AfterFunc(test.exit, watch.exit)
				}
				began := time.Now()
				_, err := readBody(watch, &arrival{w: c, timeout: 30 * time.Second}, c, -1, 10<<20, new(ledger))
				refused, _ := errors.AsType[*webhook.BodyError](err)
				if (refused != nil) != test.late || refused != nil && refused.Status != http.StatusRequestTimeout {
					t.Errorf("error %v", err)
				}
				// A body is looked at once a second, before or after the piece of that second.
				if took := time.Since(began); took < test.took-2*time.Second || took > test.took+2*time.Second {
					t.Errorf("it took %v, want %v", took, test.took)
				}
				if n := len(c.set); n > 0 && !c.set[n-1].IsZero() {
					t.Errorf("the connection is left with a deadline: %v", c.set)
				}
				<-time.After(2 * time.Second)
				synctest.Wait()
				if watch.open != nil || watch.watching {
					t.Errorf("a body is watched: %t, %t", watch.open != nil, watch.watching)
				}
			})
		})
	}
}

// TestBodiesAtExit checks that a body which begins to arrive when the process goes down has the same time.
func TestBodiesAtExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watch := newArrivals()
		watch.exit()
		c := &slowConnection{piece: 1, interval: time.Hour, deadline: make(chan time.Time, 1)}
		began := time.Now()
		_, err := readBody(watch, &arrival{w: c, timeout: time.Minute}, c, -1, 10<<20, new(ledger))
		if took := time.Since(began); err == nil || took != bodyGrace {
			t.Errorf("it took %v: %v", took, err)
		}
	})
}

// TestArrivalsLeaveInAnyOrder begins three bodies, ends them in every order, and looks at who is still bounded at exit.
func TestArrivalsLeaveInAnyOrder(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		for left := range len(order) + 1 {
			synctest.Test(t, func(t *testing.T) {
				watch := newArrivals()
				var bodies [3]arrival
				for i := range bodies {
					bodies[i] = arrival{w: &slowConnection{deadline: make(chan time.Time, 1)}, timeout: time.Hour}
					watch.begin(&bodies[i])
				}
				for _, i := range order[:left] {
					watch.end(&bodies[i])
				}
				watch.exit()
				for n, i := range order {
					if bodies[i].bounded != (n >= left) {
						t.Errorf("of %v, %d have ended: body %d is bounded: %t", order, left, i, bodies[i].bounded)
					}
				}
				for _, i := range order[left:] {
					watch.end(&bodies[i])
				}
				if watch.open != nil {
					t.Errorf("of %v some are left", order)
				}
				<-time.After(2 * arrivalCheck) // the timer has seen that
			})
		}
	}
}
