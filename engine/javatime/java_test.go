package javatime

import (
	"strconv"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value/valuetest"
)

// TestJavaFacts compares with the results of JDK 25 for patterns, texts, zones and units (testdata/Facts.java). Rows in which
// we differ on purpose are in javaDifferences.
func TestJavaFacts(t *testing.T) {
	checks := map[string]func(f *Formats, args []string) (string, error){
		"print": javaPrint, "read": javaRead, "zone": javaZone, "plus": javaPlus,
	}
	f := new(Formats)
	valuetest.Facts(t, 1500, javaDifferences, func(kind string, args []string) (string, error) { return checks[kind](f, args) })
}

// javaDifferences are rows that differ on purpose, with the reason.
var javaDifferences = map[string]string{
	"read\tyyyy-MM-dd HH:mm:ss z\t2024-02-29 13:14:15 BST\tAmerica/New_York": "Java reads it as the time of Abidjan",
	"read\tyyyy-MM-dd HH:mm:ss z\t2024-02-29 13:14:15 IST\tAmerica/New_York": "Java reads it as the time of Abidjan",
}

const javaZoned = "uuuu-MM-dd'T'HH:mm:ss.n XXXXX VV"

func javaInstant(f *Formats, instant, zone string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		p, err := f.Pattern(nil, "iso_instant", English())
		if err != nil {
			return t, err
		}
		read, err := p.read(instant, English(), &f.zones)
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

func javaFormat(f *Formats, t time.Time, format string, l *Locale) (string, error) {
	p, err := f.Pattern(nil, format, l)
	if err != nil {
		return "", err
	}
	return p.print(t, l)
}

func javaPrint(f *Formats, args []string) (string, error) {
	l, err := f.Locale(nil, args[1])
	if err != nil {
		return "", err
	}
	t, err := javaInstant(f, args[3], args[2])
	if err != nil {
		return "", err
	}
	return javaFormat(f, t, args[0], l)
}

func javaRead(f *Formats, args []string) (string, error) {
	loc, err := f.zones.find(args[2])
	if err != nil {
		return "", err
	}
	l, p := English(), ISO()
	if args[0] != "-" {
		if p, err = f.Pattern(nil, args[0], l); err != nil {
			return "", err
		}
	}
	var m meter.Meter
	m.Reset(&meter.Limits{Steps: 1000}, nil)
	t, err := f.Read(&m, args[1], p, l, loc)
	if err != nil {
		return "", err
	}
	return javaFormat(f, t, javaZoned, English())
}

func javaZone(f *Formats, args []string) (string, error) {
	loc, err := f.zones.find(args[0])
	if err != nil {
		return "", err
	}
	return javaFormat(f, time.Unix(1709212455, 0).In(loc), "VV XXXXX", English())
}

func javaPlus(f *Formats, args []string) (string, error) {
	t, err := javaInstant(f, args[0], args[1])
	if err != nil {
		return "", err
	}
	amount, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return "", err
	}
	if t, err = AddUnits(t, amount, args[3]); err != nil {
		return "", err
	}
	return javaFormat(f, t, javaZoned, English())
}
