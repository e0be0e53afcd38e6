package condition

import (
	"errors"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
)

// TestSharedWork: conditions in CEL and in Kestra's expressions have one budget for a request, so that what the one has done the
// other can no longer do, whatever their order.
func TestSharedWork(t *testing.T) {
	inCEL, _, err := CompileCEL(`body.l.all(x, x == 1) && body.l.map(x, x + 1).size() == 10000`)
	if err != nil {
		t.Fatal(err)
	}
	template, err := pebble.New(pebble.Options{}).Compile(`{% for x in [1] %}{{ x == 1 }}{% endfor %}`)
	if err != nil {
		t.Fatal(err)
	}
	inPebble := newExpression(template)
	body := `{"l":[` + strings.Repeat("1,", 9_999) + `1]}`

	spent := func(c Condition) int { // how often it holds before the budget is spent
		e, n := newEvent(t, request{body: body}), 0
		for ; holds(t, c, e); n++ {
		}
		return n
	}
	alone, others := spent(inCEL), spent(inPebble)
	if alone < 4 || others < 4 {
		t.Fatalf("%d conditions in CEL hold and %d expressions, want some of both", alone, others)
	}
	for _, test := range []struct {
		name         string
		first, other Condition
		half, rest   int // of the first, and at most of the other after it
	}{
		{"CEL, then expressions", inCEL, inPebble, alone / 2, others/2 + 1},
		{"expressions, then CEL", inPebble, inCEL, others / 2, alone/2 + 1},
	} {
		e, n := newEvent(t, request{body: body}), 0
		for range test.half {
			if !holds(t, test.first, e) {
				t.Fatalf("%s: the first half does not hold", test.name)
			}
		}
		for ; holds(t, test.other, e); n++ {
		}
		if n == 0 || n > test.rest {
			t.Errorf("%s: %d of the other hold, want 1 to %d", test.name, n, test.rest)
		}
	}
}

// holds reports whether a condition is met; that its budget is spent is the one thing that may be wrong with it.
func holds(t *testing.T, c Condition, e *Event) bool {
	t.Helper()
	met, err := c.Holds(t.Context(), e)
	var failure *Error
	if !met && (!errors.As(err, &failure) || failure.Reason != ReasonCost) {
		t.Fatalf("Holds = %v, %v", met, err)
	}
	return met
}
