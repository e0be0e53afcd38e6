package webhook

import (
	"errors"
	"net/http"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestDeliveryVariables(t *testing.T) {
	form := http.Header{"Content-Type": {"Application/X-WWW-Form-Urlencoded; charset=utf-8"}}
	tests := []struct {
		name                string
		method, query, body string
		header              http.Header
		want                string
	}{
		{"GET", "GET", "", "", nil, `{"headers":{"Host":["h"]},"parameters":{}}`},
		{"GET has no body", "GET", "", `{"a":1}`, nil, `{"headers":{"Host":["h"]},"parameters":{}}`},
		{"GET has no form", "GET", "", `a=1`, form, `{"headers":{"Content-Type":["Application/X-WWW-Form-Urlencoded; charset=utf-8"],"Host":["h"]},"parameters":{}}`},
		{"POST", "POST", "x=1", `{"a":1}`, nil, `{"body":{"a":1},"headers":{"Host":["h"]},"parameters":{"x":["1"]}}`},
		{"PUT of text", "PUT", "", `a"b`, nil, `{"body":"a\"b","headers":{"Host":["h"]},"parameters":{}}`},
		{"POST without body", "POST", "", "", form, `{"headers":{"Content-Type":["Application/X-WWW-Form-Urlencoded; charset=utf-8"],"Host":["h"]},"parameters":{}}`},
		{"form behind a byte order mark", "POST", "", "\ufeffa=1", form, `{"body":"a=1","headers":{"Content-Type":["Application/X-WWW-Form-Urlencoded; charset=utf-8"],"Host":["h"]},"parameters":{},"formFields":{"a":["1"]}}`},
		{"form", "POST", "", "b=1&a=x+y&b=2", form, `{"body":"b=1&a=x+y&b=2","headers":{"Content-Type":["Application/X-WWW-Form-Urlencoded; charset=utf-8"],"Host":["h"]},"parameters":{},"formFields":{"b":["1","2"],"a":["x y"]}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := post(test.body)
			r.Method, r.RawQuery, r.Header, r.Host = test.method, test.query, test.header, "h"
			d, err := Receive(r, 100)
			if err != nil {
				t.Fatal(err)
			}
			if got := jsonOf(d.Trigger()); got != test.want {
				t.Errorf("expressions see %s\nwant %s", got, test.want)
			}
			if got := string(d.Variables()); got != test.want {
				t.Errorf("variables are %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestReceiveReadsOnlyWhatItMust(t *testing.T) {
	tests := []struct {
		name, method string
		length       int64
		want         bool
	}{
		{"GET", "GET", 5, false},
		{"GET of unknown length", "GET", -1, false},
		{"POST", "POST", 5, true},
		{"POST of unknown length", "POST", -1, true},
		{"POST of nothing", "POST", 0, false},
		{"PUT of exactly the limit", "PUT", 10, true},
		{"POST that declares to be too long", "POST", 11, false},
	}
	for _, test := range tests {
		read := 0
		_, err := Receive(&Request{Method: test.method, ContentLength: test.length, ReadBody: func(limit int64) ([]byte, error) {
			if read++; limit != 10 {
				t.Errorf("%s: asked for at most %d bytes", test.name, limit)
			}
			return []byte("hello"), nil
		}}, 10)
		if (read == 1) != test.want || read > 1 {
			t.Errorf("%s: read %d times", test.name, read)
		}
		if refused := new(BodyError); errors.As(err, &refused) != (test.length > 10) || test.length > 10 && refused.Status != 413 {
			t.Errorf("%s: error is %v", test.name, err)
		}
	}
}

func TestReceivePassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	_, err := Receive(&Request{Method: "POST", ContentLength: -1, ReadBody: func(int64) ([]byte, error) { return []byte("half"), broken }}, 10)
	if !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestDeliveryIsBuiltOnce(t *testing.T) {
	d, err := Receive(post(`{"a":{"b":1}}`), 100)
	if err != nil {
		t.Fatal(err)
	}
	trigger, again := d.Trigger(), d.Trigger()
	first, _ := trigger.Get("body")
	second, _ := again.Get("body")
	if trigger != again || first.Map() != second.Map() {
		t.Error("the variables are built again")
	}
	if first.Kind() != value.KindMap {
		t.Errorf("body is %v", first)
	}
}

// TestSize sees that a body of many short values counts as what its tree takes, and a text as its copies.
func TestSize(t *testing.T) {
	for text, want := range map[string]int64{"abc": 3 * textCopies, "[1,2,3": 6 * textCopies, "[1,2,3]": 7*textCopies + 4*valueBytes + containerBytes, "{}": 2*textCopies + 2*valueBytes + containerBytes} {
		r := &Request{
			Method: http.MethodPost, Header: http.Header{}, ContentLength: int64(len(text)),
			ReadBody: func(int64) ([]byte, error) { return []byte(text), nil },
		}
		d, err := Receive(r, 100)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Size(); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}
