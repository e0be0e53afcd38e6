package execution

import (
	"crypto/rand"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9A-Za-z]{21,22}$`)
	seen := map[string]bool{}
	for i := range 5000 {
		for _, id := range []string{NewID(), RunID("5KqlIiEQihmY9PurOp33z1", "", "a", i, 0)} {
			if !form.MatchString(id) || seen[id] {
				t.Fatalf("id %q: wrong form, or given twice", id)
			}
			seen[id] = true
		}
	}
	ids := map[string]string{}
	for name, id := range map[string]string{
		"the run":             RunID("x", "", "a", 0, 0),
		"another execution":   RunID("x1", "", "a", 0, 0),
		"another parent":      RunID("x", "p", "a", 0, 0),
		"another path":        RunID("x", "", "a/b", 0, 0),
		"another iteration":   RunID("x", "", "a", 1, 0),
		"another try":         RunID("x", "", "a", 0, 1),
		"both":                RunID("x", "", "a", 1, 1),
		"a path with numbers": RunID("x", "", "a/0", 0, 0),
	} {
		if other := ids[id]; other != "" {
			t.Errorf("%s and %s have the same id", name, other)
		}
		ids[id] = name
	}
	if id := RunID("x", "p", "a", 1, 2); id != RunID("x", "p", "a", 1, 2) {
		t.Errorf("the id of a run changes: %s", id)
	}
}

func TestNewIDsSort(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	last := ""
	for range 2000 {
		id, _ := newIdentity(at)
		if len(id) != MinIDLength || id <= last {
			t.Fatalf("id %q after %q", id, last)
		}
		last = id
		at = at.Add(time.Millisecond).Add(time.Duration(len(last)) * 24 * time.Hour)
	}
	if id, _ := newIdentity(time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)); len(id) != MinIDLength {
		t.Errorf("id %q of a time before 1970", id)
	}
}

func TestBase62(t *testing.T) {
	for in, want := range map[[16]byte]string{
		{}:       "000000000000000000000",
		{15: 61}: "00000000000000000000z",
		{15: 62}: "000000000000000000010",
		{7: 1}:   "0000000000LygHa16AHYG", // 2^64
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}: "7n42DGM5Tflk9n8mt7Fhc7", // 2^128 - 1
	} {
		if got := base62(in); got != want {
			t.Errorf("base62(%x) = %s, want %s", in, got, want)
		}
	}
	for range 1000 { // read back
		var in [16]byte
		rand.Read(in[:])
		n := new(big.Int)
		for _, digit := range base62(in) {
			n.Mul(n, big.NewInt(62)).Add(n, big.NewInt(int64(strings.IndexRune(digits, digit))))
		}
		if n.Cmp(new(big.Int).SetBytes(in[:])) != 0 {
			t.Errorf("base62(%x) = %s, which is %x", in, base62(in), n)
		}
	}
}

func TestMixSeed(t *testing.T) {
	seen := map[uint64]bool{}
	for i := range uint64(20) {
		for j := range uint64(20) {
			s := mixSeed(1, i, j)
			if s == 0 || seen[s] {
				t.Fatalf("seed of %d, %d: %d, 0 or given twice", i, j, s)
			}
			seen[s] = true
		}
	}
}
