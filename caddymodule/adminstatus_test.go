package caddymodule

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAdminStatus(t *testing.T) {
	s := newAdminServer(t)
	dir := writeFlows(t, map[string]string{
		"a.yml": webhookFlow("a", ""), "b.yml": webhookFlow("b", "") + "disabled: true\n", "bad.yml": badFlow, "warned.yml": neverFires,
	})
	file := filepath.Join(t.TempDir(), "kestra.db")
	before := time.Now()
	s.serve("kestra {\nstore sqlite "+file+"\ncapacity 77\nwatch off\n}", "kestra_webhook * "+dir)
	s.await(s.started("a", "{}"), "SUCCESS")
	got := decode[adminStatus](t, s.ask(http.MethodGet, "status", ""))
	if got.Version == "" || got.StartedAt.Before(before.Add(-time.Minute)) || got.StartedAt.After(time.Now()) {
		t.Errorf("version %q, started at %v", got.Version, got.StartedAt)
	}
	if got.Store.Bytes < 1000 {
		t.Errorf("the store has %d bytes", got.Store.Bytes)
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	want := adminStatus{
		Version: got.Version, StartedAt: got.StartedAt,
		Store:    adminStore{Kind: "sqlite", Path: file, Durable: true, Bytes: got.Store.Bytes, Executions: 1},
		Capacity: 77,
		Flows: []adminFlow{
			{"company.team", "a", 1, in("a.yml"), false}, {"company.team", "b", 1, in("b.yml"), true}, {"company.team", "never_fires", 1, in("warned.yml"), false},
		},
		Errors: []adminFinding{
			{in("bad.yml"), 3, 1, "unknown member `nonsense`", "error", 0},
			{in("warned.yml"), 16, 11, "never fires", "warning", 0},
		},
	}
	for i := range got.Errors {
		if i < len(want.Errors) && strings.Contains(got.Errors[i].Message, want.Errors[i].Message) {
			got.Errors[i].Message = want.Errors[i].Message
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.ask(http.MethodGet, "status?x=1", "").want(t, 400, "x: there is no such parameter")

	// A flow that was mended, and one that was broken, are read when they are asked for.
	for name, text := range map[string]string{"bad.yml": webhookFlow("bad", ""), "a.yml": badFlow} {
		if err := os.WriteFile(in(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found := decode[struct{ Errors []adminFinding }](t, s.ask(http.MethodPost, "flows/reload", ""))
	if len(found.Errors) != 2 || found.Errors[0].File != in("a.yml") || found.Errors[0].ServesRevision != 1 {
		t.Errorf("found %+v", found.Errors)
	}
	s.await(s.started("bad", "{}"), "SUCCESS")
	s.await(s.started("a", "{}"), "SUCCESS")
	s.ask(http.MethodPost, "flows/reload?now=true", "").want(t, 400, "now: there is no such parameter")
}
