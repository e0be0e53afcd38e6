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
	pack := func(text string) *bytes.Buffer {
		packed := new(bytes.Buffer)
		z := gzip.NewWriter(packed)
		z.Write([]byte(text))
		z.Close()
		return packed
	}
	packed, packedBrotli := pack("hello"), pack("\x0b\x02\x80hello\x03").String()
	const hello, unknown = `{"n":"2","body":"hello"}`, `{"message":"Unsupported Media Type: the content codings of the request body must be gzip, deflate, br or zstd, and no more than three"}`
	for _, tt := range []struct {
		coding, body string
		status       int
		want         string
	}{
		{"identity", "hello", 200, hello},
		{"GZip, identity", packed.String(), 200, hello},
		{"br", "\x0b\x02\x80hello\x03", 200, hello},
		{"zstd", "\x28\xb5\x2f\xfd\x00\x58\x29\x00\x00hello", 200, hello}, // one block as it is
		{"br, gzip", packedBrotli, 200, hello},
		{"gzip, gzip", packed.String(), 400, `{"message":"Bad Request: request body is not valid gzip data"}`},
		{"compress", "hello", 415, unknown},
		{"gzip, gzip, gzip, gzip", packed.String(), 415, unknown},
	} {
		a := s.Fetch(t, "POST", webhook("echo", "key")+"?n=2", tt.body, "Content-Encoding", tt.coding)
		want(t, tt.coding, a, tt.status, tt.want)
		if all := a.Header.Get("Accept-Encoding"); (all == "gzip, deflate, br, zstd") != (tt.status == 415) {
			t.Errorf("%s: Accept-Encoding is %q", tt.coding, all)
		}
		harmless(t, s, tt.coding, a)
		want(t, tt.coding+" without the key", s.Fetch(t, "POST", webhook("echo", "other"), tt.body, "Content-Encoding", tt.coding), 404, notFound)
	}
}
