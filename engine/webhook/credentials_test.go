package webhook

import (
	"net/http"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestHideCredentials(t *testing.T) {
	r := post(`{"a":1}`)
	r.Header = http.Header{"Authorization": {"Basic eA=="}, "Cookie": {"a=1; b=2"}, "Proxy-Authorization": {"x"}, "X-A": {"1"}}
	d, err := Receive(r, 100, new(ledger))
	if err != nil {
		t.Fatal(err)
	}
	before := d.Trigger()
	for _, name := range []string{"authorization", "cookie"} {
		if v, _ := headersOf(before).Get(name); v.List().At(0).Str() == Hidden {
			t.Errorf("%s is hidden from conditions", name)
		}
	}
	d.HideCredentials()
	const headers = `{"Authorization":["******"],"Cookie":["******","******"],"Proxy-Authorization":["******"],"X-A":["1"]}`
	if got, err := d.Variables(nil); err != nil || string(got) != `{"body":{"a":1},"headers":`+headers+`,"parameters":{}}` {
		t.Errorf("variables are %s (%v)", got, err)
	}
	after := headersOf(d.Trigger())
	for name, want := range map[string]string{"authorization": `["******"]`, "PROXY-Authorization": `["******"]`, "x-a": `["1"]`} {
		if v, _ := after.Get(name); value.JSON(v) != want {
			t.Errorf("%s is %s, want %s", name, value.JSON(v), want)
		}
	}
	if got := jsonOf(after); got != headers {
		t.Errorf("expressions see %s", got)
	}
}

// TestHideNoCredentials checks that a request without any costs nothing.
func TestHideNoCredentials(t *testing.T) {
	d, err := Receive(post(`{"a":1}`), 100, new(ledger))
	if err != nil {
		t.Fatal(err)
	}
	before := d.Trigger()
	if d.HideCredentials(); d.Trigger() != before {
		t.Error("the variable is made anew")
	}
}

func headersOf(trigger *value.Map) *value.Map {
	v, _ := trigger.Get("headers")
	return v.Map()
}
