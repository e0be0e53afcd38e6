package language

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestSameResults makes sure that what is compared does the same work.
func TestSameResults(t *testing.T) {
	for _, e := range engines(t) {
		for _, c := range conditions {
			run, err := e.condition(c.text[e.name])
			if err != nil {
				t.Errorf("%s: %s: %v", e.name, c.name, err)
				continue
			}
			for range 2 { // a machine that is used again gives the same result
				if got, err := run(); err != nil || got != c.want {
					t.Errorf("%s: %s: got %v, %v; want %v", e.name, c.name, got, err, c.want)
				}
			}
		}
		if e.compile == nil {
			continue
		}
		for _, c := range texts {
			run, err := e.compile(c.text[e.name])
			if err != nil {
				t.Errorf("%s: %s: %v", e.name, c.name, err)
				continue
			}
			for range 2 {
				got, err := run()
				if err != nil {
					t.Errorf("%s: %s: %v", e.name, c.name, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", e.name, c.name, diff)
				}
			}
		}
	}
}

// TestConditionAllocatesNothing checks our engine only: a condition that is one boolean allocates nothing.
func TestConditionAllocatesNothing(t *testing.T) {
	e := engines(t)[0]
	for _, c := range conditions {
		run, err := e.condition(c.text[e.name])
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { run() }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

// TestPayloads makes sure that both decoders read the payloads, and read the same.
func TestPayloads(t *testing.T) {
	for _, p := range payloads {
		if !json.Valid(p.data) {
			t.Fatalf("%s is no JSON", p.name)
		}
		v, err := value.DecodeJSON(p.data)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		var want, got any
		if err := json.Unmarshal(p.data, &want); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if err := json.Unmarshal([]byte(value.JSON(v)), &got); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", p.name, diff)
		}
	}
}
