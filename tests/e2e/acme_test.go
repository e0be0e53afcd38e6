package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestWebhookOverAutomaticHTTPS gives the product a site with a host name and a certificate authority, and nothing else:
// the certificate comes over ACME by itself, and the webhook answers over HTTPS and HTTP/2.
func TestWebhookOverAutomaticHTTPS(t *testing.T) {
	t.Parallel()
	const host = "hooks.example.com"
	// The authority must know the product's port, and the product the authority's. So the product starts without a site.
	product := harness.Start(t, harness.Config{})
	ca := harness.Start(t, harness.Config{
		Program: "tests/e2e/acmeca",
		Env:     []string{fmt.Sprintf("ACMECA_TLSALPN_PORT=%d", product.HTTPSPort)},
		Sites: `
https://127.0.0.1:{$HTTPS_PORT} {
	tls internal
	acme_server {
		challenges tls-alpn-01
		allow {
			domains ` + host + `
		}
	}
}`,
	})
	root := filepath.Join(ca.Dir, "data", "caddy", "pki", "authorities", "local", "root.crt")
	err := product.Reload(harness.Config{
		Global: fmt.Sprintf("	acme_ca https://127.0.0.1:%d/acme/local/directory\n	acme_ca_root %s\n", ca.HTTPSPort, root),
		Sites:  host + " {\n	kestra_webhook flows\n}",
		Files:  map[string]string{"flows/webhook_return_outputs.yaml": returnOutputsFlow},
	})
	if err != nil {
		t.Fatal(err)
	}

	client := httpsClient(t, root, product)
	awaitCertificate(t, client, product, "https://"+host)
	const path = "/api/v1/executions/webhook/company.team/webhook_return_outputs/4wjtkzwVGBM9yKnjm3yv8r?name=Alice"
	for _, method := range []string{"GET", "POST", "PUT"} {
		a := harness.Fetch(t, client, method, "https://"+host+path, "")
		if a.Status != 200 || a.Body != `{"greeting":"Hello Alice!"}` || a.Proto != "HTTP/2.0" {
			t.Errorf("%s over HTTPS: %d by %s: %s", method, a.Status, a.Proto, a.Body)
		}
	}
	if a := harness.Fetch(t, client, "GET", "https://"+host+strings.Replace(path, "yv8r", "yv8x", 1), ""); a.Status != 404 {
		t.Errorf("another key over HTTPS: %d: %s", a.Status, a.Body)
	}
	if a := product.Fetch(t, "GET", path, "", "Host", host); a.Status != 308 || a.Header.Get("Location") != "https://"+host+path {
		t.Errorf("over HTTP: %d to %q, want a redirection to HTTPS", a.Status, a.Header.Get("Location"))
	}
}

// httpsClient returns a client that trusts the root in a file alone, connects to the server whatever the host name, and
// speaks HTTP/2 if the server does.
func httpsClient(t *testing.T, rootFile string, s *harness.Server) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(rootFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", rootFile)
	}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: pool},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", s.HTTPSPort))
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// awaitCertificate waits until the server shows a certificate that the client trusts, and checks that the authority's
// intermediate issued it for that name.
func awaitCertificate(t *testing.T, client *http.Client, s *harness.Server, url string) {
	t.Helper()
	var state *tls.ConnectionState
	harness.Eventually(t, time.Minute, "a trusted certificate", func() bool {
		response, err := client.Get(url + "/")
		if err != nil {
			return false
		}
		response.Body.Close()
		state = response.TLS
		return true
	})
	leaf := state.PeerCertificates[0]
	if host := strings.TrimPrefix(url, "https://"); !slices.Equal(leaf.DNSNames, []string{host}) {
		t.Errorf("certificate is for %q, want %s", leaf.DNSNames, host)
	}
	if !strings.Contains(s.Output(), `"certificate obtained successfully"`) {
		t.Error("the server did not obtain the certificate")
	}
}
