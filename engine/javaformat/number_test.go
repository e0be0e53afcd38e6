package javaformat

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// TestJavaNumbers compares with the results of JDK 25 for patterns and numbers: the rows of the kind number that
// ../javatime/testdata/Facts.java prints. Rows in which we differ on purpose are in numberDifferences.
func TestJavaNumbers(t *testing.T) {
	valuetest.Facts(t, 2000, numberDifferences, javaNumber)
}

// numberDifferences are rows that differ on purpose, with the reason.
var numberDifferences = map[string]string{
	"number\t0 0\tlong\t1234":     "digits behind the suffix are refused",
	"number\t0.0E0E0\tlong\t1234": "digits behind the suffix are refused",
	"number\t0.0x0\tlong\t1234":   "digits behind the suffix are refused",
}

func javaNumber(_ string, args []string) (string, error) {
	pattern := args[0]
	if pattern == "-" {
		pattern = "#,##0.###"
	}
	p, err := compileNumberPattern(pattern)
	if err != nil {
		return "", err
	}
	var v value.Value
	switch args[1] {
	case "long":
		n, ok := new(big.Int).SetString(args[2], 10)
		if !ok {
			return "", fmt.Errorf("%q is no integer", args[2])
		}
		v = value.BigInt(n)
	case "decimal":
		if v, err = value.ParseDecimal(args[2]); err != nil {
			return "", err
		}
	default:
		n, err := strconv.ParseFloat(args[2], 64)
		if err != nil {
			return "", err
		}
		v = value.Float(n)
	}
	return p.format(v), nil
}

// FuzzNumberPattern formats with any pattern: nothing panics or becomes large.
func FuzzNumberPattern(f *testing.F) {
	for _, seed := range []string{"#,##0.00", "0.###E0", "##0.#E00", "0%;(0%)", "'#'0‰", "¤¤0", ".##", "#."} {
		f.Add(seed, 1234.5678)
	}
	f.Fuzz(func(t *testing.T, pattern string, n float64) {
		p, err := compileNumberPattern(pattern)
		if err != nil {
			return
		}
		for _, v := range []value.Value{value.Float(n), value.Int(int64(len(pattern)) - 5)} {
			if text := p.format(v); len(text) > 8*MaxPattern {
				t.Fatalf("%q printed %d bytes", pattern, len(text))
			}
		}
	})
}
