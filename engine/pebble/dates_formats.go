package pebble

import (
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// dateStyles are the names of the localized formats.
var dateStyles = []string{"full", "long", "medium", "short"}

// namedPatterns are Kestra's names for formats that are patterns. `sql_seq` is none in Kestra 1.3.25 (spec/kestra-live.md A.9).
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
	b.add(dateItem{kind: itemFraction, field: fieldNano, min: 0, max: 9, sign: signNever, point: true})
	b.close()
	b.close()
}

func (b *patternBuilder) localDateTime() {
	b.localDate()
	b.literal("T")
	b.localTime()
}

func (b *patternBuilder) isoOffset() {
	b.add(dateItem{kind: itemOffset, offset: "+HH:MM:ss", text: "Z"})
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
	b.add(dateItem{kind: itemZoneRegion})
	b.fold = true
	b.literal("]")
	b.close()
}

// isoPatterns are Java's predefined formatters by Kestra's names for them.
var isoPatterns = sync.OnceValue(func() map[string]*datePattern {
	out := map[string]*datePattern{}
	for name, build := range map[string]func(b *patternBuilder){
		"iso_local_date":      (*patternBuilder).localDate,
		"iso_local_time":      (*patternBuilder).localTime,
		"iso_local_date_time": (*patternBuilder).localDateTime,
		"iso_date":            func(b *patternBuilder) { b.localDate(); b.optionalOffset() },
		"iso_time":            func(b *patternBuilder) { b.localTime(); b.optionalOffset() },
		"iso_offset_time":     func(b *patternBuilder) { b.localTime(); b.shortOffset() },
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
		"iso_instant":        func(b *patternBuilder) { b.add(dateItem{kind: itemInstant}) },
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
		p := b.finish(name)
		p.strict = name != "rfc_1123_date_time"
		out[name] = p
	}
	return out
})

// rfc1123 is `Thu, 29 Feb 2024 13:14:15 GMT`, in English whatever the locale.
func (b *patternBuilder) rfc1123() {
	b.lenient = true
	b.open()
	b.add(dateItem{kind: itemText, field: fieldDayOfWeek, letter: 'E', english: true})
	b.literal(", ")
	b.close()
	b.number(fieldDay, 1, 2, signNever)
	b.literal(" ")
	b.add(dateItem{kind: itemText, field: fieldMonth, letter: 'M', english: true})
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
	b.add(dateItem{kind: itemOffset, offset: "+HHMM", text: "GMT"})
}

// instantItems read an instant.
var instantItems = func() []dateItem {
	b := newPatternBuilder()
	b.fold = true
	b.localDateTime()
	b.shortOffset()
	return b.finish("iso_instant").items
}()

// dateFormats compiles formats and keeps what it compiled. It is safe for concurrent use.
type dateFormats struct {
	patterns meter.Cache[*datePattern]
	locales  meter.Cache[*dateLocale]
	zones    zoneCache
}

// pattern returns the compiled form of a format: a name or a pattern.
func (f *dateFormats) pattern(st *state, format string, l *dateLocale) (*datePattern, error) {
	if p := isoPatterns()[format]; p != nil && format != "" {
		return p, nil
	}
	if named, ok := namedPatterns[format]; ok {
		format = named
	} else if style, ok := l.styles[format]; ok {
		format = style
	}
	return f.patterns.GetOr(st.budget(), format, compileDatePattern)
}

var englishLocale = sync.OnceValue(func() *dateLocale {
	l, err := findLocale("en-US")
	if err != nil {
		panic("pebble: the table of locales has no English")
	}
	return l
})

// locale returns a locale by its tag.
func (f *dateFormats) locale(st *state, tag string) (*dateLocale, error) {
	return f.locales.GetOr(st.budget(), tag, findLocale)
}
