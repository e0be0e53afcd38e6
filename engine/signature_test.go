package engine

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// signatureSecret is the secret of these tests.
const signatureSecret = "a secret that nobody sees"

// signedSite returns a site with a flow whose trigger has a signature with these members beside its secret.
func signedSite(t testing.TB, e *Engine, members, trigger string) (*Site, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	set := loadFlows(t, webhookFlow("f", "wait: true\nsignature: {header: X-Signature, secret: \"{{ secret('S') }}\", "+members+"}\n"+trigger))
	environ := []string{"SECRET_S=" + base64.StdEncoding.EncodeToString([]byte(signatureSecret+"\n"))} // a line end, as files of secrets have it
	site, found := openSite(t, e, set, SiteOptions{Environ: environ, Logger: zap.New(core), BaseURL: "https://example.com/"})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return site, logs
}

// signBy signs a request with a body as a scheme says.
func signBy(t testing.TB, scheme signature.Scheme, r *webhook.Request, body string) {
	t.Helper()
	form, err := scheme.Compile()
	if err != nil {
		t.Fatal(err)
	}
	url := func() string { return "https://example.com" + r.URI }
	err = form.Sign(&signature.Message{Method: r.Method, Header: r.Header, URL: url}, []byte(body), signatureSecret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
}

// TestSignature sends requests of every form, with a right signature and with a wrong one.
func TestSignature(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(`{"a":1}`))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header := func(name, text string) func(*webhook.Request) {
		return func(r *webhook.Request) { r.Header.Set(name, text) }
	}
	uri := func(r *webhook.Request) { r.URI = r.Path + "?a=b%20c" }
	tests := []struct {
		name, members string
		scheme        signature.Scheme
		body, signed  string // signed "": body
		change        []func(*webhook.Request)
		trigger       string
		want          int // without a fault
	}{
		{"JSON", "prefix: v=", signature.Scheme{Prefix: "v="}, `{"a":1}`, "", nil, "", 200},
		{"no body", "", signature.Scheme{}, "", "", nil, "", 200},
		{"GET", "", signature.Scheme{}, "", "", []func(*webhook.Request){func(r *webhook.Request) { r.Method = http.MethodGet }}, "", 200},
		{"a form", "", signature.Scheme{}, "a=1&b=2", "", []func(*webhook.Request){header("Content-Type", "application/x-www-form-urlencoded")}, "", 200},
		{"multipart", "", signature.Scheme{}, "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n", "", []func(*webhook.Request){header("Content-Type", "multipart/form-data; boundary=x")}, "", 200},
		{"Latin-1", "", signature.Scheme{}, "\xe4", "", []func(*webhook.Request){header("Content-Type", "text/plain; charset=iso-8859-1")}, "", 200},
		{"packed", "", signature.Scheme{}, packed.String(), "", []func(*webhook.Request){header("Content-Encoding", "gzip")}, "", 200},
		{"signed before it was packed", "decompressed: true", signature.Scheme{}, packed.String(), `{"a":1}`, []func(*webhook.Request){header("Content-Encoding", "gzip")}, "", 200},
		{"signed before it was packed, where that is not said", "", signature.Scheme{}, packed.String(), `{"a":1}`, []func(*webhook.Request){header("Content-Encoding", "gzip")}, "", 401},
		{"time and URL", `payload: "{method}{url}{timestamp}{body}", timestampHeader: X-Time, encoding: base64`, signature.Scheme{Payload: "{method}{url}{timestamp}{body}", TimestampHeader: "X-Time", Encoding: signature.Base64}, "{}", "", []func(*webhook.Request){uri}, "", 200},
		{"the time in the body", "timestampMember: a.at, tolerance: PT1H", signature.Scheme{TimestampMember: "a.at"}, fmt.Sprintf(`{"a":{"at":%q}}`, time.Now().Add(-59*time.Minute).Format(time.RFC3339)), "", nil, "", 200},
		{"an old time in the body", "timestampMember: at, tolerance: PT1H", signature.Scheme{TimestampMember: "at"}, fmt.Sprintf(`{"at":%d}`, time.Now().Add(-2*time.Hour).UnixMilli()), "", nil, "", 401},
		{"no time in the body", "timestampMember: at", signature.Scheme{}, `{"a":1}`, "", nil, "", 401},
		{"no JSON for the time", "timestampMember: at", signature.Scheme{}, "at=1", "", nil, "", 401},
		{"a token", "algorithm: PLAIN", signature.Scheme{Algorithm: signature.Plain}, "{}", "", nil, "", 200},
		{"SHA512 in a list", `algorithm: SHA512, separator: ",", versions: [v1], timestampItem: t, payload: "{timestamp}.{body}"`, signature.Scheme{Algorithm: signature.SHA512, Separator: ",", Versions: []string{"v1"}, TimestampItem: "t", Payload: "{timestamp}.{body}"}, "{}", "", nil, "", 200},
		{"before conditions", "", signature.Scheme{}, "{}", "", nil, expressionCondition("{{ false }}"), 204},
	}
	e := openEngine(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site, logs := signedSite(t, e, test.members, test.trigger)
			test.scheme.Header = "X-Signature"
			signed := test.signed
			if signed == "" {
				signed = test.body
			}
			ask := func(fault func(*webhook.Request)) webhook.Response {
				r := newRequest("f", test.body, test.change...)
				signBy(t, test.scheme, r, signed)
				fault(r)
				return sendRequest(site, r)
			}
			if got := ask(func(*webhook.Request) {}); got.Status != test.want || strings.Contains(string(got.Body), signatureSecret) {
				t.Errorf("right: %d %s, want %d; %v", got.Status, got.Body, test.want, logs.All())
			}
			for name, fault := range map[string]func(*webhook.Request){
				"none":    func(r *webhook.Request) { r.Header.Del("X-Signature") },
				"twice":   func(r *webhook.Request) { r.Header.Add("X-Signature", r.Header.Get("X-Signature")) },
				"another": func(r *webhook.Request) { r.Header.Set("X-Signature", "v=00ff") },
			} {
				got := ask(fault)
				if got.Status != 401 || string(got.Body) != `{"message":"Invalid webhook signature."}` || got.ExecutionID != "" || got.Outcome != webhook.OutcomeUnsigned {
					t.Errorf("%s: %d %s %s %s", name, got.Status, got.Body, got.ExecutionID, got.Outcome)
				}
			}
			lines := logs.FilterMessage("signature refused, so nothing is started").All()
			if len(lines) < 3 {
				t.Errorf("the log has %d lines of it: %v", len(lines), logs.All())
			}
			for _, line := range logs.All() {
				if text := line.Message + " " + strings.Join(texts(line.ContextMap()), " "); strings.Contains(text, signatureSecret) {
					t.Errorf("the secret stands in the log: %s", text)
				}
			}
		})
	}
}

