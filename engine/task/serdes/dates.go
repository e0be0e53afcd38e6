package serdes

import (
	"fmt"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/ion"
	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// dateProperties are those that say how dates are written.
var dateProperties = []flow.Property{
	{Name: "dateFormat", Type: flow.String, Dynamic: true, Default: "yyyy-MM-dd", Summary: "How a date is written, as a pattern of Java; likewise the next two. Only what a file of Ion has as a date is one: text stays as it is."},
	{Name: "timeFormat", Type: flow.String, Dynamic: true, Default: "HH:mm:ss[XXX]", Summary: "How a time of the day is written."},
	{Name: "dateTimeFormat", Type: flow.String, Dynamic: true, Default: "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]", Summary: "How a date with a time is written."},
	{Name: "timeZoneId", Type: flow.String, Dynamic: true, Summary: "The zone in which date-times that have one are written; instants are written in UTC. Default: that of the server."},
}

// dateKind is what a date has.
type dateKind int

const (
	noDate dateKind = iota
	instant
	zoned // a date-time with an offset
	localDateTime
	localDate
	localTime
	offsetTime
)

// kindNames are what the kinds are called in files.
var kindNames = map[string]dateKind{
	"Instant": instant, "OffsetDateTime": zoned, "ZonedDateTime": zoned, "LocalDateTime": localDateTime, "LocalDate": localDate, "LocalTime": localTime,
	"OffsetTime": offsetTime,
}

// nameOf returns what a kind that lacks something is called.
func nameOf(kind dateKind) string {
	return map[dateKind]string{localDateTime: "LocalDateTime", localDate: "LocalDate", localTime: "LocalTime", offsetTime: "OffsetTime"}[kind]
}

// layouts of Go for texts that have no zone.
var (
	localDateTimes = []string{"2006-01-02T15:04", "2006-01-02T15:04:05"}
	localTimes     = []string{"15:04", "15:04:05"}
	timestamps     = []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"}
	days           = []string{"2006-01-02", "2006-01-02T", "2006-01T", "2006T"}
)

// parseDate returns what kind of date a text of a file is, and the instant that it says; times are on any day.
func parseDate(formats *javatime.Formats, annotations []string, text string) (dateKind, time.Time, error) {
	if len(annotations) == 0 {
		return parseTimestamp(text)
	}
	name := annotations[len(annotations)-1]
	kind := kindNames[name]
	var at time.Time
	var err error
	switch kind {
	case noDate:
		return noDate, at, nil
	case localDateTime:
		at, err = parseAs(localDateTimes, text)
	case localTime:
		at, err = parseAs(localTimes, text)
	case localDate:
		at, err = formats.LocalDate(text)
	case offsetTime:
		var nanos int64
		var offset int
		nanos, offset, err = formats.OffsetTime(text)
		at = time.Date(1970, 1, 1, 0, 0, 0, 0, time.FixedZone("", offset)).Add(time.Duration(nanos))
	default:
		at, err = formats.ZonedDateTime(text)
	}
	if err != nil {
		return noDate, at, fmt.Errorf("a text is marked as %s, and is none", name)
	}
	return kind, at, nil
}

// parseTimestamp returns what a timestamp of Ion is to Kestra: one at midnight of UTC is a date.
func parseTimestamp(text string) (dateKind, time.Time, error) {
	if at, err := parseAs(days, text); err == nil {
		return localDate, at, nil
	}
	at, err := parseAs(timestamps, text)
	if err != nil {
		return noDate, at, fmt.Errorf("%q is no timestamp", text)
	}
	_, offset := at.Zone()
	switch {
	case offset != 0:
		return zoned, at, nil
	case at.UTC().Truncate(24 * time.Hour).Equal(at):
		return localDate, at.UTC(), nil
	default:
		return instant, at.UTC(), nil
	}
}

func parseAs(layouts []string, text string) (at time.Time, err error) {
	for _, layout := range layouts {
		if at, err = time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return at, err
}

// dateSettings are the properties of a task that say how dates are written.
type dateSettings struct{ date, clock, dateTime, zone setting.Setting }

func newDateSettings(c *flow.Component) (dateSettings, error) {
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	s := dateSettings{of("dateFormat"), of("timeFormat"), of("dateTimeFormat"), of("timeZoneId")}
	formats := new(javatime.Formats)
	for _, p := range s.patterns() {
		text, constant := p.of.Constant()
		if !constant {
			continue
		}
		for _, kind := range p.kinds {
			if _, err := compilePattern(nil, formats, kind, p.of.Name(), text); err != nil {
				return s, c.Errorf(p.of.Name(), "%w", err)
			}
		}
	}
	return s, checkZone(c, formats, s.zone)
}

// checkZone checks a zone that is written without expressions.
func checkZone(c *flow.Component, formats *javatime.Formats, zone setting.Setting) error {
	name, constant := zone.Constant()
	if !constant || name == "" {
		return nil
	}
	if _, err := formats.Zone(name); err != nil {
		return c.Errorf(zone.Name(), "%w", err)
	}
	return nil
}

// patternOf is a pattern, and what is written by it.
type patternOf struct {
	of        setting.Setting
	otherwise string // when it is not written
	kinds     []dateKind
}

func (s *dateSettings) patterns() []patternOf {
	return []patternOf{
		{s.date, "yyyy-MM-dd", []dateKind{localDate}},
		{s.clock, "HH:mm:ss[XXX]", []dateKind{localTime, offsetTime}},
		{s.dateTime, "yyyy-MM-dd'T'HH:mm:ss.SSS[XXX]", []dateKind{localDateTime, instant, zoned}},
	}
}

// dateWriter writes the dates of a file.
type dateWriter struct {
	formats  *javatime.Formats
	zone     *time.Location // of those that have one
	patterns map[dateKind]pattern
}

// writer returns how dates are written.
func (s *dateSettings) writer(c *task.Context, m *meter.Meter) (*dateWriter, error) {
	w := &dateWriter{formats: new(javatime.Formats), patterns: map[dateKind]pattern{}}
	for _, p := range s.patterns() {
		text, err := p.of.Text(c)
		if err != nil {
			return nil, err
		}
		if !p.of.Written() {
			text = p.otherwise
		}
		for _, kind := range p.kinds {
			if w.patterns[kind], err = compilePattern(m, w.formats, kind, p.of.Name(), text); err != nil {
				return nil, fmt.Errorf("%s: %w", p.of.Name(), err)
			}
		}
	}
	var err error
	if w.zone, err = renderZone(c, w.formats, s.zone); w.zone == nil {
		w.zone = time.Local
		if c.Pebble.Location != nil {
			w.zone = c.Pebble.Location
		}
	}
	return w, err
}

// renderZone returns the zone of a property; nil: there is none.
func renderZone(c *task.Context, formats *javatime.Formats, zone setting.Setting) (*time.Location, error) {
	name, err := zone.Trimmed(c)
	if err != nil || name == "" {
		return nil, err
	}
	loc, err := formats.Zone(name)
	if err != nil {
		return nil, fmt.Errorf("timeZoneId: %w", err)
	}
	return loc, nil
}

// read reads values of Ion, with the texts that dates get.
func (w *dateWriter) read(m *meter.Meter, text string, all bool) ([]value.Value, error) {
	return ion.ReadMarked(m, text, all, func(annotations []string, text string) (value.Value, error) { return w.marked(m, annotations, text) })
}

// marked is the text of a date as the task writes it.
func (w *dateWriter) marked(m *meter.Meter, annotations []string, text string) (value.Value, error) {
	kind, at, err := parseDate(w.formats, annotations, text)
	switch kind {
	case noDate:
		return value.String(text), err
	case instant, localDateTime, localDate, localTime:
		at = at.In(time.FixedZone("", 0)) // an offset, not the region that is called UTC
	case zoned:
		at = at.In(w.zone)
	case offsetTime: // as it is
	}
	p := w.patterns[kind]
	if p.lacking != 0 {
		return value.Null, fmt.Errorf("%s: a %s has nothing for the letter %c: it may stand in brackets", p.property, nameOf(kind), p.lacking)
	}
	text, err = w.formats.Print(m, at, p.of, javatime.English())
	return value.String(text), err
}

// Letters of patterns.
const (
	dateLetters = "GuyDMLdQqYwWEecFg"
	timeLetters = "ahkKHmsSAnNB"
	zoneLetters = "VvzOXxZ"
)

// lacking returns the letters of what a kind of date does not have.
func lacking(kind dateKind) string {
	switch kind {
	case localDate:
		return timeLetters + zoneLetters
	case localTime:
		return dateLetters + zoneLetters
	case offsetTime:
		return dateLetters
	case localDateTime:
		return zoneLetters
	default:
		return ""
	}
}

// pattern is a pattern for a kind of date.
type pattern struct {
	of       *javatime.Pattern
	property string
	lacking  byte // a letter outside of brackets for which the date has nothing; 0: there is none
}

// compilePattern compiles a pattern for a kind of date. As in Java, a section in brackets is left out that asks for what the date does
// not have; anywhere else that is an error once there is such a date.
func compilePattern(m *meter.Meter, formats *javatime.Formats, kind dateKind, property, text string) (pattern, error) {
	short, without := withoutSections(text, lacking(kind))
	if without != 0 {
		short = text
	}
	if short == "" {
		short = "[]"
	}
	of, err := formats.Pattern(m, short, javatime.English())
	return pattern{of, property, without}, err
}

// withoutSections returns a pattern without the sections in brackets that have one of some letters, and such a letter elsewhere.
func withoutSections(pattern, letters string) (short string, outside byte) {
	type level struct {
		text strings.Builder
		bad  byte
	}
	levels := []*level{{}}
	quoted := false
	for i := range len(pattern) {
		c := pattern[i]
		now := levels[len(levels)-1]
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '[':
			levels = append(levels, &level{})
			continue
		case c == ']' && len(levels) > 1:
			levels = levels[:len(levels)-1]
			if now.bad == 0 {
				levels[len(levels)-1].text.WriteString("[" + now.text.String() + "]")
			}
			continue
		case strings.IndexByte(letters, c) >= 0 && c != 0:
			now.bad = c
		}
		now.text.WriteByte(c)
	}
	for len(levels) > 1 { // sections without an end
		last := levels[len(levels)-1]
		levels = levels[:len(levels)-1]
		if last.bad == 0 {
			levels[len(levels)-1].text.WriteString("[" + last.text.String())
		}
	}
	return levels[0].text.String(), levels[0].bad
}
