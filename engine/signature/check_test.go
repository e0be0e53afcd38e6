package signature

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestWrong changes one thing of a right request at a time.
func TestWrong(t *testing.T) {
	stamped, plain, listed := &vectors[1], &vectors[0], &vectors[2]
	header := func(name, text string) func(*Message) { return func(m *Message) { m.Header.Set(name, text) } }
	tests := []struct {
		name   string
		vector *vector
		change func(*Message)
		secret string
		body   string
		late   time.Duration
		want   error
	}{
		{name: "the right one", vector: stamped},
		{name: "another secret", vector: plain, secret: "It's a secret to Everybody", want: ErrWrong},
		{name: "a bit of the body", vector: plain, body: "Hello, World\"", want: ErrWrong},
		{name: "no body", vector: plain, body: "-", want: ErrWrong},
		{name: "a longer body", vector: plain, body: "Hello, World!\n", want: ErrWrong},
		{name: "no header", vector: plain, change: func(m *Message) { m.Header.Del("X-Hub-Signature-256") }, want: ErrMissing},
		{name: "an empty header", vector: plain, change: header("X-Hub-Signature-256", ""), want: ErrMissing},
		{name: "two headers", vector: plain, change: func(m *Message) { m.Header.Add("X-Hub-Signature-256", m.Header.Get("X-Hub-Signature-256")) }, want: ErrSeveral},
		{name: "SHA1", vector: plain, change: header("X-Hub-Signature-256", "sha256=01dc10d0c83e72ed246219cdd91669667fe2ca59"), want: ErrWrong},
		{name: "SHA512", vector: plain, change: header("X-Hub-Signature-256", "sha256=11ed355a617e98134e842012a7944ccf59c10256cb182357bd7e3a42013ff07c376f8c14cf5cc1923da20b51d64256b2fb8ebbf100aa67a61326f61fea8111bc"), want: ErrWrong},
		{name: "another prefix", vector: plain, change: header("X-Hub-Signature-256", "sha1="+plain.header["X-Hub-Signature-256"][7:]), want: ErrMalformed},
		{name: "no prefix", vector: plain, change: header("X-Hub-Signature-256", plain.header["X-Hub-Signature-256"][7:]), want: ErrMalformed},
		{name: "no hex", vector: plain, change: header("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1z"), want: ErrMalformed},
		{name: "nothing after the prefix", vector: plain, change: header("X-Hub-Signature-256", "sha256="), want: ErrMalformed},
		{name: "a part of the signature", vector: plain, change: header("X-Hub-Signature-256", "sha256=757107ea"), want: ErrWrong},
		{name: "hex in capitals", vector: plain, change: header("X-Hub-Signature-256", "sha256="+strings.ToUpper(plain.header["X-Hub-Signature-256"][7:]))},

		{name: "just in time", vector: stamped, late: 5 * time.Minute},
		{name: "too late", vector: stamped, late: 5*time.Minute + time.Second, want: ErrTime},
		{name: "too early", vector: stamped, late: -5*time.Minute - time.Second, want: ErrTime},
		{name: "another time", vector: stamped, change: header("X-Slack-Request-Timestamp", "1531420619"), want: ErrWrong},
		{name: "no time", vector: stamped, change: func(m *Message) { m.Header.Del("X-Slack-Request-Timestamp") }, want: ErrMissing},
		{name: "two times", vector: stamped, change: func(m *Message) { m.Header.Add("X-Slack-Request-Timestamp", "1531420618") }, want: ErrSeveral},
		{name: "a wrong signature that is late", vector: stamped, secret: "other", late: time.Hour, want: ErrWrong},

		{name: "another id", vector: listed, change: header("Webhook-Id", "msg_other"), want: ErrWrong},
		{name: "no id", vector: listed, change: func(m *Message) { m.Header.Del("Webhook-Id") }, want: ErrMissing},
		{name: "one right of three", vector: listed, change: header("Webhook-Signature", "v1,AAAA v1a,BBBB "+listed.header["Webhook-Signature"])},
		{name: "only another version", vector: listed, change: header("Webhook-Signature", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), want: ErrMissing},
		{name: "no version", vector: listed, change: header("Webhook-Signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), want: ErrMissing},
		{name: "no Base64", vector: listed, change: header("Webhook-Signature", "v1,!!"), want: ErrMalformed},
		{name: "too many", vector: listed, change: header("Webhook-Signature", strings.Repeat("v1,AAAA ", maxSignatures)+listed.header["Webhook-Signature"]), want: ErrMalformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := test.vector
			m, secret, body := v.message(), v.secret, v.body
			if test.change != nil {
				test.change(m)
			}
			if test.secret != "" {
				secret = test.secret
			}
			if test.body != "" {
				body = strings.TrimPrefix(test.body, "-")
			}
			err := check(v.verifier(t, secret), m, body, 5, v.now().Add(test.late))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), "757107ea") || strings.Contains(err.Error(), "Secret to")) {
				t.Errorf("it tells too much: %v", err)
			}
		})
	}
}

