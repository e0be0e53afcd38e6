package javatime

import (
	"sync"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// Formats compiles formats and keeps what it compiled. It is safe for concurrent use. The meter of Pattern and Locale is nil
// while a template is compiled.
type Formats struct {
	patterns meter.Cache[*Pattern]
	locales  meter.Cache[*Locale]
	zones    zoneCache
}

// Pattern returns the compiled form of a format: a name or a pattern.
func (f *Formats) Pattern(m *meter.Meter, format string, l *Locale) (*Pattern, error) {
	if p := isoPatterns()[format]; p != nil && format != "" {
		return p, nil
	}
	if named, ok := namedPatterns[format]; ok {
		format = named
	} else if style, ok := l.styles[format]; ok {
		format = style
	}
	return f.patterns.GetOr(m, format, compileDatePattern)
}

// ISO reads a date, perhaps a time, perhaps an offset and perhaps a region: what a date may be of which no format is
// given.
func ISO() *Pattern { return isoPatterns()[""] }

// Locale returns a locale by its tag.
func (f *Formats) Locale(m *meter.Meter, tag string) (*Locale, error) {
	return f.locales.GetOr(m, tag, findLocale)
}

// Zone returns a zone by its name, as Java's ZoneId.of names it.
func (f *Formats) Zone(name string) (*time.Location, error) { return f.zones.find(name) }

// Cost is what reading or printing a date costs, in steps.
const Cost = 10

// MaxText is the longest text, in bytes, that is read as a date.
const MaxText = 1000

// Read returns the instant that a text says, in the zone that it has, or else in loc.
func (f *Formats) Read(m *meter.Meter, text string, p *Pattern, l *Locale, loc *time.Location) (time.Time, error) {
	if len(text) > MaxText {
		return time.Time{}, meter.NewFault(meter.ClassLimit, -1, "text of a date has more than %d bytes", MaxText)
	}
	if err := m.Charge(Cost + len(text)/meter.TextPerCount); err != nil {
		return time.Time{}, err
	}
	read, err := p.read(text, l, &f.zones)
	if err != nil {
		return time.Time{}, err
	}
	d, err := read.resolve(l.week, p.strict)
	if err != nil {
		return time.Time{}, err
	}
	if !d.hasDate && d.instant.IsZero() {
		return time.Time{}, meter.RuntimeError("text has no year, month and day in its format")
	}
	t := d.in(loc)
	return checkYear(t, meter.RuntimeError("year of a date is not from %d to %d", -maxYear, maxYear))
}

// Print returns the text of a date in its zone.
func (f *Formats) Print(m *meter.Meter, t time.Time, p *Pattern, l *Locale) (string, error) {
	if err := m.Charge(Cost); err != nil {
		return "", err
	}
	text, err := p.print(t, l)
	if err != nil {
		return "", err
	}
	return text, m.ChargeOutput(len(text))
}

// English returns the locale of dates that name none, en-US.
func English() *Locale { return english() }

var english = sync.OnceValue(func() *Locale {
	l, err := findLocale("en-US")
	if err != nil {
		panic("javatime: the table of locales has no English")
	}
	return l
})

// styles are the names of the localized formats.
var styles = []string{"full", "long", "medium", "short"}

// namedPatterns are Kestra's names for formats that are patterns. `sql_seq` is none in Kestra 1.3.25.
var namedPatterns = map[string]string{
	"iso":       "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
	"iso_milli": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
	"iso_sec":   "yyyy-MM-dd'T'HH:mm:ssXXX",
	"sql":       "yyyy-MM-dd HH:mm:ss.SSSSSS",
	"sql_milli": "yyyy-MM-dd HH:mm:ss.SSS",
	"sql_sec":   "yyyy-MM-dd HH:mm:ss",
}

// localDate, localTime and offset are the parts of the ISO formats of Java.
func (b *patternBuilder) localDate() {
	b.number(fieldYear, 4, 10, signExceeds)
	b.literal("-")
	b.number(fieldMonth, 2, 2, signNever)
	b.literal("-")
	b.number(fieldDay, 2, 2, signNever)
}

func (b *patternBuilder) localTime() {
	b.number(fieldHour, 2, 2, signNever)
	b.literal(":")
	b.number(fieldMinute, 2, 2, signNever)
	b.open()
	b.literal(":")
	b.number(fieldSecond, 2, 2, signNever)
	b.open()
	b.add(item{kind: itemFraction, field: fieldNano, min: 0, max: 9, sign: signNever, point: true})
	b.close()
	b.close()
}

func (b *patternBuilder) localDateTime() {
	b.localDate()
	b.literal("T")
	b.localTime()
}

func (b *patternBuilder) isoOffset() {
	b.add(item{kind: itemOffset, offset: "+HH:MM:ss", text: "Z"})
}

// shortOffset is an offset that may end with its hours.
func (b *patternBuilder) shortOffset() {
	b.lenient = true
	b.isoOffset()
	b.lenient = false
}

func (b *patternBuilder) optionalOffset() {
	b.open()
	b.isoOffset()
	b.close()
}

func (b *patternBuilder) optionalRegion() {
	b.open()
	b.literal("[")
	b.fold = false
	b.add(item{kind: itemZoneRegion})
	b.fold = true
	b.literal("]")
	b.close()
}

// isoPatterns are Java's predefined formatters by Kestra's names for them.
var isoPatterns = sync.OnceValue(func() map[string]*Pattern {
	out := map[string]*Pattern{}
	for name, build := range map[string]func(b *patternBuilder){
		"iso_local_date":      (*patternBuilder).localDate,
		"iso_local_time":      (*patternBuilder).localTime,
		"iso_local_date_time": (*patternBuilder).localDateTime,
		"iso_date":            func(b *patternBuilder) { b.localDate(); b.optionalOffset() },
		"iso_time":            func(b *patternBuilder) { b.localTime(); b.optionalOffset() },
		"iso_offset_time":     func(b *patternBuilder) { b.localTime(); b.isoOffset() },
		"iso_zoned_date_time": func(b *patternBuilder) { b.localDateTime(); b.shortOffset(); b.optionalRegion() },
		"iso_date_time": func(b *patternBuilder) {
			b.localDateTime()
			b.open()
			b.isoOffset()
			b.optionalRegion()
			b.close()
		},
		"iso_ordinal_date": func(b *patternBuilder) {
			b.number(fieldYear, 4, 10, signExceeds)
			b.literal("-")
			b.number(fieldDayOfYear, 3, 3, signNever)
			b.optionalOffset()
		},
		"iso_week_date": func(b *patternBuilder) {
			b.number(fieldISOWeekYear, 4, 10, signExceeds)
			b.literal("-W")
			b.number(fieldISOWeek, 2, 2, signNever)
			b.literal("-")
			b.number(fieldDayOfWeek, 1, 1, signNever)
			b.optionalOffset()
		},
		"iso_instant":        func(b *patternBuilder) { b.add(item{kind: itemInstant}) },
		"rfc_1123_date_time": (*patternBuilder).rfc1123,
		// "" reads what a date may be without existingFormat: a date, perhaps a time, perhaps an offset, perhaps a region.
		"": func(b *patternBuilder) {
			b.localDate()
			b.open()
			b.literal("T")
			b.localTime()
			b.open()
			b.shortOffset()
			b.optionalRegion()
			b.close()
			b.close()
		},
	} {
		b := newPatternBuilder()
		b.fold = true
		build(b)
		p := b.finish()
		p.strict = name != "rfc_1123_date_time"
		out[name] = p
	}
	return out
})

// rfc1123 is `Thu, 29 Feb 2024 13:14:15 GMT`, in English whatever the locale.
func (b *patternBuilder) rfc1123() {
	b.lenient = true
	b.open()
	b.add(item{kind: itemText, field: fieldDayOfWeek, letter: 'E', english: true})
	b.literal(", ")
	b.close()
	b.number(fieldDay, 1, 2, signNever)
	b.literal(" ")
	b.add(item{kind: itemText, field: fieldMonth, letter: 'M', english: true})
	b.literal(" ")
	b.number(fieldYear, 4, 4, signNever)
	b.literal(" ")
	b.number(fieldHour, 2, 2, signNever)
	b.literal(":")
	b.number(fieldMinute, 2, 2, signNever)
	b.open()
	b.literal(":")
	b.number(fieldSecond, 2, 2, signNever)
	b.close()
	b.literal(" ")
	b.add(item{kind: itemOffset, offset: "+HHMM", text: "GMT"})
}

// instantItems read an instant.
var instantItems = func() []item {
	b := newPatternBuilder()
	b.fold = true
	b.localDateTime()
	b.shortOffset()
	return b.finish().items
}()
