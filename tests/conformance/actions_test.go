package conformance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// action is what was done to an execution after its webhook had been answered.
type action struct {
	Kind         string  `json:"kind"` // kill or resume
	AfterSeconds float64 `json:"afterSeconds"`
	WhenState    string  `json:"whenState"` // in place of a time: as soon as the execution is in this state

	Arg map[string]string `json:"arg"` // of resume: the inputs
}

// last returns the execution and its log as they were recorded at the end.
func (c recorded) last() (json.RawMessage, []recordedLine) {
	switch {
	case c.Actions != nil:
		return c.ExecutionAfterActions, c.LogsAfterActions
	case c.Resume != nil:
		return c.ExecutionAfterResume, c.LogsAfterResume
	default:
		return c.Execution, c.Logs
	}
}

// actions returns what was done. The inputs of the older form were not recorded, but stand in the outputs.
func (c recorded) actions() []action {
	if c.Resume != nil {
		return []action{{Kind: "resume", WhenState: "PAUSED", Arg: map[string]string{"ok": "true"}}}
	}
	return c.Actions
}

// act does to an execution what was done when the case was recorded.
func (s *server) act(t *testing.T, c recorded, id string) {
	t.Helper()
	for _, a := range c.actions() {
		<-time.After(time.Duration(a.AfterSeconds * float64(time.Second)))
		for a.WhenState != "" && s.status(t, id) != execution.Status(a.WhenState) {
			<-time.After(time.Millisecond)
		}
		if err := s.do(t, a, id); err != nil {
			t.Errorf("%s: %s: %v", c.Name, a.Kind, err)
		}
	}
}

func (s *server) do(t *testing.T, a action, id string) error {
	if a.Kind == "kill" {
		return s.engine.Kill(t.Context(), id)
	}
	inputs := value.NewMap(len(a.Arg))
	for name, text := range a.Arg {
		inputs.Set(name, value.String(text))
	}
	return s.engine.Resume(t.Context(), id, inputs)
}

func (s *server) status(t *testing.T, id string) execution.Status {
	t.Helper()
	state, err := s.engine.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return state.Status()
}
