package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/site"
)

// failingFlow fails, or is mended.
func failingFlow(task string) string {
	return taskFlow("mended", "- "+task, "inputs: {n: '{{ trigger.body.n }}'}\nstopAfter: [WARNING]", "inputs: [{id: n, type: INT}, {id: pin, type: SECRET, required: false}]",
		"outputs: [{id: o, type: STRING, value: '{{ inputs.n }} {{ trigger.headers.x[0] ?? 0 }} {{ execution.originalId }}'}]")
}

// TestReplay replays an execution that has failed with the flow as it was mended.
func TestReplay(t *testing.T) { synctest.Test(t, testReplay) }

func testReplay(t *testing.T) {
	e := openEngine(t)
	broken := newSite(t, e, SiteOptions{}, failingFlow("{id: a, type: io.kestra.plugin.core.execution.Fail}"))
	const large = 300 << 10 // which is kept apart
	id := send(broken, "mended", `{"n":7,"large":"`+strings.Repeat("x", large)+`"}`).ExecutionID
	first, err := e.Wait(t.Context(), id)
	if err != nil || first.Status() != execution.Failed {
		t.Fatalf("the first one is %v, %v", first, err)
	}
	mended := newSite(t, e, SiteOptions{BaseURL: "https://example.com"}, failingFlow("{id: a, type: io.kestra.plugin.core.log.Log, message: ok}"))
	next, url, err := mended.Replay(t.Context(), id, Replay{})
	if err != nil {
		t.Fatal(err)
	}
	ended, err := e.Wait(t.Context(), next)
	if err != nil {
		t.Fatal(err)
	}
	if want := "https://example.com/ui/main/executions/company.team/mended/" + next; url != want {
		t.Errorf("its URL is %q, want %q", url, want)
	}
	want := execution.Origin{ID: id, Before: id, Created: first.History.Start(), Tries: 1}
	if diff := cmp.Diff(want, ended.Origin); diff != "" || ended.ID == id || ended.Revision != 2 || ended.Status() != execution.Success {
		t.Errorf("%s revision %d is %s (-want +got):\n%s", ended.ID, ended.Revision, ended.Status(), diff)
	}
	if got := string(ended.Outputs.JSON); got != `{"o":"7 0 `+id+`"}` {
		t.Errorf("its outputs are %s", got)
	}
	if got := string(ended.Trigger.Variables.JSON); got != string(first.Trigger.Variables.JSON) {
		t.Errorf("its trigger has %d bytes, want %d", len(got), len(first.Trigger.Variables.JSON))
	}
	if ended.Trigger.Variables.Ref == first.Trigger.Variables.Ref {
		t.Errorf("both executions have the value %q", ended.Trigger.Variables.Ref)
	}
	if diff := cmp.Diff(append(first.Labels, flow.Label{Key: "system.replay", Value: "true"}), ended.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if marked, err := e.Get(t.Context(), id); err != nil || cmp.Diff(append(first.Labels, flow.Label{Key: "system.replayed", Value: "true"}), marked.Labels) != "" {
		t.Errorf("the first one has the labels %v, %v", marked.Labels, err)
	}
	// One that was replayed is replayed again.
	again, _, err := mended.Replay(t.Context(), next, Replay{})
	if err != nil {
		t.Fatal(err)
	}
	if ended, err := e.Wait(t.Context(), again); err != nil || ended.Origin.ID != id || ended.Origin.Before != next || len(ended.Labels) != len(first.Labels)+1 {
		t.Errorf("the third one: %+v, %v", ended.Origin, err)
	}
}

// TestReplayStops switches a trigger off by a replay, as by what it has started itself.
func TestReplayStops(t *testing.T) { synctest.Test(t, testReplayStops) }

func testReplayStops(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, webhookFlow("once", "stopAfter: [SUCCESS]"))
	id := send(site, "once", "{}").ExecutionID
	if _, err := e.Wait(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	toggle := func(on bool) {
		if err := e.Toggle(t.Context(), "company.team", "once", "hook", on); err != nil {
			t.Fatal(err)
		}
	}
	toggle(true)
	next, _, err := site.Replay(t.Context(), id, Replay{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Wait(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if r := send(site, "once", "{}"); r.Status != 409 {
		t.Errorf("the webhook answers %d after the replay", r.Status)
	}
}

func TestReplayRefused(t *testing.T) { synctest.Test(t, testReplayRefused) }

func testReplayRefused(t *testing.T) {
	e := openEngine(t)
	paused := taskFlow("paused", "- {id: p, type: io.kestra.plugin.core.flow.Pause}", "")
	s := newSite(t, e, SiteOptions{}, paused, webhookFlow("gone", ""), webhookFlow("idle", ""))
	running, gone, off := send(s, "paused", "{}").ExecutionID, send(s, "gone", "{}").ExecutionID, send(s, "idle", "{}").ExecutionID
	for _, id := range []string{gone, off} {
		if _, err := e.Wait(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	s = newSite(t, e, SiteOptions{}, paused, webhookFlow("idle", "", "disabled: true"))
	for _, tt := range []struct {
		name, id string
		want     error
	}{
		{"unknown", "nobody", execution.ErrNotFound},
		{"under way", running, site.ErrNotEnded},
		{"without its flow", gone, site.ErrNoFlow},
		{"of a disabled flow", off, site.ErrDisabled},
	} {
		if next, _, err := s.Replay(t.Context(), tt.id, Replay{}); !errors.Is(err, tt.want) || next != "" {
			t.Errorf("%s: %q, %v", tt.name, next, err)
		}
	}
	if err := e.Kill(t.Context(), running); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Wait(context.WithoutCancel(t.Context()), running); err != nil {
		t.Fatal(err)
	}
}
