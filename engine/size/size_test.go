package size

import "testing"

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "512": 512, "512B": 512, "10MB": 10_000_000, "10mb": 10_000_000, "10MiB": 10 << 20, "10 MiB": 10 << 20,
		"1kB": 1000, "1KiB": 1024, "2GB": 2_000_000_000, "1GiB": 1 << 30, "1TiB": 1 << 40, "1TB": 1e12,
		// No sizes:
		"": 0, "0": 0, "MB": 0, "-1MB": 0, "1.5MB": 0, "1MBit": 0, "2TiB": 0, "1099511627777": 0, "9223372036854775807TiB": 0,
		"99999999999999999999": 0, "1M": 0, "1 0": 0, "ten": 0,
	} {
		if got, ok := Parse(text); got != want || ok != (want != 0) {
			t.Errorf("Parse(%q) = %d, %v, want %d", text, got, ok, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"10MiB", "1 kb", "1099511627776", "9tb", "\u0130b", "0x1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := Parse(text)
		if ok != (n >= 1 && n <= Max) || !ok && n != 0 {
			t.Errorf("Parse(%q) = %d, %v", text, n, ok)
		}
	})
}
