package caddymodule

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/caddyserver/caddy/v2"
	"golang.org/x/net/http/httpguts"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// Upstream is a Kestra behind this server. A flow that needs types, plugins or members which are not supported here is handed on to it: the
// webhooks are taken here, kept, and sent to the same webhook path there, until they are taken.
type Upstream struct {
	// The URL of its root, as in `http://kestra:8080`. Placeholders such as `{env.KESTRA_URL}` are replaced when the configuration is
	// loaded, here and in header, basic_auth and tls.
	URL string `json:"url"`

	// Headers of every request to it, by name, in place of those that the sender has sent. Default: none.
	Header map[string][]string `json:"header,omitempty"`

	// The user and password by which it knows this server. Default: none.
	BasicAuth *UpstreamAuth `json:"basic_auth,omitempty"`

	// How its certificate is checked, and which one it is shown. Default: as usual for `https`.
	TLS *UpstreamTLS `json:"tls,omitempty"`

	// How long an answer may take; then the request is sent again. Default: `5m`.
	Timeout caddy.Duration `json:"timeout,omitempty"`

	// For how long a request is sent again while there is no answer, or one of 500 to 599 or 429. Default: `24h`.
	HandOnRetry caddy.Duration `json:"hand_on_retry,omitempty"`

	options *engine.Upstream
}

// UpstreamAuth is a user and password.
type UpstreamAuth struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// UpstreamTLS is how a Kestra behind this server is spoken to over TLS.
type UpstreamTLS struct {
	// Files with certificates of authorities that are trusted, in PEM. Default: the system's.
	CA []string `json:"ca,omitempty"`

	// The file with the certificate of this server, and that with its key, in PEM. Default: none is shown.
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`

	// The name that its certificate must have. Default: that in the URL.
	ServerName string `json:"server_name,omitempty"`

	// Any certificate is trusted. Default: false.
	InsecureSkipVerify bool `json:"insecure_skip_verify,omitempty"`
}

// provision checks the options and makes those of the engine. Nil stands for none.
func (u *Upstream) provision() error {
	if u == nil {
		return nil
	}
	replacer := caddy.NewReplacer()
	text := replacer.ReplaceKnown(u.URL, "")
	to, err := url.Parse(text)
	switch {
	case err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || to.RawQuery != "" || to.Fragment != "":
		return errors.New("upstream must be the URL of the root of a Kestra, as in http://kestra:8080")
	case to.User != nil:
		return errors.New("upstream must not hold a user and password: write `basic_auth`")
	case u.Timeout < 0 || u.HandOnRetry < 0:
		return errors.New("upstream: timeout and hand_on_retry must not be negative")
	}
	o := &engine.Upstream{URL: to, Header: make(http.Header), Timeout: time.Duration(u.Timeout), Patience: time.Duration(u.HandOnRetry)}
	for name, texts := range u.Header {
		for _, text := range texts {
			text = replacer.ReplaceKnown(text, "")
			if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(text) {
				return fmt.Errorf("upstream: header %q: the name, or its value, has characters that no header may have", name)
			}
			o.Header.Add(name, text)
		}
	}
	if a := u.BasicAuth; a != nil {
		if o.Header.Get("Authorization") != "" {
			return errors.New("upstream: basic_auth and a header Authorization exclude each other")
		}
		r := http.Request{Header: o.Header}
		r.SetBasicAuth(replacer.ReplaceKnown(a.Username, ""), replacer.ReplaceKnown(a.Password, ""))
	}
	if o.TLS, err = u.TLS.config(replacer); err != nil {
		return fmt.Errorf("upstream: tls: %w", err)
	}
	u.options = o
	return nil
}

// config reads the files. Nil stands for what is usual.
func (t *UpstreamTLS) config(replacer *caddy.Replacer) (*tls.Config, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // there is nothing to say
	}
	c := &tls.Config{ServerName: replacer.ReplaceKnown(t.ServerName, ""), InsecureSkipVerify: t.InsecureSkipVerify} //nolint:gosec // the operator asks for it
	for _, file := range t.CA {
		file = replacer.ReplaceKnown(file, "")
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if c.RootCAs == nil {
			c.RootCAs = x509.NewCertPool()
		}
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate in PEM", filepath.Clean(file))
		}
	}
	certificate, key := replacer.ReplaceKnown(t.Certificate, ""), replacer.ReplaceKnown(t.Key, "")
	if (certificate == "") != (key == "") {
		return nil, errors.New("a certificate needs its key, and the key its certificate")
	}
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// engine returns the options of the engine; nil: there is no Kestra behind this server.
func (u *Upstream) engine() *engine.Upstream {
	if u == nil {
		return nil
	}
	return u.options
}
