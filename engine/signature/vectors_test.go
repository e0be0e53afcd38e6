package signature

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// vector is a signature that others have made, with how they sign.
type vector struct {
	name    string
	source  string // where it is published
	scheme  Scheme
	secret  string
	url     string
	header  map[string]string
	body    string
	seconds int64 // the time of the signature; 0: it has none
}

var vectors = []vector{
	{
		name:   "GitHub",
		source: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
		scheme: Scheme{Header: "X-Hub-Signature-256", Prefix: "sha256="},
		secret: "It's a Secret to Everybody",
		header: map[string]string{"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		body:   "Hello, World!",
	},
	{
		name:   "Slack",
		source: "https://api.slack.com/authentication/verifying-requests-from-slack",
		scheme: Scheme{Header: "X-Slack-Signature", Prefix: "v0=", Payload: "v0:{timestamp}:{body}", TimestampHeader: "X-Slack-Request-Timestamp"},
		secret: "8f742231b10e8888abcd99yyyzzz85a5",
		header: map[string]string{
			"X-Slack-Signature":         "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
			"X-Slack-Request-Timestamp": "1531420618",
		},
		body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
			"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
			"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
			"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
		seconds: 1531420618,
	},
	{
		name:   "Standard Webhooks",
		source: "https://github.com/standard-webhooks/standard-webhooks, libraries/go/webhook_test.go",
		scheme: Scheme{
			Header: "Webhook-Signature", Separator: " ", Versions: []string{"v1"}, Encoding: Base64, Payload: "{id}.{timestamp}.{body}",
			TimestampHeader: "Webhook-Timestamp", IDHeader: "Webhook-Id", SecretEncoding: Base64, SecretPrefix: "whsec_",
		},
		secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		header: map[string]string{
			"Webhook-Id":        "msg_p5jXN8AQM9LWM0D4loKWxJek",
			"Webhook-Timestamp": "1614265330",
			"Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		body:    `{"test": 2432232314}`,
		seconds: 1614265330,
	},
	{
		name:   "Twilio",
		source: "https://www.twilio.com/docs/usage/security, and the tests of Twilio's own libraries",
		scheme: Scheme{Header: "X-Twilio-Signature", Algorithm: SHA1, Encoding: Base64, Payload: "{url}{params}"},
		secret: "12345",
		url:    "https://mycompany.com/myapp.php?foo=1&bar=2",
		header: map[string]string{"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "Content-Type": "application/x-www-form-urlencoded"},
		body: url.Values{
			"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"},
		}.Encode(),
	},
}

func (v *vector) message() *Message {
	m := &Message{Method: http.MethodPost, Header: http.Header{}, URL: func() string { return v.url }}
	for name, text := range v.header {
		m.Header.Set(name, text)
	}
	return m
}

func (v *vector) now() time.Time { return time.Unix(v.seconds, 0) }

// verifier returns what checks the vector by secrets.
func (v *vector) verifier(t testing.TB, secrets ...string) *Verifier {
	t.Helper()
	form, err := v.scheme.Compile()
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := form.With(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// check gives a body to a check in pieces.
func check(v *Verifier, m *Message, body string, piece int, now time.Time) error {
	c := v.Begin(m)
	for at := 0; at < len(body); at += piece {
		_, _ = c.Write([]byte(body[at:min(at+piece, len(body))]))
	}
	return c.End([]byte(body), now)
}

// TestVectors checks published signatures, and makes the same ones.
func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			for _, piece := range []int{1, 7, 1 << 20} {
				if err := check(v.verifier(t, "another", v.secret), v.message(), v.body, piece, v.now()); err != nil {
					t.Errorf("in pieces of %d: %v", piece, err)
				}
			}
			made := v.message()
			made.Header.Del(v.scheme.Header)
			if name := v.scheme.TimestampHeader; name != "" {
				made.Header.Set(name, strconv.FormatInt(v.seconds, 10))
			}
			if err := v.verifier(t, v.secret).Form().Sign(made, []byte(v.body), v.secret, v.now()); err != nil {
				t.Fatal(err)
			}
			if got, want := made.Header.Get(v.scheme.Header), v.header[v.scheme.Header]; got != want {
				t.Errorf("made is %q, want %q", got, want)
			}
		})
	}
}
