package http

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// BenchmarkRequest compares an attempt of the task, from its expressions to its outputs, with the same request by net/http alone.
func BenchmarkRequest(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer s.Close()
	b.Run("task", func(b *testing.B) {
		loaded, found := tasktest.Load(b, Specs(), `{type: io.kestra.plugin.core.http.Request, uri: "`+s.URL+`/{{ trigger.body.n }}", method: POST, body: {text: "{{ trigger.body.n }}"}}`)
		if err := found.Err(); err != nil {
			b.Fatal(err)
		}
		c := &task.Context{Services: services(b, outbound.Options{}), Pebble: &pebble.Context{
			Vars: value.MapOf("trigger", value.MapOf("body", value.MapOf("n", value.Int(1)))).Map(),
		}}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := loaded.Compiled.(task.Task).Run(b.Context(), c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net/http", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{}}
		defer client.CloseIdleConnections()
		b.ReportAllocs()
		for b.Loop() {
			answer, err := client.Post(s.URL+"/1", "application/json", strings.NewReader(`{"text":"1"}`))
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.ReadAll(answer.Body)
			_ = answer.Body.Close()
		}
	})
}
