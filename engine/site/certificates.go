package site

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// Certificates keeps the certificates that Amazon SNS signs by. It outlives sites, so that a reload does not fetch them again.
type Certificates struct {
	fetches singleflight.Group
	mu      sync.Mutex
	kept    map[string]*x509.Certificate // by address
	busy    int                          // fetches under way
}

const (
	maxCertificates    = 64               // that are kept: Amazon has a few in each region
	maxFetches         = 4                // at once, of all requests
	certificateBytes   = 64 << 10         // the longest answer with one
	certificatePatient = 10 * time.Second // for each step of a fetch
)

var errFetches = errors.New("too many certificates are being fetched")

// Get returns the certificate at an address, by a request through the rules for those of flows if it is not kept. now is when it must be
// valid. The error is a [webhook.CertificateError] or, of an address that is none of Amazon SNS, one of package signature.
func (c *Certificates) Get(ctx context.Context, through task.HTTP, address string, now time.Time) (*x509.Certificate, error) {
	if err := signature.SNSCertificate(address); err != nil {
		return nil, err
	}
	c.mu.Lock()
	certificate := c.kept[address]
	c.mu.Unlock()
	if certificate == nil {
		ctx := context.WithoutCancel(ctx) // others may wait for the same one
		fetched, err, _ := c.fetches.Do(address, func() (any, error) { return c.fetch(ctx, through, address) })
		if err != nil {
			return nil, webhook.CertificateError{Err: fmt.Errorf("the certificate of Amazon SNS cannot be had: %w", err)}
		}
		certificate = fetched.(*x509.Certificate)
	}
	if now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
		return nil, fmt.Errorf("the time of the certificate %w", signature.ErrTime)
	}
	return certificate, nil
}

func (c *Certificates) fetch(ctx context.Context, through task.HTTP, address string) (*x509.Certificate, error) {
	c.mu.Lock()
	free := c.busy < maxFetches
	if free {
		c.busy++
	}
	c.mu.Unlock()
	if !free {
		return nil, errFetches
	}
	certificate, err := readCertificate(ctx, through, address)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	if err != nil {
		return nil, err
	}
	if c.kept == nil || len(c.kept) >= maxCertificates {
		c.kept = make(map[string]*x509.Certificate)
	}
	c.kept[address] = certificate
	return certificate, nil
}

func readCertificate(ctx context.Context, through task.HTTP, address string) (*x509.Certificate, error) {
	to, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	answer, err := through.Send(ctx, &task.HTTPRequest{
		Method: http.MethodGet, URL: to, KeepRedirects: true, MaxBody: certificateBytes, ConnectTimeout: certificatePatient, IdleTimeout: certificatePatient,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.Code != http.StatusOK {
		return nil, fmt.Errorf("its server answers %d", answer.Code)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("what its server has is not in the form PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

// certificate returns what fetches certificates for a request.
func (c *call) certificate(ctx context.Context) func(address string) (*x509.Certificate, error) {
	return func(address string) (*x509.Certificate, error) {
		if err := c.claim.Take(certificateBytes); err != nil {
			return nil, webhook.CertificateError{Err: err}
		}
		defer c.claim.Give(certificateBytes)
		return c.site.host.Certificates().Get(ctx, c.site.host.Runner().Services().HTTP, address, c.now)
	}
}