func texts(fields map[string]any) []string {
	var all []string
	for _, v := range fields {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// TestTokensAreMasked has the shortest token that is taken be one that logs hide.
func TestTokensAreMasked(t *testing.T) {
	if signature.MinToken < mask.Shortest {
		t.Errorf("a token may have %d characters, and only %d are hidden", signature.MinToken, mask.Shortest)
	}
}

// TestSignatureSecrets checks that each of several secrets counts, and what is said of one that cannot be used.
func TestSignatureSecrets(t *testing.T) {
	e := openEngine(t)
	encoded := "SECRET_S=" + base64.StdEncoding.EncodeToString([]byte(signatureSecret))
	site, found := openSite(t, e, loadFlows(t, webhookFlow("f", `signature: {header: X-Signature, secrets: [older, "{{ secret('S') }}"]}`)), SiteOptions{Environ: []string{encoded}})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	r := newRequest("f", "{}")
	signBy(t, signature.Scheme{Header: "X-Signature"}, r, "{}")
	if got := sendRequest(site, r); got.Status != http.StatusOK {
		t.Errorf("the second secret: %d %s", got.Status, got.Body)
	}
	for _, test := range []struct{ members, want string }{
		{`secret: "{{ secret('NOPE') }}"`, "test (inline flow, line 10): triggers[0].signature.secret: cannot be rendered: there is no secret 'NOPE'; this trigger is switched off"},
		{`secret: "{{ secret('S') }}", algorithm: ED25519`, "test (inline flow, line 10): triggers[0].signature.secret: cannot be used: the secret must be the sender's public key: PEM, or DER in Base64, or its 32 bytes in hex or Base64; this trigger is switched off"},
		{`secret: short, algorithm: PLAIN`, "test (inline flow, line 10): triggers[0].signature.secret: cannot be used: the secret has fewer than 6 characters: PLAIN sends it as it is, and logs cannot hide so short a one; this trigger is switched off"},
		{`secrets: [a, ""]`, "test (inline flow, line 10): triggers[0].signature.secrets: cannot be used: the secret is empty; this trigger is switched off"},
	} {
		site, found := openSite(t, e, loadFlows(t, webhookFlow("g", "signature: {header: X-Signature, "+test.members+"}")), SiteOptions{Environ: []string{encoded}})
		if got := findingsOf(found.Errors()); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: %q", test.members, got)
		}
		if got := send(site, "g", "{}"); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d, want the answer of a webhook that is not there", test.members, got.Status)
		}
	}
}

func findingsOf(found flow.Diagnostics) []string {
	var all []string
	for _, d := range found {
		all = append(all, d.Error())
	}
	return all
}
