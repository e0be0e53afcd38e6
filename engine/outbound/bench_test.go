package outbound

import (
	"io"
	"net/http"
	"testing"
)

// BenchmarkSend compares a request to loopback with the same one by net/http alone.
func BenchmarkSend(b *testing.B) {
	s := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"ok":true}`) })
	b.Run("outbound", func(b *testing.B) {
		c, r := newClient(b, Options{}), get(b, s.URL)
		b.ReportAllocs()
		for b.Loop() {
			if got := send(b.Context(), c, r); got.code != http.StatusOK {
				b.Fatalf("%+v", got)
			}
		}
	})
	b.Run("net/http", func(b *testing.B) {
		c := &http.Client{Transport: &http.Transport{}}
		defer c.CloseIdleConnections()
		b.ReportAllocs()
		for b.Loop() {
			answer, err := c.Get(s.URL)
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.ReadAll(answer.Body)
			_ = answer.Body.Close()
		}
	})
}
