package execution

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Event is what [Step] is told. It can be written down as JSON: events also come from an execution's inbox.
type Event struct {
	Kind    EventKind `json:"kind"`
	Run     int32     `json:"run,omitempty"`     // row; [RootRow] for the execution as a whole
	Attempt int32     `json:"attempt,omitempty"` // of TaskEnded, Woke, TimedOut, ChildEnded and Interrupted: the attempt that is meant, counted from 0
	ID      string    `json:"id,omitempty"`      // Resumed: of the task run that is meant; ChildEnded: of the execution that has ended
	By      string    `json:"by,omitempty"`      // Resumed: who it is, for its outputs
	At      time.Time `json:"at"`

	True    bool          `json:"true,omitempty"`    // Evaluated: the verdict of a runIf; of a Child and a Children: the execution is waited for
	Case    int32         `json:"case,omitempty"`    // Evaluated: the list that a Choice takes; -1: none
	Values  []string      `json:"values,omitempty"`  // Evaluated: those of an Each
	Failed  bool          `json:"failed,omitempty"`  // Evaluated: an expression failed, or no list fits
	Timeout time.Duration `json:"timeout,omitempty"` // Evaluated: how long the attempt may take
	Outputs Datum         `json:"outputs,omitzero"`  // Evaluated, TaskEnded, ChildEnded: an object
	Status  Status        `json:"status,omitempty"`  // TaskEnded: SUCCESS, WARNING or FAILED; "" for a task that waits until Wake. ChildEnded: its last one; Evaluated: likewise, of one that a Child has started before and that has ended well by now
	Wake    time.Time     `json:"wake,omitzero"`     // TaskEnded without status

	Labels    []flow.Label `json:"labels,omitempty"`   // TaskEnded: to be added to the execution's, or to replace those with the same key
	Variables Datum        `json:"variables,omitzero"` // TaskEnded: the execution's from now on; zero: as they are
	Exit      Status       `json:"exit,omitempty"`     // TaskEnded: what the execution is to end with, at once
	Broken    []int32      `json:"broken,omitempty"`   // Evaluated: those of the flow's `sla` that do not hold, by their indexes

	Breakpoints []Breakpoint `json:"breakpoints,omitempty"` // PassOn: the next ones

	Total     int32   `json:"total,omitempty"`     // Evaluated: how many executions a Children starts
	Begun     int32   `json:"begun,omitempty"`     // Evaluated: how many of them begin now; of an attempt that goes on: were looked at
	Open      []int32 `json:"open,omitempty"`      // Evaluated, of an attempt of a Children that goes on: the numbers of those of them that are under way now
	Over      []Count `json:"over,omitempty"`      // Evaluated, likewise: how many of them have ended with which status
	Iteration int32   `json:"iteration,omitempty"` // ChildEnded: which of the executions of a Children, from 0
}

// EventKind says what an [Event] tells.
type EventKind uint8

// The kinds of event.
const (
	Started     EventKind = iota + 1 // begin an execution that was created or queued; with a place if it waits for one
	Evaluated                        // answers an [Eval]
	TaskEnded                        // answers a [RunTask]
	Woke                             // the time that a task run waits for has come
	TimedOut                         // the `timeout` of a task run is over
	ChildEnded                       // the execution that a task run waits for has ended
	Resumed                          // somebody lets a Pause go on
	Kill                             // somebody wants the execution to end at once
	Overdue                          // a duration of the flow's `sla` is over, that with the index in Attempt
	NoPlace                          // no place is free for an execution that has not begun
	Interrupted                      // the process ended while an attempt was under way, and nobody knows how far it came
	Restart                          // somebody wants the execution to go on that has ended, or is paused
	PassOn                           // somebody lets the execution go on that is at a breakpoint
)

var eventNames = []string{"", "started", "evaluated", "taskEnded", "woke", "timedOut", "childEnded", "resumed", "kill", "overdue", "noPlace", "interrupted", "restart", "passOn"}

// MarshalText writes the word for k.
func (k EventKind) MarshalText() ([]byte, error) { return name(eventNames, int(k)) }

// UnmarshalText reads what [EventKind.MarshalText] wrote.
func (k *EventKind) UnmarshalText(text []byte) error { return parseName(eventNames, text, (*uint8)(k)) }
