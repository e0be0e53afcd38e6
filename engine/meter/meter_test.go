package meter

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

var limits = Limits{Steps: 1000, OutputBytes: 100, Depth: 2, RangeItems: 10, Memory: 1 << 20, RegexTime: time.Millisecond}

// TestLimits checks that each limit lets pass what reaches it, and stops what exceeds it with an error that names it.
func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name string
		take func(m *Meter) error
		want string // "" where it passes
	}{
		{"steps to the last", func(m *Meter) error { return m.Charge(1000) }, ""},
		{"a step too many", func(m *Meter) error { return m.Charge(1001) }, "evaluation takes more than 1000 steps"},
		{"steps that were owed", func(m *Meter) error { m.Owe(1000); return m.Charge(1) }, "evaluation takes more than 1000 steps"},
		{"text read", func(m *Meter) error { return m.ChargeText(strings.Repeat("a", 1001*TextPerCount)) }, "evaluation takes more than 1000 steps"},
		{"text made", func(m *Meter) error { return m.ChargeOutput(101) }, "evaluation makes more than 100 bytes of text"},
		{"items to the last", func(m *Meter) error { return m.ChargeItems(10) }, ""},
		{"an item too many", func(m *Meter) error { return m.ChargeItems(11) }, "list has more than 10 items"},
		{"levels", func(m *Meter) error { return errors.Join(m.Descend(), m.Descend()) }, ""},
		{"a level given back", func(m *Meter) error { _ = m.Descend(); m.Ascend(); return errors.Join(m.Descend(), m.Descend()) }, ""},
		{"a level too many", func(m *Meter) error { return errors.Join(m.Descend(), m.Descend(), m.Descend()) }, "evaluation is nested deeper than 2 levels"},
		{"memory to the last", func(m *Meter) error { return m.Allocate(1 << 20) }, ""},
		{"memory", func(m *Meter) error { return m.Allocate(1<<20 + FreeMemory + 1) }, "evaluation makes more than 1048576 bytes of values"},
		{"processor time", func(m *Meter) error { return m.Spend(2 * time.Millisecond) }, "regular expressions take more than 1ms of the processor"},
		{"a number of many digits", func(m *Meter) error {
			n, err := value.ParseDecimal("1e9000")
			return errors.Join(err, m.ChargeNumber(n))
		}, "evaluation takes more than 1000 steps"},
	} {
		var m Meter
		m.Reset(&limits, nil)
		err := test.take(&m)
		f, ok := errors.AsType[*Fault](err)
		if test.want == "" && err != nil || test.want != "" && (!ok || f.Class != ClassLimit || f.Error() != test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestAccount sees that small evaluations do not ask the account, that others ask in pieces, and that an empty account is
// no limit.
func TestAccount(t *testing.T) {
	a := &valuetest.Account{Limit: memoryPiece}
	var m Meter
	m.Reset(&limits, a)
	if err := m.Allocate(FreeMemory); err != nil || a.Taken != 0 {
		t.Errorf("what is free: took %d, %v", a.Taken, err)
	}
	if err := m.Allocate(1); err != nil || a.Taken != memoryPiece {
		t.Errorf("a byte more: took %d, %v", a.Taken, err)
	}
	err := m.Allocate(memoryPiece)
	if f, ok := errors.AsType[*Fault](err); !ok || f.Class != ClassBusy {
		t.Errorf("an empty account gives %v", err)
	}
}

// TestWalk checks that a value is charged for the length of its text, even if it consists of few parts that repeat.
func TestWalk(t *testing.T) {
	v := value.String("text")
	for range 9 { // 2^9 texts
		v = value.ListOf(v, v)
	}
	var m Meter
	m.Reset(&Limits{Steps: 1 << 20, OutputBytes: 1 << 20}, nil)
	if err := m.Walk(v); err != nil || m.WalkedText() != 4<<9 {
		t.Errorf("walk saw %d bytes, %v", m.WalkedText(), err)
	}
	m.Reset(&limits, nil)
	if err := m.Walk(v); err == nil {
		t.Error("1,023 lists are walked in 1,000 steps")
	}
	for range MaxNesting {
		v = value.ListOf(v)
	}
	m.Reset(&Limits{Steps: 1 << 20, OutputBytes: 1 << 20}, nil)
	if err := m.Walk(v); err == nil || !strings.Contains(err.Error(), "nested deeper") {
		t.Errorf("a deep value: %v", err)
	}
}

// TestCachePaysOnce checks that an evaluation pays for a text once, and as much whether or not the cache has it.
func TestCachePaysOnce(t *testing.T) {
	var c Cache[int]
	compiled := 0
	spent := func(times int) int {
		var m Meter
		m.Reset(&limits, nil)
		for range times {
			v, err := c.GetOr(&m, "text", func(text string) (int, error) {
				compiled++
				return len(text), m.Charge(7)
			})
			if err != nil || v != 4 {
				t.Fatal(v, err)
			}
		}
		return limits.Steps - m.steps
	}
	first, second := spent(1), spent(3)
	if want := entryCost + 4*entryByteCost + 7; first != want || second != want || compiled != 1 {
		t.Errorf("evaluations paid %d and %d for %d compilations, want %d", first, second, compiled, want)
	}
}

// TestCacheStartsAnew checks that texts which a sender chooses do not fill the memory.
func TestCacheStartsAnew(t *testing.T) {
	var c Cache[int]
	for i := range 3 * cacheSize {
		if _, err := c.GetOr(nil, strings.Repeat("a", i), func(text string) (int, error) { return len(text), nil }); err != nil {
			t.Fatal(err)
		}
		if n := len(*c.byText.Load()); n > cacheSize {
			t.Fatalf("cache has %d entries", n)
		}
	}
}
