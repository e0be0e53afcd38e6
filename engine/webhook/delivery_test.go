package webhook

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
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
			d, err := Receive(r, 100, new(ledger))
			if err != nil {
				t.Fatal(err)
			}
			if got := jsonOf(d.Trigger()); got != test.want {
				t.Errorf("expressions see %s\nwant %s", got, test.want)
			}
			if got, err := d.Variables(nil); err != nil || string(got) != test.want {
				t.Errorf("variables are %s, %v\nwant %s", got, err, test.want)
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
		_, err := Receive(&Request{Method: test.method, ContentLength: test.length, ReadBody: func(limit int64, _ Account) ([]byte, error) {
			if read++; limit != 10 {
				t.Errorf("%s: asked for at most %d bytes", test.name, limit)
			}
			return []byte("hello"), nil
		}}, 10, new(ledger))
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
	_, err := Receive(&Request{Method: "POST", ContentLength: -1, ReadBody: func(int64, Account) ([]byte, error) { return []byte("half"), broken }}, 10, new(ledger))
	if !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

func TestDeliveryIsBuiltOnce(t *testing.T) {
	d, err := Receive(post(`{"a":{"b":1}}`), 100, new(ledger))
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

// ledger is an account that writes down what was taken.
type ledger struct {
	taken, most, limit int64 // limit 0: none
	refused            int
}

var errLedger = errors.New("nothing left")

func (l *ledger) Take(bytes int64) error {
	if l.limit > 0 && l.taken+bytes > l.limit {
		l.refused++
		return errLedger
	}
	l.taken += bytes
	l.most = max(l.most, l.taken)
	return nil
}

func (l *ledger) Give(bytes int64) { l.taken -= bytes }

// TestDeliveryTakesMemory checks that a delivery takes about what it holds: a text once, a tree when it is read, and
// nothing for parts that nobody reads.
func TestDeliveryTakesMemory(t *testing.T) {
	text := func(s string) []byte { return append(make([]byte, 0, len(s)), s...) }
	tests := []struct {
		name, contentType, query, body string
		read                           string // the part that is read
		least, most                    int64  // bytes for it
	}{
		{"nothing is read", "", "", `{"a":1}`, "", 0, 0},
		{"a text is shared", "", "", strings.Repeat("x", 1000), "body", 0, 0},
		{"a tree of short values", "", "", "[" + strings.Repeat("1,", 999) + "1]", "body", 1000 * 24, 1000 * 40},
		{"a tree of lists", "", "", "[" + strings.Repeat("[],", 999) + "[]]", "body", 1000 * 96, 1000 * 130},
		{"form fields", "application/x-www-form-urlencoded", "", strings.Repeat("a&", 1000), "formFields", 1000 * 24, 1000 * 400},
		{"parameters", "", strings.Repeat("a&", 1000), "", "parameters", 1000 * 24, 1000 * 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := post(test.body)
			r.RawQuery = test.query
			r.Header = http.Header{"Content-Type": {test.contentType}}
			r.ReadBody = func(_ int64, account Account) ([]byte, error) {
				return text(test.body), account.Take(int64(len(test.body)))
			}
			var l ledger
			d, err := Receive(r, 1<<20, &l)
			if err != nil {
				t.Fatal(err)
			}
			before := l.taken
			d.Trigger().Get(test.read)
			if taken := l.taken - before; taken < test.least || taken > test.most {
				t.Errorf("%d bytes were taken for it", taken)
			}
			d.Trigger().Get(test.read) // once
			d.Drop()
			if l.taken != before {
				t.Errorf("%d bytes are left of it", l.taken-before)
			}
			l.limit = l.taken + max(1, test.least/2)
			if v, _ := d.Trigger().Get(test.read); test.least > 0 && (!v.IsNull() || l.refused != 1) {
				t.Errorf("without memory it is %.40s, and %d were refused", v, l.refused)
			}
			d.Drop()
			l.limit = 0
			if v, _ := d.Trigger().Get(test.read); test.read != "" && v.IsNull() {
				t.Error("with memory again it is still missing")
			}
		})
	}
}

// TestVariablesTakeMemory checks that the text of the variables takes as many bytes from the account as it has.
func TestVariablesTakeMemory(t *testing.T) {
	for _, body := range []string{`{"a":1}`, strings.Repeat("\x01", 1000), `["\ud800"]`} {
		var l ledger
		d, err := Receive(post(body), 1<<20, &l)
		if err != nil {
			t.Fatal(err)
		}
		before := l.taken
		variables, err := d.Variables(nil)
		if err != nil {
			t.Fatal(err)
		}
		if l.taken-before < int64(len(variables)) {
			t.Errorf("%d bytes were taken for %d", l.taken-before, len(variables))
		}
		l.limit = l.taken
		if _, err := d.Variables(nil); !errors.Is(err, errLedger) {
			t.Errorf("without memory: %v", err)
		}
	}
}

// TestDropOfAWalkedTrigger checks that Drop gives nothing back once somebody has walked over the trigger: he may still hold all of
// its parts.
func TestDropOfAWalkedTrigger(t *testing.T) {
	var l ledger
	d, err := Receive(post(`[1,2,3]`), 1<<20, &l)
	if err != nil {
		t.Fatal(err)
	}
	body := d.Trigger().At(0)
	taken := l.taken
	d.Drop()
	if again, _ := d.Trigger().Get("body"); l.taken != taken || again.List() != body.List() {
		t.Errorf("of %d bytes %d are left, the body is %v", taken, l.taken, again)
	}
}

// TestDecodeVariables checks that the text of the variables gives the variables back, also when the body is as deep as a value may
// be.
func TestDecodeVariables(t *testing.T) {
	deep := strings.Repeat("[", value.MaxDepth) + strings.Repeat("]", value.MaxDepth)
	for _, body := range []string{"", "text", `{"a":[1,null]}`, deep} {
		r := post(body)
		r.Header = http.Header{"X-A": {"1"}}
		d, err := Receive(r, 1<<20, new(ledger))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := d.Variables(nil)
		if err != nil {
			t.Fatal(err)
		}
		loaded := DecodeVariables(execution.Datum{JSON: kept})
		if got := jsonOf(loaded); got != string(kept) {
			t.Errorf("%.60s comes back as %.60s", kept, got)
		}
		headers, _ := loaded.Get("headers")
		if !headers.Map().Has("x-a") {
			t.Errorf("the header X-A is not found in %v", headers)
		}
	}
}