// pemOf returns a private key in PEM, and its public one in DER in Base64.
func pemOf(t testing.TB, private any, public any) (string, string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	open, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), base64.StdEncoding.EncodeToString(open)
}

// TestPublicKeys signs by private keys, and checks by public ones in every form they may have.
func TestPublicKeys(t *testing.T) {
	edPublic, edPrivate, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edPEM, edDER := pemOf(t, edPrivate, edPublic)
	ecPEM, ecDER := pemOf(t, ec, &ec.PublicKey)
	asPEM := func(der string) string {
		raw, _ := base64.StdEncoding.DecodeString(der)
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: raw}))
	}
	tests := []struct {
		name, private string
		scheme        Scheme
		publics       []string
	}{
		{
			"Ed25519", edPEM,
			Scheme{Header: "X-Signature-Ed25519", Algorithm: Ed25519, Payload: "{timestamp}{body}", TimestampHeader: "X-Signature-Timestamp"},
			[]string{hex.EncodeToString(edPublic), base64.StdEncoding.EncodeToString(edPublic), edDER, asPEM(edDER)},
		},
		{
			"ECDSA", ecPEM,
			Scheme{Header: "X-Signature", Algorithm: ECDSA, Encoding: Base64, Payload: "{timestamp}{body}", TimestampHeader: "X-Signature-Timestamp"},
			[]string{ecDER, asPEM(ecDER)},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := vector{scheme: test.scheme, body: `{"type":1}`, seconds: 1700000000}
			for i, public := range test.publics {
				verifier, m := v.verifier(t, public), v.message()
				if err := verifier.Form().Sign(m, []byte(v.body), test.private, v.now()); err != nil {
					t.Fatal(err)
				}
				if err := check(verifier, m, v.body, 3, v.now()); err != nil {
					t.Errorf("the public key in form %d: %v", i, err)
				}
				if err := check(verifier, m, v.body+" ", 3, v.now()); !errors.Is(err, ErrWrong) {
					t.Errorf("another body: %v", err)
				}
			}
			form := v.verifier(t, test.publics[0]).Form()
			for _, secret := range []string{"", "text", hex.EncodeToString([]byte("short")), test.private, "\x00"} {
				if _, err := form.With(secret); err == nil {
					t.Errorf("%q is taken as a public key", secret)
				} else if len(secret) > 10 && strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows the secret")
				}
			}
		})
	}
	form, err := Scheme{Header: "X", Algorithm: ECDSA}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := form.With(edDER); err == nil {
		t.Error("a key of Ed25519 is taken for one of ECDSA")
	}
	if err := form.Sign(&Message{Header: http.Header{}}, nil, edPEM, time.Unix(0, 0)); err == nil {
		t.Error("ECDSA signs by a key of Ed25519")
	}
}

