package webhook

import (
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

func TestDeduplicateProperties(t *testing.T) {
	if d := oneTrigger(t, webhookFlow("f", "key: abc")).Deduplicate(); d != nil {
		t.Errorf("unasked: %+v", d)
	}
	for properties, want := range map[string]Deduplicate{
		"":                                {Window: 24 * time.Hour},
		", window: PT2H":                  {Window: 2 * time.Hour},
		", window: 90s, onFailed: answer": {Window: 90 * time.Second},
		", onFailed: run":                 {Window: 24 * time.Hour, RunFailed: true},
	} {
		trigger := oneTrigger(t, webhookFlow("f", "key: abc\ndeduplicate: {key: '{{ trigger.body }}'"+properties+"}"))
		if d := trigger.Deduplicate(); d.Window != want.Window || d.RunFailed != want.RunFailed || !trigger.Evaluates() {
			t.Errorf("%q: %+v", properties, d)
		}
	}
}

// TestDeliveryKey checks that keys differ whenever the flow, the trigger or the text does, however the parts may be cut.
func TestDeliveryKey(t *testing.T) {
	const text = "key: abc\ndeduplicate: {key: '{{ trigger.body }}'}"
	keyOf := func(trigger *Trigger, body value.Value) (execution.DeliveryKey, bool) {
		c := &pebble.Context{Vars: value.MapOf("trigger", value.MapOf("body", body)).Map()}
		key, ok, err := trigger.DeliveryKey(c)
		if err != nil {
			t.Fatal(err)
		}
		return key, ok
	}
	f, ff := oneTrigger(t, webhookFlow("f", text)), oneTrigger(t, webhookFlow("ff", text))
	seen := map[execution.DeliveryKey]string{}
	for name, of := range map[string]struct {
		trigger *Trigger
		body    string
	}{
		"a": {f, "a"}, "b": {f, "b"}, "A": {f, "A"}, "hooka": {f, "hooka"}, "ff": {ff, "a"}, "an inner blank": {f, "a a"}, "long": {f, string(make([]byte, 1<<20)) + "x"},
	} {
		key, ok := keyOf(of.trigger, value.String(of.body))
		if !ok || seen[key] != "" {
			t.Errorf("%s: %v, as %s", name, ok, seen[key])
		}
		seen[key] = name
	}
	if key, ok := keyOf(f, value.String(" a\n")); !ok || seen[key] != "a" {
		t.Errorf("with blanks around it: %v, as %s", ok, seen[key])
	}
	if key, ok := keyOf(oneTrigger(t, webhookFlow("f", text)), value.String("a")); !ok || seen[key] != "a" {
		t.Errorf("of the same trigger, loaded again: %v, as %s", ok, seen[key])
	}
	for _, nothing := range []value.Value{value.Null, value.String(""), value.String("\t ")} {
		if _, ok := keyOf(f, nothing); ok {
			t.Errorf("%v is a key", nothing)
		}
	}
}

// TestWindowOfSignedDeliveries warns of a window that ends while the signature of a delivery still counts.
func TestWindowOfSignedDeliveries(t *testing.T) {
	for properties, want := range map[string]string{
		"sender: mailgun\nsecret: s\ndeduplicate: {window: PT1H}":                                            "the window is shorter than the 8h0m0s for which a signature counts, so whoever has seen a request can send it again",
		"sender: mailgun\nsecret: s\ndeduplicate: {window: PT8H}":                                            "",
		"sender: mailgun\nsecret: s":                                                                         "",
		"sender: slack\nsecret: s\ndeduplicate: {window: PT1M}":                                              "the window is shorter than the 5m0s for which a signature counts, so whoever has seen a request can send it again",
		"sender: slack\nsecret: s\nsignature: {tolerance: PT30S}\ndeduplicate: {window: PT1M}":               "",
		"sender: linear\nsecret: s\ndeduplicate: {window: PT1M}":                                             "", // its id is not signed
		"sender: eventbridge\ndeduplicate: {window: PT1M}":                                                   "",
		"sender: mailgun\nsecret: s\ndeduplicate: {window: PT1M, key: \"{{ trigger.body['event-data'] }}\"}": "",
	} {
		_, found := loadFlows(t, webhookFlow("f", "key: abcdefghijklmnop\n"+properties))
		got := ""
		for _, d := range found {
			if strings.HasSuffix(d.Path, "deduplicate") {
				got += d.Message
			}
		}
		if got != want || found.Err() != nil {
			t.Errorf("%s: %v, want %q", properties, found, want)
		}
	}
}
