package caddymodule

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/caddyserver/caddy/v2"
)

func init() { caddy.RegisterModule(new(refuser)) }

// refuser is an app that cannot start, and says so when the app kestra has.
type refuser struct{ kestra *App }

// whileRefused is called when both configurations use the engine.
var whileRefused func()

func (*refuser) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra_test_refuser", New: func() caddy.Module { return new(refuser) }}
}

func (r *refuser) Provision(ctx caddy.Context) error {
	kestra, err := ctx.App("kestra")
	if err == nil {
		r.kestra = kestra.(*App)
	}
	return err
}

var errRefused = errors.New("refused")

func (r *refuser) Start() error {
	if err := r.kestra.open(); err != nil { // as the first request does
		return err
	}
	whileRefused()
	return errRefused
}

func (*refuser) Stop() error { return nil }

// TestRefusedConfiguration loads a configuration that another app refuses when it has begun: the engine works as the one says that goes on,
// which tells it nothing as long as the other one is there.
func TestRefusedConfiguration(t *testing.T) {
	s := newServer(t)
	e := edits{t, writeFlows(t, map[string]string{"a.yml": edition("a", "One")}), s}
	s.serve("kestra {\ncapacity 7\nwatch off\n}", "kestra_webhook * "+e.dir)
	before, engine := theApp(t), theEngine(t)

	config := map[string]any{}
	if err := json.Unmarshal(s.config("kestra {\ncapacity 8\n}", "kestra_webhook * "+e.dir), &config); err != nil {
		t.Fatal(err)
	}
	config["apps"].(map[string]any)["kestra_test_refuser"] = map[string]any{}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	began := false
	whileRefused = func() {
		began = engine.Capacity() == 8
		engine.change(before, func(newest bool) {
			if newest {
				t.Error("the configuration before changes what the new one serves")
			}
		})
	}
	if err := caddy.Load(text, true); err == nil || !began {
		t.Fatalf("the configuration has begun: %t, and is refused: %v", began, err)
	}
	if got := theEngine(t).Capacity(); got != 7 {
		t.Errorf("the capacity is %d, that of the configuration that was refused", got)
	}
	e.write("a.yml", edition("a", "Two"))
	if _, err := before.ReloadFlows(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.get(webhookPath("a")).want(t, 200, "Two")
}
