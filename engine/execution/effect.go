package execution

import "time"

// Effect is what [Step] wants done. It can be written down as JSON. Effects are performed at least once, keyed by execution,
// task run and attempt.
type Effect struct {
	Kind    EffectKind `json:"kind"`
	Run     int32      `json:"run"`               // row; [RootRow] for the execution as a whole
	Attempt int32      `json:"attempt,omitempty"` // of RunTask, Cancel, KillChild and the Eval of a Call, counted from 0
	What    What       `json:"what,omitzero"`     // of Eval
	Woke    bool       `json:"woke,omitempty"`    // of RunTask: the attempt goes on after the time that it waited for
	At      time.Time  `json:"at,omitzero"`       // the clock that expressions see
	Seed    uint64     `json:"seed,omitempty"`    // the seed of random functions, never 0; of Eval and RunTask

	Iteration int32 `json:"iteration,omitempty"` // of KillChild, and of OneOf: which of the executions of a Children
}

// EffectKind says what an [Effect] asks for.
type EffectKind uint8

// The kinds of effect.
const (
	Begin     EffectKind = iota + 1 // the execution has not begun: answered by Started, or by NoPlace
	Eval                            // evaluate expressions: answered by Evaluated
	RunTask                         // run an attempt of a task: answered by TaskEnded
	Again                           // try the execution anew, at a time: as a new one, see [NewReplay]; with the commit
	KillChild                       // kill the execution that an attempt has started; with the commit
	Cancel                          // end an attempt that runs, whose answer nobody waits for
)

var effectNames = []string{"", "begin", "eval", "runTask", "again", "killChild", "cancel"}

// MarshalText writes the word for k.
func (k EffectKind) MarshalText() ([]byte, error) { return name(effectNames, int(k)) }

// UnmarshalText reads what [EffectKind.MarshalText] wrote.
func (k *EffectKind) UnmarshalText(text []byte) error {
	return parseName(effectNames, text, (*uint8)(k))
}

// What names what an [Eval] asks for.
type What uint8

// What can be evaluated.
const (
	RunIf   What = iota + 1 // the runIf of the task of a run
	Choose                  // which list a Choice takes
	Outputs                 // the outputs that the flow declares
	Values                  // the values of an Each
	Timeout                 // the `timeout` of the task of a run
	Pause                   // until when a Pause lasts
	Until                   // whether a round of an Until was the last one
	Call                    // the execution that an attempt of a Child starts, or several of a Children
	Assert                  // the assertions of the flow's `sla`
	Prepare                 // the directory that the tasks of a run share
	Collect                 // what of that directory is to be kept when they have ended
	Recall                  // what becomes of the execution that an attempt of a Child has started which goes on, or of several of a Children
)

var whatNames = []string{"", "runIf", "choose", "outputs", "values", "timeout", "pause", "until", "call", "assert", "prepare", "collect", "recall"}

// MarshalText writes the word for w.
func (w What) MarshalText() ([]byte, error) { return name(whatNames, int(w)) }

// UnmarshalText reads what [What.MarshalText] wrote.
func (w *What) UnmarshalText(text []byte) error { return parseName(whatNames, text, (*uint8)(w)) }
