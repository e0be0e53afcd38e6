package signature

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// memberOf looks up members of a body as a receiver does.
func memberOf(t *testing.T, body []byte) func(string) string {
	t.Helper()
	var root any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		t.Fatal(err)
	}
	return func(path string) string {
		v := root
		for name := range strings.SplitSeq(path, ".") {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		switch v := v.(type) {
		case string:
			return v
		case json.Number:
			return v.String()
		default:
			return ""
		}
	}
}

// TestMembers signs requests that have a part of their signature in the body, and checks them whole and with one thing changed.
func TestMembers(t *testing.T) {
	now := time.Unix(1_770_920_772, 0)
	mailgun := Scheme{
		SignatureMember: "signature.signature", TimestampMember: "signature.timestamp", IDMember: "signature.token", Payload: "{timestamp}{id}", Bodiless: true,
	}
	linear := Scheme{Header: "Linear-Signature", TimestampMember: "webhookTimestamp"}
	tests := []struct {
		name, body string
		scheme     Scheme
		change     func(text string) string // of the signed body
		late       time.Duration
		want       error
	}{
		{name: "all in the body", scheme: mailgun, body: `{"event-data":{"a":"<ü>","n":12345678901234567890}}`},
		{name: "beside others", scheme: mailgun, body: `{"signature":{"other":1}}`},
		{name: "in time", scheme: mailgun, body: `{}`, late: 5 * time.Minute},
		{name: "too late", scheme: mailgun, body: `{}`, late: 5*time.Minute + time.Second, want: ErrTime},
		{name: "another signature", scheme: mailgun, body: `{}`, change: func(s string) string { return strings.Replace(s, `"signature":"`, `"signature":"00`, 1) }, want: ErrWrong},
		{name: "another time", scheme: mailgun, body: `{}`, change: func(s string) string { return strings.Replace(s, "1770920772", "1770920773", 1) }, want: ErrWrong},
		{name: "another token", scheme: mailgun, body: `{}`, change: func(s string) string { return strings.Replace(s, `"token":"`, `"token":"x`, 1) }, want: ErrWrong},
		{name: "no signature", scheme: mailgun, body: `{}`, change: func(s string) string { return strings.Replace(s, `"signature":"`, `"other":"`, 1) }, want: ErrMissing},
		{name: "no token", scheme: mailgun, body: `{}`, change: func(s string) string { return strings.Replace(s, `"token"`, `"other"`, 1) }, want: ErrMissing},
		{name: "no time", scheme: mailgun, body: `{}`, change: func(s string) string { return strings.Replace(s, `"timestamp"`, `"other"`, 1) }, want: ErrMissing},
		{name: "an empty signature", scheme: mailgun, body: `{"signature":{}}`, change: func(string) string { return `{"signature":{"signature":"","timestamp":1,"token":"t"}}` }, want: ErrMissing},
		{name: "no hex", scheme: mailgun, body: `{}`, change: func(string) string { return `{"signature":{"signature":"xy","timestamp":1,"token":"t"}}` }, want: ErrMalformed},

		{name: "the time in a body that is signed", scheme: linear, body: `{"a":1}`},
		{name: "a time that is there", scheme: linear, body: ` {"webhookTimestamp" : 1770920772000} `},
		{name: "an old one", scheme: linear, body: `{"webhookTimestamp":1770920000000}`, want: ErrTime},
		{name: "one that is none", scheme: linear, body: `{"webhookTimestamp":"yesterday"}`, want: ErrMalformed},
		{name: "a later one than was signed", scheme: linear, body: `{}`, change: func(s string) string { return strings.Replace(s, "1770920772", "1770920773", 1) }, want: ErrWrong},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			form, err := test.scheme.Compile()
			if err != nil {
				t.Fatal(err)
			}
			m := &Message{Method: "POST", Header: http.Header{}}
			body, err := form.SignBody(m, []byte(test.body), "secret", now)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(test.body, " ") && string(body) != test.body {
				t.Errorf("the body became %s", body)
			}
			if test.change != nil {
				changed := test.change(string(body))
				if changed == string(body) {
					t.Fatalf("nothing is changed in %s", body)
				}
				body = []byte(changed)
			}
			v, err := form.With("secret")
			if err != nil {
				t.Fatal(err)
			}
			m.Member = memberOf(t, body)
			c := v.Begin(m)
			_, _ = c.Write(body)
			if err := c.End(nil, now.Add(test.late)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v, of %s", err, test.want, body)
			}
		})
	}
	form, _ := mailgun.Compile()
	for _, body := range []string{"", "[]", "null", "text", "{} x", `{"signature":1}`, `{"signature":{"token":[]}}`, `{"signature":{"timestamp":true}}`} {
		if _, err := form.SignBody(&Message{Header: http.Header{}}, []byte(body), "secret", now); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", body, err)
		}
	}
	if err := form.Sign(&Message{Header: http.Header{}}, nil, "secret", now); err == nil {
		t.Error("a signature for the body is put into a header")
	}
}

// FuzzSignBody signs bodies of any form: what it signs is never wrong, and it takes nothing but objects.
func FuzzSignBody(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"signature":{"token":"t","timestamp":"1770920772"},"event-data":{}}`, `{"signature":{"signature":null,"timestamp":1e3}}`, `{"signature":[]}`,
		`{"signature":{"token":"a","token":"b"},"signature":{"token":"c"}}`, `[]`, `{"a":"\ud800"}`, `{"signature":{"token":{"a":1}}}`, ``, ` {"a":1} x`,
	} {
		f.Add(body)
	}
	form, err := Scheme{
		SignatureMember: "signature.signature", TimestampMember: "signature.timestamp", IDMember: "signature.token", Payload: "{timestamp}{id}", Bodiless: true,
	}.Compile()
	if err != nil {
		f.Fatal(err)
	}
	v, err := form.With("secret")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		now := time.Unix(1_770_920_772, 0)
		m := &Message{Method: "POST", Header: http.Header{}}
		signed, err := form.SignBody(m, []byte(body), "secret", now)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		m.Member = memberOf(t, signed)
		if err := v.Begin(m).End(nil, now); errors.Is(err, ErrWrong) {
			t.Errorf("%s: %v", signed, err)
		}
	})
}
