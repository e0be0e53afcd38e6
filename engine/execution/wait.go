package execution

import "fmt"

// Wait says what a task run, or the execution, waits for.
type Wait uint8

// What can be waited for. A flowable that waits for its children has [WaitNone]: they are counted.
const (
	WaitNone   Wait = iota
	WaitEval        // the value of an expression, see [Plan.Asked]; of the execution: its outputs
	WaitTask        // the end of an attempt
	WaitTimer       // a time
	WaitChild       // the end of the execution that an attempt of a Child has started
	WaitRound       // of an Until: the time of its next round
	WaitResume      // of a Pause: that somebody resumes it, or a time
	WaitAssert      // of an execution: the assertions of `sla`
	WaitPlace       // of an execution that has not begun: a place of the flow's `concurrency`
	WaitFiles       // of one whose tasks share a directory: that it is prepared, or when they have ended, collected from
	WaitBreak       // of one that has not begun, or not again: that somebody lets the execution go on that stands at a breakpoint
)

var waitNames = []string{"", "eval", "task", "timer", "child", "round", "resume", "assert", "place", "files", "break"}

// asks reports whether an Eval is waited for.
func (w Wait) asks() bool { return w == WaitEval || w == WaitFiles }

// MarshalText writes the word for w.
func (w Wait) MarshalText() ([]byte, error) { return name(waitNames, int(w)) }

// UnmarshalText reads what [Wait.MarshalText] wrote.
func (w *Wait) UnmarshalText(text []byte) error { return parseName(waitNames, text, (*uint8)(w)) }

// Stage is the list of a flowable, or of the flow, that is in force.
type Stage uint8

// The stages; the first four in their order.
const (
	StageMain    Stage = iota // its tasks
	StageErrors               // `errors`, after the main list has failed
	StageFinally              // `finally`
	StageAfter                // `afterExecution`, of an execution that has its last status
	StageEnd                  // all have ended
	StagePause                // of a Pause, before its tasks: `onPause`
)

var stageNames = []string{"", "errors", "finally", "after", "end", "pause"}

// MarshalText writes the word for g.
func (g Stage) MarshalText() ([]byte, error) { return name(stageNames, int(g)) }

// UnmarshalText reads what [Stage.MarshalText] wrote.
func (g *Stage) UnmarshalText(text []byte) error { return parseName(stageNames, text, (*uint8)(g)) }

func name(names []string, i int) ([]byte, error) {
	if i >= len(names) {
		return nil, fmt.Errorf("value %d has no name", i)
	}
	return []byte(names[i]), nil
}

func parseName(names []string, text []byte, to *uint8) error {
	for i, name := range names {
		if name == string(text) {
			*to = uint8(i)
			return nil
		}
	}
	return fmt.Errorf("%q is none of %q", text, names)
}
