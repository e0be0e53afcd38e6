package api

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/show"
)

// MaxFollowers is how many clients of a process may follow executions at once.
const MaxFollowers = 256

// Followers counts those who follow executions.
type Followers struct{ n atomic.Int64 }

// enter reports whether one more may follow; if so it must leave.
func (f *Followers) enter() bool {
	if f.n.Add(1) > MaxFollowers {
		f.n.Add(-1)
		return false
	}
	return true
}

func (f *Followers) leave() { f.n.Add(-1) }

// Count returns how many follow executions now.
func (f *Followers) Count() int { return int(f.n.Load()) }

const (
	// patience is how long a client may take to read an event.
	patience = 30 * time.Second

	// silence is how long nothing is sent while nothing happens: then a comment shows whether the client is still there, and proxies
	// that it is in use.
	silence = 15 * time.Second
)

// stub is what Kestra sends first.
type stub struct {
	ID         string        `json:"id"`
	Labels     []show.Label  `json:"labels"`
	OriginalID string        `json:"originalId"`
	Deleted    bool          `json:"deleted"`
	Metadata   show.Metadata `json:"metadata"`
}

// followExecution answers with events of a server: `start` at once, `progress` with the execution as it is and whenever it has changed,
// and `end` with the execution that has ended. It ends before that when the process or the configuration does.
func followExecution(c *call) error {
	s, err := c.execution()
	if err != nil {
		return err
	}
	if !c.api.Followers.enter() {
		return &refusal{http.StatusServiceUnavailable, fmt.Sprintf("Service Unavailable: %d clients follow executions, and no more can", MaxFollowers)}
	}
	defer c.api.Followers.leave()
	ctx, cancel := context.WithCancel(c.request.Context())
	defer cancel()
	stream := &events{w: c, out: http.NewResponseController(c.ResponseWriter)}
	_ = stream.out.SetReadDeadline(time.Time{}) // after which the server would take it that the client has gone
	header(c, "text/event-stream")
	c.WriteHeader(http.StatusOK)
	if c.request.Method == http.MethodHead {
		return nil
	}
	start := stub{ID: s.ID, Labels: []show.Label{}, OriginalID: s.ID, Metadata: show.Metadata{AttemptNumber: 1, OriginalCreatedDate: show.Instant{Time: time.Now()}}}
	if !stream.send("start", start) {
		return nil
	}
	changes := make(chan change)
	go watch(ctx, c.engine, s.ID, changes)
	beat := time.NewTicker(silence)
	defer beat.Stop()
	for {
		select {
		case now, ok := <-changes:
			switch {
			case !ok:
				return nil
			case now.ended:
				stream.send("end", now.shown)
				return nil
			case !stream.send("progress", now.shown):
				return nil
			}
			beat.Reset(silence)
		case <-beat.C:
			if !stream.write([]byte(":\n\n")) {
				return nil
			}
		case <-c.api.Stopping():
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// change is an execution that has changed.
type change struct {
	shown engine.Execution
	ended bool
}

// watch sends an execution whenever it has changed, until it has ended, or ctx is done; then it closes the channel. After an error, such
// as that there is no memory to show it, there is nothing more to send.
func watch(ctx context.Context, e *engine.Engine, id string, changes chan<- change) {
	defer close(changes)
	for s, err := range e.FollowExecution(ctx, id) {
		if err != nil {
			return
		}
		shown, err := e.Show(ctx, id) // which may have changed again
		if err != nil {
			return
		}
		select {
		case changes <- change{shown, s.Over()}:
		case <-ctx.Done():
			return
		}
	}
}

// events writes events of a server. Kestra names them in their ids.
type events struct {
	w   http.ResponseWriter
	out *http.ResponseController
}

// send reports whether an event could be sent.
func (s *events) send(id string, v any) bool {
	text, err := engine.EncodeJSON(v)
	if err != nil {
		return false
	}
	return s.write(fmt.Appendf(nil, "id: %s\ndata: %s\n\n", id, text))
}

func (s *events) write(text []byte) bool {
	_ = s.out.SetWriteDeadline(time.Now().Add(patience)) // a server without deadlines has none
	_, err := s.w.Write(text)
	return err == nil && s.out.Flush() == nil
}
