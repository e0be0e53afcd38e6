package senders

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// at returns the text at a place of a sample.
func (s *Sample) at(t *testing.T, p Place) string {
	t.Helper()
	parse := func(text string) url.Values {
		values, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	switch {
	case p.Header != "":
		return s.Header.Get(p.Header)
	case p.Parameter != "":
		return parse(s.Query).Get(p.Parameter)
	case p.Field != "":
		return parse(string(s.Body)).Get(p.Field)
	case p.Member != "":
		v, err := value.DecodeJSON(s.Body)
		if err != nil {
			t.Fatalf("%v: %s", err, s.Body)
		}
		for name := range strings.SplitSeq(p.Member, ".") {
			v = child(v, name)
		}
		if v.IsNull() {
			return ""
		}
		return value.Text(v)
	default:
		return ""
	}
}

// TestSamples checks that samples have their event and id where the table says, whatever the event, and are no handshake.
func TestSamples(t *testing.T) {
	for _, name := range Names() {
		s := ByName(name)
		events := append(s.Events(), "")
		if s.Event != (Place{}) {
			events = append(events, "another.event")
		} else if _, err := s.Sample("another.event", "1"); err == nil {
			t.Errorf("%s has a sample of an event", name)
		}
		for _, event := range events {
			sample, err := s.Sample(event, "some-id")
			if err != nil {
				t.Errorf("%s %q: %v", name, event, err)
				continue
			}
			if event == "" && s.Event != (Place{}) {
				event = append(s.Events(), "example")[0]
			}
			if got := sample.at(t, s.Event); got != event || sample.Event != event {
				t.Errorf("%s: the event %q is %q, and said to be %q", name, event, got, sample.Event)
			}
			if got := sample.at(t, s.DeliveryID); got != sample.DeliveryID || (got == "") != (s.DeliveryID == Place{}) {
				t.Errorf("%s: the id %q is %q", name, sample.DeliveryID, got)
			}
			for _, h := range s.Handshakes {
				if !slices.ContainsFunc(h.If, func(m Match) bool {
					text := sample.at(t, m.Place)
					return text == "" || m.Is != "" && m.Is != text
				}) {
					t.Errorf("%s: the sample is a handshake: %v", name, h)
				}
			}
		}
	}
	for name := range maps.Keys(samples) {
		if ByName(name) == nil {
			t.Errorf("there is a sample of %s, which is no sender", name)
		}
	}
}

// TestWith puts a text into values that have no room for it yet.
func TestWith(t *testing.T) {
	for _, test := range []struct{ value, path, want string }{
		{`{}`, "id", `{"id":"7"}`},
		{`{"id": 1, "b": 2}`, "id", `{"id":7,"b":2}`},
		{`{}`, "event.id", `{"event":{"id":"7"}}`},
		{`{}`, "0.id", `[{"id":"7"}]`},
		{`{}`, "value.0.id", `{"value":[{"id":"7"}]}`},
		{`[{"a": 1}, {"a": 2}]`, "0.a", `[{"a":7},{"a":2}]`},
		{`{"a": "text"}`, "a.b", `{"a":{"b":"7"}}`},
	} {
		v, err := value.DecodeJSON([]byte(test.value))
		if err != nil {
			t.Fatal(err)
		}
		if got := value.JSON(with(v, strings.Split(test.path, "."), "7")); got != test.want {
			t.Errorf("%s of %s: %s, want %s", test.path, test.value, got, test.want)
		}
	}
}
