package pebble

import (
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// TestJavaFacts compares with what JDK 25 made of patterns, texts, zones, units and numbers (testdata/dates/Facts.java). A
// row that we answer otherwise on purpose is in javaDifferences.
func TestJavaFacts(t *testing.T) {
	data, err := os.ReadFile("testdata/dates/java.tsv")
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string]func(f *dateFormats, args []string) (string, error){
		"print": javaPrint, "read": javaRead, "zone": javaZone, "plus": javaPlus, "number": javaNumber,
	}
	f := new(dateFormats)
	rows, differ := 0, 0
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		row, want := strings.Join(fields[:len(fields)-1], "\t"), fields[len(fields)-1]
		got, err := checks[fields[0]](f, fields[1:len(fields)-1])
		if err != nil {
			got = "ERROR"
		}
		rows++
		switch reason, listed := javaDifferences[row]; {
		case got == want && listed:
			t.Errorf("%q equals Java's result, but is listed as different: %s", row, reason)
		case listed:
			differ++
		case got != want:
			t.Errorf("%q: got %q (%v), want %q", row, got, err, want)
		}
	}
	if rows < 2000 || differ != len(javaDifferences) {
		t.Errorf("%d rows compared and %d of %d differences met", rows, differ, len(javaDifferences))
	}
}

// javaDifferences are rows that differ on purpose, with the reason.
var javaDifferences = map[string]string{
	"read\tyyyy-MM-dd HH:mm:ss z\t2024-02-29 13:14:15 BST\tAmerica/New_York": "Java reads it as the time of Abidjan",
	"read\tyyyy-MM-dd HH:mm:ss z\t2024-02-29 13:14:15 IST\tAmerica/New_York": "Java reads it as the time of Abidjan",
	"number\t0 0\tlong\t1234":     "digits behind the suffix are refused",
	"number\t0.0E0E0\tlong\t1234": "digits behind the suffix are refused",
	"number\t0.0x0\tlong\t1234":   "digits behind the suffix are refused",
}

const javaZoned = "uuuu-MM-dd'T'HH:mm:ss.n XXXXX VV"

func javaInstant(f *dateFormats, instant, zone string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		p, err := f.pattern(nil, "iso_instant", englishLocale())
		if err != nil {
			return t, err
		}
		read, err := p.read(instant, englishLocale(), &f.zones)
		if err != nil {
			return t, err
		}
		t = read.instant
	}
	loc, err := f.zones.find(zone)
	if err != nil {
		return t, err
	}
	return t.In(loc), nil
}

func javaFormat(f *dateFormats, t time.Time, format string, l *dateLocale) (string, error) {
	p, err := f.pattern(nil, format, l)
	if err != nil {
		return "", err
	}
	return p.print(t, l)
}

func javaPrint(f *dateFormats, args []string) (string, error) {
	l, err := f.locale(nil, args[1])
	if err != nil {
		return "", err
	}
	t, err := javaInstant(f, args[3], args[2])
	if err != nil {
		return "", err
	}
	return javaFormat(f, t, args[0], l)
}

func javaRead(f *dateFormats, args []string) (string, error) {
	loc, err := f.zones.find(args[2])
	if err != nil {
		return "", err
	}
	existing := value.String(args[0])
	if args[0] == "-" {
		existing = value.Null
	}
	st := New(Options{}).acquire(nil, nil)
	t, err := f.input(st, value.String(args[1]), loc, existing, englishLocale())
	if err != nil {
		return "", err
	}
	return javaFormat(f, t, javaZoned, englishLocale())
}

func javaZone(f *dateFormats, args []string) (string, error) {
	loc, err := f.zones.find(args[0])
	if err != nil {
		return "", err
	}
	return javaFormat(f, time.Unix(1709212455, 0).In(loc), "VV XXXXX", englishLocale())
}

func javaPlus(f *dateFormats, args []string) (string, error) {
	t, err := javaInstant(f, args[0], args[1])
	if err != nil {
		return "", err
	}
	amount, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return "", err
	}
	if t, err = addUnits(t, amount, args[3]); err != nil {
		return "", err
	}
	return javaFormat(f, t, javaZoned, englishLocale())
}

func javaNumber(_ *dateFormats, args []string) (string, error) {
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
