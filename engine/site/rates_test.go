package site

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// limitedTrigger returns the trigger of a flow that takes so many requests in a window.
func limitedTrigger(t testing.TB, id string, limit int, window string) *webhook.Trigger {
	t.Helper()
	catalog, err := flow.NewCatalog(append(webhook.Specs(), flow.Spec{
		Kind: flow.KindTask, Type: "test.Nothing", Compile: func(*flow.Component) (any, error) { return struct{}{}, nil },
	})...)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("id: %s\nnamespace: n\ntasks: [{id: a, type: test.Nothing}]\ntriggers: [{id: w, type: %s, key: a, rateLimit: {limit: %d, window: %s}}]\n", id, webhook.Type, limit, window)
	set, found := flow.Load(catalog, flow.Options{}, []*flow.Source{flow.NewSource("test", []byte(text))})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	for trigger := range webhook.Triggers(set) {
		return trigger
	}
	t.Fatal("there is no trigger")
	return nil
}

// TestRates counts requests at times that the test says.
func TestRates(t *testing.T) {
	three := limitedTrigger(t, "three", 3, "PT30S")
	var r Rates
	begin := time.Unix(1_700_000_000, 0)
	for i, step := range []struct {
		at   time.Duration
		key  string
		wait time.Duration // 0: it is taken
	}{
		{0, "", 0},
		{0, "", 0},
		{0, "", 0},
		{0, "", 10 * time.Second}, // one is given back each ten seconds
		{4 * time.Second, "", 6 * time.Second},
		{4 * time.Second, "other", 0}, // counted apart
		{10 * time.Second, "", 0},
		{10 * time.Second, "", 10 * time.Second},
		{9 * time.Second, "", 10 * time.Second}, // a clock that is set back gives nothing
		{time.Hour, "", 0},
		{time.Hour, "", 0},
		{time.Hour, "", 0},
		{time.Hour, "", 10 * time.Second},
	} {
		wait, ok := r.Take(three, step.key, begin.Add(step.at))
		if wait = wait.Round(time.Millisecond); wait != step.wait || ok != (step.wait == 0) {
			t.Errorf("step %d: wait %v, %v; want %v", i, wait, ok, step.wait)
		}
	}
	if _, ok := r.Take(limitedTrigger(t, "three", 4, "PT30S"), "", begin.Add(time.Hour)); !ok {
		t.Error("a limit that was changed does not begin anew")
	}
	if wait, ok := r.Take(limitedTrigger(t, "three", 3, "PT30S"), "", begin.Add(time.Hour)); ok {
		t.Errorf("the same limit begins anew with the flow: %v", wait)
	}
}

// TestRatesForget makes up keys: those that were used last are still known, and what is known does not grow.
func TestRatesForget(t *testing.T) {
	one, other := limitedTrigger(t, "one", 1, "PT1H"), limitedTrigger(t, "other", 1, "PT1H")
	var r Rates
	now := time.Unix(1_700_000_000, 0)
	take := func(trigger *webhook.Trigger, key string) bool {
		_, ok := r.Take(trigger, key, now)
		return ok
	}
	take(other, "0")
	for i := range 2 * maxRateKeys {
		if !take(one, fmt.Sprint(i)) {
			t.Fatalf("%d is not taken", i)
		}
	}
	if take(one, fmt.Sprint(2*maxRateKeys-1)) || take(one, fmt.Sprint(maxRateKeys)) {
		t.Error("a key that was used lately is forgotten")
	}
	if !take(one, "0") {
		t.Error("what came first is still known")
	}
	if take(other, "0") {
		t.Error("another trigger's key is forgotten")
	}
	for name, k := range r.of {
		if len(k.buckets) > maxRateKeys || len(k.buckets) != k.used.Len() {
			t.Errorf("%v has %d keys, and %d in order", name, len(k.buckets), k.used.Len())
		}
	}
	long := make([]byte, 1<<20)
	if take(one, string(long)); take(one, string(long)+"x") {
		t.Error("more of a key counts than its bound")
	}
}

// BenchmarkRates is the cost of a rate limit and of an allow list for a request.
func BenchmarkRates(b *testing.B) {
	b.Run("rate", func(b *testing.B) {
		trigger := limitedTrigger(b, "one", 1_000_000, "PT1S")
		var r Rates
		now := time.Unix(1_700_000_000, 0)
		b.ReportAllocs()
		for b.Loop() {
			now = now.Add(time.Microsecond)
			if _, ok := r.Take(trigger, "key", now); !ok {
				b.Fatal("not taken")
			}
		}
	})
	b.Run("allow", func(b *testing.B) {
		var networks webhook.Networks
		for i := range 20 {
			networks = append(networks, netip.MustParsePrefix(fmt.Sprintf("10.%d.0.0/16", i)))
		}
		b.ReportAllocs()
		for b.Loop() {
			if !networks.Contain("10.19.3.4") {
				b.Fatal("not there")
			}
		}
	})
}

// TestRatesForgetWhatIsNew lets the windows of limits go by: nothing is left of them when others come, whose trigger may be another one.
func TestRatesForgetWhatIsNew(t *testing.T) {
	hour, minute := limitedTrigger(t, "hour", 2, "PT1H"), limitedTrigger(t, "minute", 2, "PT1M")
	var r Rates
	begin := time.Unix(1_700_000_000, 0)
	for _, step := range []struct {
		trigger *webhook.Trigger
		at      time.Duration
		key     string
		left    string // limits, and keys of all
	}{
		{minute, 0, "a", "1 limits, 1 keys"},
		{minute, 59 * time.Second, "b", "1 limits, 2 keys"},
		{minute, time.Minute, "c", "1 limits, 2 keys"},
		{minute, time.Minute, "b", "1 limits, 2 keys"},
		{minute, 119 * time.Second, "d", "1 limits, 3 keys"},
		{minute, 121 * time.Second, "d", "1 limits, 3 keys"}, // nothing new has come
		{hour, 122 * time.Second, "a", "2 limits, 2 keys"},
		{minute, 123 * time.Second, "e", "2 limits, 3 keys"},
		{limitedTrigger(t, "minute", 3, "PT1M"), 10 * time.Minute, "f", "2 limits, 2 keys"}, // of the trigger that was changed nothing
	} {
		r.Take(step.trigger, step.key, begin.Add(step.at))
		keys := 0
		for _, k := range r.of {
			if len(k.buckets) != k.used.Len() {
				t.Errorf("%d keys and %d uses", len(k.buckets), k.used.Len())
			}
			keys += len(k.buckets)
		}
		if left := fmt.Sprintf("%d limits, %d keys", len(r.of), keys); left != step.left {
			t.Errorf("%v %s: %s, want %s", step.at, step.key, left, step.left)
		}
	}
}
