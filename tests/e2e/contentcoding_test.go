package e2e

import (
	"bytes"
	"compress/gzip"
	"testing"
)

// TestContentCodings sends bodies in codings that are known, and others.
func TestContentCodings(t *testing.T) {
	t.Parallel()
	s := badRequestServer(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte("hello"))
	z.Close()
	const hello, unknown = `{"n":"2","body":"hello"}`, `{"message":"Unsupported Media Type: the content coding of the request body must be gzip, deflate or none"}`
	for _, tt := range []struct {
		coding, body string
		status       int
		want         string
	}{
		{"identity", "hello", 200, hello},
		{"GZip, identity", packed.String(), 200, hello},
		{"br", "\x0b\x02\x80hello\x03", 415, unknown},
		{"zstd", "\x28\xb5\x2f\xfd", 415, unknown},
		{"gzip, gzip", packed.String(), 415, unknown},
	} {
		a := s.Fetch(t, "POST", webhook("echo", "key")+"?n=2", tt.body, "Content-Encoding", tt.coding)
		want(t, tt.coding, a, tt.status, tt.want)
		harmless(t, s, tt.coding, a)
		want(t, tt.coding+" without the key", s.Fetch(t, "POST", webhook("echo", "other"), tt.body, "Content-Encoding", tt.coding), 404, notFound)
	}
}