// TestPlain compares tokens.
func TestPlain(t *testing.T) {
	v := vector{scheme: Scheme{Header: "X-Gitlab-Token", Algorithm: Plain}}
	verifier := v.verifier(t, "old token", "tökens")
	for text, want := range map[string]error{"tökens": nil, "old token": nil, "tökens2": ErrWrong, "töken": ErrWrong, "Tökens": ErrWrong, "": ErrMissing} {
		v.header = map[string]string{"X-Gitlab-Token": text}
		if err := check(verifier, v.message(), "body", 1, v.now()); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
	const want = "the secret has fewer than 6 characters: PLAIN sends it as it is, and logs cannot hide so short a one"
	if _, err := verifier.Form().With("old token", "töken"); err == nil || err.Error() != want {
		t.Errorf("a short one: %v", err)
	}
}

// TestParams signs the body of a form by its parameters, and any other body by its hash in the URL.
func TestParams(t *testing.T) {
	sum := sha256.Sum256([]byte(`{"a":1}`))
	hashed := "https://example.com/x?bodySHA256=" + hex.EncodeToString(sum[:])
	const form, json = "application/x-www-form-urlencoded; charset=utf-8", "application/json"
	tests := []struct {
		name, url, kind, signed, body string
		want                          error
	}{
		{"a form in another order", "https://example.com/x", form, "b=2&a=1", "a=1&b=2", nil},
		{"a value that stands twice counts once", "https://example.com/x", form, "a=1&a=1&a=0", "a=0&a=1", nil},
		{"another value", "https://example.com/x", form, "a=1", "a=2", ErrWrong},
		{"no body", "https://example.com/x", json, "", "", nil},
		{"JSON whose hash is in the URL", hashed, json, `{"a":1}`, `{"a":1}`, nil},
		{"JSON with another hash", hashed, json, `{"a":1}`, `{"a":2}`, ErrWrong},
		{"JSON without a hash", "https://example.com/x", json, "", `{"a":1}`, ErrWrong},
		{"JSON that nobody signed", "https://example.com/x?bodySHA256=00", json, `{"a":1}`, `{"a":1}`, nil}, // the sender itself signs it so
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := vector{scheme: vectors[3].scheme, url: test.url, header: map[string]string{"Content-Type": test.kind}}
			verifier, m := v.verifier(t, "secret"), v.message()
			if err := verifier.Form().Sign(m, []byte(test.signed), "secret", v.now()); err != nil {
				t.Fatal(err)
			}
			if err := check(verifier, m, test.body, 2, v.now()); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// TestTimes reads the forms that times of signatures have.
func TestTimes(t *testing.T) {
	want := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	for text, ok := range map[string]bool{
		"1700000000": true, "1700000000000": true, "2023-11-14T22:13:20Z": true, "2023-11-14T23:13:20.000+01:00": true,
		"": false, "yesterday": false, "1700000000.5": false, "99999999999999999999": false,
	} {
		if got, read := parseTime(text); read != ok || ok && !got.Equal(want) {
			t.Errorf("%q is %v, %v", text, got, read)
		}
	}
}

// TestTimeForms signs with the times of each form, in a header and in the body.
func TestTimeForms(t *testing.T) {
	at := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC)
	for _, test := range []struct {
		form         TimeForm
		header, body string
	}{
		{Seconds, "1700000000", `{"at":1700000000}`},
		{Milliseconds, "1700000000000", `{"at":1700000000000}`},
		{RFC3339, "2023-11-14T22:13:20Z", `{"at":"2023-11-14T22:13:20Z"}`},
	} {
		for _, scheme := range []Scheme{
			{Header: "X", TimestampHeader: "At", Payload: "{timestamp}{body}", TimeForm: test.form},
			{Header: "X", TimestampMember: "at", TimeForm: test.form},
		} {
			form, err := scheme.Compile()
			if err != nil {
				t.Fatal(err)
			}
			m := &Message{Header: http.Header{}}
			body, err := form.SignBody(m, []byte("{}"), "secret", at)
			if err != nil {
				t.Fatal(err)
			}
			if scheme.TimestampHeader != "" && m.Header.Get("At") != test.header || scheme.TimestampMember != "" && string(body) != test.body {
				t.Errorf("%s: %v, %s", test.form, m.Header, body)
			}
		}
	}
}

// FuzzCheck gives a check headers and bodies of any form: none is right, and nothing else happens.
func FuzzCheck(f *testing.F) {
	for i := range vectors {
		f.Add(i, vectors[i].header[vectors[i].scheme.Header], vectors[i].header[vectors[i].scheme.TimestampHeader], vectors[i].body)
	}
	f.Add(2, "v1,=,v1", "", "v1 v1, ,")
	f.Fuzz(func(t *testing.T, which int, signature, timestamp, body string) {
		v := vectors[uint(which)%uint(len(vectors))]
		m := v.message()
		m.Header.Set(v.scheme.Header, signature)
		if v.scheme.TimestampHeader != "" {
			m.Header.Set(v.scheme.TimestampHeader, timestamp)
		}
		if err := check(v.verifier(t, "nobodyKnowsThis0"), m, body, 3, v.now()); err == nil {
			t.Errorf("%q is right for %q", signature, body)
		}
	})
}
