package javatime

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestZones loads every zone that the table of locales names from the data that the binary has.
func TestZones(t *testing.T) {
	var zones zoneCache
	for id := range locales().zones {
		loc, err := zones.find(id)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, isOffset := ZoneID(time.Unix(0, 0).In(loc)); got != id || isOffset {
			t.Errorf("zone %s is called %s", id, got)
		}
	}
	kept := 0
	zones.regions.Range(func(any, any) bool { kept++; return true })
	if len(locales().zones) < kept {
		t.Errorf("the cache has %d zones", kept)
	}
}

// TestLocales builds every locale of the table, so that none lacks a name or a style.
func TestLocales(t *testing.T) {
	at := time.Date(2024, 2, 29, 13, 14, 15, 0, time.UTC)
	f := new(Formats)
	for tag := range locales().rows {
		l, err := f.Locale(nil, tag)
		if err != nil {
			t.Error(err)
			continue
		}
		for letter, n := range map[byte]int{'M': 12, 'L': 12, 'E': 7, 'c': 7, 'Q': 4, 'q': 4, 'G': 2, 'a': 2} {
			for style := range narrowText + 1 {
				if got := l.text(letter, style); len(got) != n || got[0] == "" {
					t.Errorf("locale %q has the names %q for %c", tag, got, letter)
				}
			}
		}
		for _, style := range append(styles, "B BBBB BBBBB O") {
			p, err := f.Pattern(nil, style, l)
			if err == nil {
				_, err = p.print(at, l)
			}
			if err != nil {
				t.Errorf("locale %q: %v", tag, err)
			}
		}
	}
}

// TestDateRoundTrip checks that an instant which a complete pattern prints is read as the same instant again.
func TestDateRoundTrip(t *testing.T) {
	f := new(Formats)
	date := []string{"yyyy-MM-dd", "uuuuMMdd", "d MMMM yyyy", "EEE, d MMM uuuu", "yyyy-DDD", "YYYY-'W'ww-e", "g", "G yyyy.MM.dd", "dd/MM/yyyy QQQ"}
	clock := []string{"HH:mm:ss.SSSSSSSSS", "HHmmssSSSSSSSSS", "hh:mm:ss a n", "k-m-s-n", "K:mm:ss.SSSSSSSSS a", "N", "B h:mm:ss n a"}
	zone := []string{"XXXXX", "xxxxx", "VV XXXXX", "Z", "O", "OOOO", "ZZZZ"}
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.SampledFrom(date).Draw(t, "date") + " " + rapid.SampledFrom(clock).Draw(t, "time") + " " + rapid.SampledFrom(zone).Draw(t, "zone")
		loc, err := f.zones.find(rapid.SampledFrom([]string{"UTC", "Z", "Europe/Paris", "America/St_Johns", "+05:30", "GMT-3", "Asia/Tokyo"}).Draw(t, "in"))
		if err != nil {
			t.Fatal(err)
		}
		want := time.Unix(rapid.Int64Range(-1_500_000_000, 253_402_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nano")).In(loc)
		if _, offset := want.Zone(); offset%60 != 0 {
			return // Z and O print no seconds of an offset
		}
		p, err := f.Pattern(nil, pattern, English())
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.print(want, English())
		if err != nil {
			t.Fatal(err)
		}
		read, err := p.read(text, English(), &f.zones)
		if err != nil {
			t.Fatalf("%q printed %q: %v", pattern, text, err)
		}
		d, err := read.resolve(English().week, false)
		if err != nil {
			t.Fatalf("%q printed %q: %v", pattern, text, err)
		}
		if got := d.in(time.UTC); !got.Equal(want) {
			t.Fatalf("%q printed %q, which is %s and not %s", pattern, text, got, want)
		}
	})
}

// FuzzDatePattern prints and reads with any pattern and text: nothing panics, and nothing becomes large.
func FuzzDatePattern(f *testing.F) {
	for _, seed := range [][2]string{
		{"yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "2024-02-29T13:14:15.123456+02:00"},
		{"[[[uu]MM]ppppd]", "24"},
		{"z VV v zzzz O B a", "UTC"},
		{"yyyyMMddHHmmssSSS", "20240229131415123"},
		{"YYYY-ww-e G QQQQ", "2024-09-5"},
		{"full", "Thursday"},
		{"iso_instant", "2024-02-29T13:14:15Z"},
		{"''''''", "'"},
	} {
		f.Add(seed[0], seed[1], int64(1709212455123456789))
	}
	formats := new(Formats)
	f.Fuzz(func(t *testing.T, pattern, text string, nanos int64) {
		for _, tag := range []string{"en", "ja"} {
			l, err := formats.Locale(nil, tag)
			if err != nil {
				t.Fatal(err)
			}
			p, err := formats.Pattern(nil, pattern, l)
			if err != nil {
				return
			}
			if len(text) <= MaxText {
				if read, err := p.read(text, l, &formats.zones); err == nil {
					if d, err := read.resolve(l.week, p.strict); err == nil {
						d.in(time.UTC)
					}
				}
			}
			printed, err := p.print(time.Unix(0, nanos).UTC(), l)
			if err != nil {
				continue
			}
			if len(printed) > 64*(MaxPattern+1) {
				t.Fatalf("%q printed %d bytes", pattern, len(printed))
			}
		}
	})
}

func BenchmarkReadLocales(b *testing.B) {
	for b.Loop() {
		if len(readLocales().zones) == 0 {
			b.Fatal("no zones")
		}
	}
}
