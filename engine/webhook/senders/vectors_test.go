package senders

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// sdkVector is a request that an official library of a sender has signed, or takes as signed; tests/senders/run makes them.
type sdkVector struct {
	Sender  string            `json:"sender"`
	By      string            `json:"by"` // the library, with its version
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Time    int64             `json:"time"` // seconds since 1970
	Secret  string            `json:"secret"`
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers"`

	Certificate string `json:"certificate"` // in PEM, of SNS
}

// published are signatures in the documentation of senders.
var published = []sdkVector{
	{
		Sender: "bitbucket", By: "the documentation@", Method: "POST", Secret: "It's a Secret to Everybody", Body: "Hello World!",
		Headers: map[string]string{"X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"},
	},
	{
		Sender: "box", By: "the vector in its tests@", Method: "POST", Secret: "SamplePrimaryKey", Time: 1577862000,
		Body: `{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}`,
		Headers: map[string]string{
			"Box-Delivery-Id": "f96bb54b-ee16-4fc5-aa65-8c2d9e5b546f", "Box-Delivery-Timestamp": "2020-01-01T00:00:00-07:00",
			"Box-Signature-Primary": "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=",
		},
	},
	{
		Sender: "github", By: "the documentation@", Method: "POST", Secret: "It's a Secret to Everybody", Body: "Hello, World!",
		Headers: map[string]string{"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
	},
}

func (v *sdkVector) message() *signature.Message {
	m := &signature.Message{Method: v.Method, Header: http.Header{}, URL: func() string { return v.URL }}
	m.Certificate = func(string) (*x509.Certificate, error) {
		block, _ := pem.Decode([]byte(v.Certificate))
		return x509.ParseCertificate(block.Bytes)
	}
	for name, text := range v.Headers {
		m.Header.Set(name, text)
	}
	return m
}

// memberOf looks up a member of a JSON body; "" without it.
func memberOf(body, path string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return ""
	}
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func sdkVectors(t *testing.T) []sdkVector {
	t.Helper()
	file, err := os.Open("testdata/vectors.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []sdkVector
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v sdkVector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// TestSDKs checks requests that libraries of the senders signed by the rows of the table, and that a row says which library that was. What is
// signed here by a shared secret is, letter by letter, what they take.
func TestSDKs(t *testing.T) {
	var seen []string
	for _, v := range append(sdkVectors(t), published...) {
		t.Run(v.Sender, func(t *testing.T) {
			seen = append(seen, v.Sender)
			s := ByName(v.Sender)
			if s == nil {
				t.Fatal("there is no such sender")
			}
			if library := v.By[:strings.LastIndexByte(v.By, '@')]; !strings.Contains(s.Proof, library) {
				t.Errorf("the row does not name %s as its proof", library)
			}
			form, err := s.Signature.Compile()
			if err != nil {
				t.Fatal(err)
			}
			verifier, err := form.With(v.Secret)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Unix(v.Time, 0)
			check := func(body string) error {
				m := v.message()
				m.Member = func(path string) string { return memberOf(body, path) }
				c := verifier.Begin(m)
				_, _ = c.Write([]byte(body))
				return c.End([]byte(body), at)
			}
			if err := check(v.Body); err != nil {
				t.Error(err)
			}
			other := v.Body[1:]
			if s.Signature.Algorithm == signature.SNS {
				other = strings.Replace(v.Body, `"Message":"`, `"Message":"x`, 1)
			}
			if err := check(other); err == nil {
				t.Error("another body is taken")
			}
			if slices.Contains([]signature.Algorithm{signature.Ed25519, signature.ECDSA, signature.SNS}, s.Signature.Algorithm) {
				return // by a key that is not here
			}
			if member := s.Signature.SignatureMember; member != "" {
				want := memberOf(v.Body, member)
				body, err := form.SignBody(v.message(), []byte(strings.Replace(v.Body, want, "", 1)), v.Secret, at)
				if got := memberOf(string(body), member); got != want || err != nil {
					t.Errorf("signed here it is %q, there %q, %v", got, want, err)
				}
				return
			}
			m := v.message()
			want := m.Header.Get(s.Signature.Header)
			m.Header.Del(s.Signature.Header)
			if err := form.Sign(m, []byte(v.Body), v.Secret, at); err != nil {
				t.Fatal(err)
			}
			if got := m.Header.Get(s.Signature.Header); got != want {
				t.Errorf("signed here it is %q, there %q", got, want)
			}
		})
	}
	for _, name := range Names() {
		s := ByName(name)
		if names := strings.Contains(s.Proof, "of npm") || strings.Contains(s.Proof, "of PyPI"); names && !slices.Contains(seen, name) {
			t.Errorf("%s names a library as its proof, and no signature of it is here", name)
		}
	}
}
