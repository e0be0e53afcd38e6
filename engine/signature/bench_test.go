package signature

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"testing"
	"time"
)

// BenchmarkCheck is the check of a signature beside the hash alone.
func BenchmarkCheck(b *testing.B) {
	for name, size := range map[string]int{"1KB": 1 << 10, "10MiB": 10 << 20} {
		body := bytes.Repeat([]byte("x"), size)
		b.Run(name+"/hash", func(b *testing.B) {
			b.SetBytes(int64(size))
			mac := hmac.New(sha256.New, []byte("secret"))
			var sum []byte
			for b.Loop() {
				mac.Reset()
				mac.Write(body)
				sum = mac.Sum(sum[:0])
			}
		})
		b.Run(name+"/check", func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			v := vector{scheme: Scheme{Header: "X-Hub-Signature-256", Prefix: "sha256="}}
			verifier, m := v.verifier(b, "secret"), &Message{Method: "POST", Header: http.Header{}}
			if err := verifier.Form().Sign(m, body, "secret", time.Unix(0, 0)); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				c := verifier.Begin(m)
				_, _ = c.Write(body)
				if err := c.End(body, time.Unix(0, 0)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
