package packing

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// packed returns an execution with a task run as bytes. That every field comes back is tested by the stores, with random ones.
func packed() (*execution.State, []byte) {
	at := time.Unix(1, 2).UTC()
	st := &execution.State{
		Start: execution.Start{ID: "e", Namespace: "company.team", FlowID: "f", Seed: 1 << 63, Trace: "t", Inputs: execution.Datum{JSON: []byte(`{"i":1}`)}},
		Head: execution.Head{
			Labels: []flow.Label{{Key: "k", Value: "v"}}, History: execution.History{{Status: execution.Created, At: at}}, Refused: true,
		},
		Runs: []execution.Run{{ID: "r", Parent: execution.RootRow, Values: []string{"a", "ü"}, Outputs: execution.Datum{Ref: "x"}}},
	}
	c := Writer(nil)
	c.Start(&st.Start)
	c.Head(&st.Head)
	Items(&c, &st.Runs, (*Codec).Run)
	return st, c.Bytes()
}

// read reads what packed wrote.
func read(data []byte) (*execution.State, error) {
	st := new(execution.State)
	c := Reader(string(data), nil)
	c.Start(&st.Start)
	c.Head(&st.Head)
	Items(&c, &st.Runs, (*Codec).Run)
	return st, c.Err()
}

func TestRead(t *testing.T) {
	want, data := packed()
	got, err := read(data)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(execution.State{}, execution.Run{})); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	for cut := range len(data) {
		if _, err := read(data[:cut]); !errors.Is(err, ErrBroken) {
			t.Errorf("the first %d of %d bytes: %v", cut, len(data), err)
		}
	}
}

// FuzzRead reads bytes that are broken: nothing panics, and what is made of them is not much larger.
func FuzzRead(f *testing.F) {
	_, data := packed()
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		st, err := read(data)
		if err == nil && len(st.Runs) > len(data) {
			t.Errorf("%d task runs out of %d bytes", len(st.Runs), len(data))
		}
	})
}
