package site

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// certificateServer stands for those of Amazon: it answers what a test says, and counts.
type certificateServer struct {
	mu    sync.Mutex
	asked map[string]int
	code  int // 0: nobody answers
	body  string
	wait  chan struct{} // it answers when this is closed; nil: at once
}

func (s *certificateServer) Send(_ context.Context, r *task.HTTPRequest) (*task.HTTPResponse, error) {
	s.mu.Lock()
	if s.asked == nil {
		s.asked = map[string]int{}
	}
	s.asked[r.URL.String()]++
	s.mu.Unlock()
	if s.wait != nil {
		<-s.wait
	}
	if !r.KeepRedirects || r.MaxBody != certificateBytes {
		return nil, errors.New("an answer is followed, or may be too long")
	}
	if s.code == 0 {
		return nil, errors.New("connection refused")
	}
	return &task.HTTPResponse{Code: s.code, Body: io.NopCloser(strings.NewReader(s.body))}, nil
}

func certificateOf(t *testing.T, from, to time.Time) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func certificateAddress(n int) string {
	return fmt.Sprintf("https://sns.us-east-2.amazonaws.com/SimpleNotificationService-%04d.pem", n)
}

// TestCertificates fetches certificates, once each, and shows what is said of one that cannot be had or used.
func TestCertificates(t *testing.T) {
	now := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	good := certificateOf(t, now.Add(-time.Hour), now.Add(time.Hour))
	tests := []struct {
		name, address, body string
		code                int
		want                string
		unknown             bool // it may be had later
	}{
		{"a good one", certificateAddress(1), good, 200, "", false},
		{"another server", "https://example.com/x.pem", good, 200, "the address of the certificate, SigningCertURL of the body, is not of the right form: it is none of Amazon SNS", false},
		{"nobody answers", certificateAddress(1), "", 0, "the certificate of Amazon SNS cannot be had: connection refused", true},
		{"it is not there", certificateAddress(1), "", 403, "the certificate of Amazon SNS cannot be had: its server answers 403", true},
		{"a redirect", certificateAddress(1), "", 302, "the certificate of Amazon SNS cannot be had: its server answers 302", true},
		{"something else", certificateAddress(1), "<html>", 200, "the certificate of Amazon SNS cannot be had: what its server has is not in the form PEM", true},
		{"an old one", certificateAddress(1), certificateOf(t, now.Add(-2*time.Hour), now.Add(-time.Hour)), 200, "the time of the certificate is too far from the time here", false},
		{"one of tomorrow", certificateAddress(1), certificateOf(t, now.Add(time.Hour), now.Add(2*time.Hour)), 200, "the time of the certificate is too far from the time here", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := &certificateServer{code: test.code, body: test.body}
			var c Certificates
			for range 2 {
				certificate, err := c.Get(t.Context(), server, test.address, now)
				got := ""
				if err != nil {
					got = err.Error()
				}
				if _, unknown := errors.AsType[webhook.CertificateError](err); got != test.want || unknown != test.unknown || (certificate == nil) != (err != nil) {
					t.Errorf("%q, want %q; %v", got, test.want, err)
				}
			}
			want := 1
			switch {
			case test.unknown:
				want = 2
			case signature.SNSCertificate(test.address) != nil:
				want = 0
			}
			if server.asked[test.address] != want {
				t.Errorf("it is asked for %d times, want %d", server.asked[test.address], want)
			}
		})
	}
}

// TestCertificatesAreFew asks for more certificates than are fetched at once, and than are kept.
func TestCertificatesAreFew(t *testing.T) {
	now := time.Now()
	server := &certificateServer{code: 200, body: certificateOf(t, now.Add(-time.Hour), now.Add(time.Hour)), wait: make(chan struct{})}
	var (
		c    Certificates
		done sync.WaitGroup
	)
	get := func(n int) error {
		_, err := c.Get(t.Context(), server, certificateAddress(n), now)
		return err
	}
	errs := make([]error, maxFetches)
	for n := range maxFetches {
		done.Go(func() { errs[n] = get(n) })
	}
	for busy := 0; busy < maxFetches; runtime.Gosched() { // each of them waits for the server
		c.mu.Lock()
		busy = c.busy
		c.mu.Unlock()
	}
	if err := get(1000); !errors.Is(err, errFetches) {
		t.Errorf("one more: %v", err)
	}
	close(server.wait)
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	for n := range 3 * maxCertificates {
		if err := get(n); err != nil {
			t.Fatal(err)
		}
		if len(c.kept) > maxCertificates {
			t.Fatalf("%d are kept", len(c.kept))
		}
	}
}
