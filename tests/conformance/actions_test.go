package conformance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// action is what was done to an execution after its webhook had been answered.
type action struct {
	Kind         string  `json:"kind"` // see act
	AfterSeconds float64 `json:"afterSeconds"`
	WhenState    string  `json:"whenState"` // in place of a time: as soon as the execution is in this state
}

// unsupportedAction returns the kind of an action that cannot be done yet; "" if there is none.
func (c recorded) unsupportedAction() string {
	if c.Resume != nil {
		return "resume"
	}
	for _, a := range c.Actions {
		if a.Kind != "kill" {
			return a.Kind
		}
	}
	return ""
}

// last returns the execution and its log as they were recorded at the end.
func (c recorded) last() (json.RawMessage, []recordedLine) {
	if c.Actions != nil {
		return c.ExecutionAfterActions, c.LogsAfterActions
	}
	return c.Execution, c.Logs
}

// act does to an execution what was done when the case was recorded.
func (s *server) act(t *testing.T, c recorded, id string) {
	t.Helper()
	for _, a := range c.Actions {
		<-time.After(time.Duration(a.AfterSeconds * float64(time.Second)))
		for a.WhenState != "" && s.status(t, id) != execution.Status(a.WhenState) {
			<-time.After(time.Millisecond)
		}
		if err := s.engine.Kill(t.Context(), id); err != nil {
			t.Errorf("%s: %s: %v", c.Name, a.Kind, err)
		}
	}
}

func (s *server) status(t *testing.T, id string) execution.Status {
	t.Helper()
	state, err := s.engine.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return state.Status()
}
