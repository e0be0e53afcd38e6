package size

import (
	"strconv"
	"strings"
)

// Max is the largest size, in bytes.
const Max = 1 << 40

var units = map[string]int64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// Parse returns a number of bytes between 1 and [Max], which is written as 512, 10MB (10,000,000) or 10MiB (10,485,760), in any
// case; else 0 and false.
func Parse(text string) (int64, bool) {
	digits := strings.TrimRightFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.ParseInt(digits, 10, 64)
	unit, ok := units[strings.ToLower(strings.TrimSpace(text[len(digits):]))]
	if err != nil || !ok || n < 1 || n > Max/unit {
		return 0, false
	}
	return n * unit, true
}
