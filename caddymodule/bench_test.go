package caddymodule

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func BenchmarkHandler(b *testing.B) {
	set, found := engine.Core().Load([]*flow.Source{
		flow.NewSource("fire", []byte(webhookFlow("fire", waitForOutputs))),
		flow.NewSource("never", []byte(webhookFlow("never", "    conditions:\n      - type: cel\n        expression: \"'x-event' in headers\"\n"))),
	})
	if err := found.Err(); err != nil {
		b.Fatal(err)
	}
	e, err := engine.Open(b.Context(), MemoryStore{}.StoreOptions())
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	site, _, err := engine.NewSite(set, engine.SiteOptions{})
	if err != nil {
		b.Fatal(err)
	}
	if err := site.Open(b.Context(), e); err != nil {
		b.Fatal(err)
	}
	app := new(App)
	app.ready.Store(true)
	h := &Handler{logger: zap.NewNop(), access: zap.NewNop(), app: app, metrics: newMetrics()}
	h.serve(&compiledSite{Site: site})
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusTeapot)
		return nil
	})
	for _, bc := range []struct {
		name, path string
		status     int
	}{
		{"next", "/", http.StatusTeapot},
		{"unknown", webhookPath("nowhere"), 404},
		{"unmet", webhookPath("never"), 204},
		{"outputs", webhookPath("fire"), 200},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, bc.path, nil)
				r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, nil)
				if err := h.ServeHTTP(w, r, next); err != nil || w.Code != bc.status {
					b.Fatalf("status %d, error %v", w.Code, err)
				}
			}
		})
	}
	b.Run("nothing", func(b *testing.B) { // what the request itself costs
		b.ReportAllocs()
		for b.Loop() {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
			r = caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, nil)
			if err := next.ServeHTTP(w, r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
