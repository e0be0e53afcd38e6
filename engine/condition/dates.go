package condition

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/javatime"
)

// What the conditions over dates have in common: they look at the property `date`, whose default in Kestra is the date of a
// schedule. A webhook has none, so there the default fails, and so does the condition.

var dateProperty = flow.Property{
	Name: "date", Type: flow.String, Dynamic: true, Default: "{{ trigger.date }}",
	Summary: "What is tested, as in {{ now() }} or {{ trigger.body.date }}: a day, or an instant with its zone. The default fails, since a webhook has no date.",
}

// instantProperty is dateProperty where a day is not enough.
var instantProperty = flow.Property{
	Name: "date", Type: flow.String, Dynamic: true, Default: "{{ trigger.date }}",
	Summary: "What is tested, as in {{ now() }} or {{ trigger.body.date }}: an instant with its zone. The default fails, since a webhook has no date.",
}

var errNoDate = failed("property date is missing, and its default is trigger.date, which a webhook does not have")

// newDate compiles the property `date`.
func newDate(c *flow.Component, read func(text string) (time.Time, error)) (setting[time.Time], error) {
	s, err := newSetting(c, "date", read)
	if !c.Has("date") {
		s.missing = errNoDate
	}
	return s, err
}

// checkDate warns of a condition that fails for want of a date.
func checkDate(_ *flow.Flow, c *flow.Component, report flow.Report) {
	if !c.Has("date") {
		report(flow.SeverityWarning, "date", "never met: it is missing, and its default is `{{ trigger.date }}`, which a webhook does not have; "+
			"write what is to be tested, as in `date: \"{{ now() }}\"`")
	}
}

// calendar reads dates as Kestra does.
type calendar struct{ formats javatime.Formats }

// day reads a day, or an instant, of which the day counts that it is in its own zone.
func (c *calendar) day(text string) (time.Time, error) {
	if t, err := c.formats.LocalDate(text); err == nil {
		return t, nil
	}
	t, err := c.formats.ZonedDateTime(text)
	if err != nil {
		return t, errors.New("is no day such as 2024-02-29, and no date-time with a zone such as 2024-02-29T13:14:15+01:00")
	}
	return t, nil
}

func (c *calendar) instant(text string) (time.Time, error) {
	t, err := c.formats.ZonedDateTime(text)
	if err != nil {
		return t, errors.New("is no date-time with a zone such as 2024-02-29T13:14:15+01:00")
	}
	return t, nil
}

// bound is one end of a range; nothing is one that is open.
type bound[T any] struct {
	at    T
	given bool
}

var (
	epochSeconds = regexp.MustCompile(`^[-+]?[0-9]{1,12}(?:\.[0-9]{0,9})?$`)
	bareOffset   = regexp.MustCompile(`([-+][0-9]{2})([0-9]{2})$`)
)

// instantBound reads an end of a range as Kestra's JSON library does: an instant with its zone, whose offset may lack its colon,
// or the seconds since 1970. A blank text is an open end.
func (c *calendar) instantBound(text string) (bound[time.Time], error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return bound[time.Time]{}, nil
	}
	if epochSeconds.MatchString(text) {
		whole, fraction, _ := strings.Cut(text, ".")
		seconds, err := strconv.ParseInt(whole, 10, 64)
		nanos, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		if text[0] == '-' {
			nanos = -nanos
		}
		return bound[time.Time]{time.Unix(seconds, nanos).UTC(), true}, err
	}
	at, err := c.instant(bareOffset.ReplaceAllString(text, "$1:$2"))
	return bound[time.Time]{at, err == nil}, err
}

// clock is a time of day with its distance from UTC, as the nanoseconds in UTC since the midnight of its own day. That is how Java
// compares them, so 00:30+02:00 comes before 23:00Z.
type clock int64

// clockBound reads an end of a range, as in 16:00:00+02:00. A blank text is an open end.
func (c *calendar) clockBound(text string) (bound[clock], error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return bound[clock]{}, nil
	}
	nanos, offset, err := c.formats.OffsetTime(text)
	if err != nil {
		return bound[clock]{}, errors.New("is no time with an offset such as 16:00:00+02:00 or 14:00Z")
	}
	return bound[clock]{clock(nanos - int64(offset)*int64(time.Second)), true}, nil
}

func clockOf(t time.Time) clock {
	_, offset := t.Zone()
	nanos := int64(t.Hour())*int64(time.Hour) + int64(t.Minute())*int64(time.Minute) + int64(t.Second())*int64(time.Second) + int64(t.Nanosecond())
	return clock(nanos - int64(offset)*int64(time.Second))
}
