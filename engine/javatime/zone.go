package javatime

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a static binary on a machine without zoneinfo has the zones too

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// Zones are named as Java's ZoneId.of names them: Z, an offset such as +02:00, UTC, GMT or UT alone or with an offset
// behind, or a region of the time zone database. An offset is a location whose name is Z or begins with its sign.

// maxOffset is the largest distance from UTC, in seconds.
const maxOffset = 18 * 3600

// zoneCache keeps the regions that were loaded; there are no more than the table of locales names.
type zoneCache struct{ regions sync.Map }

// find returns a zone by its name.
func (z *zoneCache) find(name string) (*time.Location, error) {
	switch {
	case name == "Z":
		return offsetZone(0), nil
	case name == "":
		return nil, meter.RuntimeError("time zone is empty")
	case name == "UTC":
		return time.UTC, nil
	case name[0] == '+' || name[0] == '-':
		offset, ok := readOffsetID(name)
		if !ok {
			return nil, meter.RuntimeError("time zone is no offset such as +02:00")
		}
		return offsetZone(offset), nil
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || rest != "" && rest[0] != '+' && rest[0] != '-' {
			continue
		}
		offset, ok := readOffsetID(rest)
		if !ok && rest != "" {
			return nil, meter.RuntimeError("time zone has no offset such as +02:00 behind %s", prefix)
		}
		return prefixZone(prefix, offset), nil
	}
	if loc, ok := z.regions.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := loadRegion(name)
	if err == nil {
		z.regions.Store(name, loc)
	}
	return loc, err
}

// loadRegion returns a zone of the time zone database.
func loadRegion(name string) (*time.Location, error) {
	if !isRegion(name) {
		return nil, meter.RuntimeError("time zone is unknown")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, &meter.Fault{Class: meter.ClassRuntime, At: -1, Err: err, Msg: "time zone can not be loaded"}
	}
	return loc, nil
}

// isRegion reports whether Java knows a region of this name; short names such as EST are none.
func isRegion(name string) bool { return locales().zones[name] != nil }

func offsetZone(offset int) *time.Location { return time.FixedZone(OffsetID(offset), offset) }

func prefixZone(prefix string, offset int) *time.Location {
	if offset == 0 {
		return time.FixedZone(prefix, 0)
	}
	return time.FixedZone(prefix+OffsetID(offset), offset)
}

// OffsetID returns Z, +02:00 or +02:00:30.
func OffsetID(offset int) string {
	if offset == 0 {
		return "Z"
	}
	return string(appendOffset(nil, offset, "+HH:MM:ss", ""))
}

// readOffsetID reads +h, +hh, +hhmm, +hh:mm, +hhmmss or +hh:mm:ss.
func readOffsetID(text string) (offset int, ok bool) {
	if text == "Z" {
		return 0, true
	}
	if len(text) < 2 || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	digits := text[1:]
	switch {
	case len(digits) == 1:
		digits = "0" + digits
	case len(digits) == 5 && digits[2] == ':':
		digits = digits[:2] + digits[3:]
	case len(digits) == 8 && digits[2] == ':' && digits[5] == ':':
		digits = digits[:2] + digits[3:5] + digits[6:]
	}
	if len(digits)%2 != 0 || len(digits) > 6 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	parts := [3]int{}
	for i := range len(digits) / 2 {
		parts[i] = int(digits[2*i]-'0')*10 + int(digits[2*i+1]-'0')
	}
	offset = parts[0]*3600 + parts[1]*60 + parts[2]
	if parts[1] > 59 || parts[2] > 59 || offset > maxOffset {
		return 0, false
	}
	if text[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// ZoneID returns the name of the zone of t, as find reads it, and whether it is an offset only.
func ZoneID(t time.Time) (id string, isOffset bool) {
	name := t.Location().String()
	if name == "" || name == "Local" || name == "Z" || name[0] == '+' || name[0] == '-' {
		_, offset := t.Zone()
		return OffsetID(offset), true
	}
	return name, false
}

// winterTime are the zones whose standard time is that of the summer in the time zone database, by the second from which
// that is so; Java has it the other way.
var winterTime = map[string]int64{"Europe/Dublin": -37242000, "Eire": -37242000, "Africa/Casablanca": 1540692000, "Africa/El_Aaiun": 1540692000}

// isDaylight reports whether t is in the daylight time of its zone, which has this name.
func isDaylight(t time.Time, id string) bool {
	from, turned := winterTime[id]
	return t.IsDST() != (turned && t.Unix() >= from)
}

// inZone returns the instant at which the clocks of a zone show a local time, given as seconds since 1970 without zone: of
// a time that the clocks show twice the earlier instant, unless the later one has the preferred offset; a time that they
// skip is moved on by as much as they skip, as in Java.
func inZone(local int64, nano int, loc *time.Location, preferred *int) time.Time {
	offsetAt := func(at int64) int64 {
		_, offset := time.Unix(at, 0).In(loc).Zone()
		return int64(offset)
	}
	guess := offsetAt(local)
	offset := offsetAt(local - guess)
	if offset != guess && offsetAt(local-offset) != offset { // skipped
		return time.Unix(local-min(guess, offset), int64(nano)).In(loc)
	}
	at := time.Unix(local-offset, int64(nano)).In(loc)
	start, end := at.ZoneBounds()
	if !start.IsZero() {
		if before := offsetAt(start.Unix() - 1); before > offset && local-before < start.Unix() && (preferred == nil || int64(*preferred) != offset) {
			return time.Unix(local-before, int64(nano)).In(loc)
		}
	}
	if preferred != nil && !end.IsZero() {
		if after := offsetAt(end.Unix()); after == int64(*preferred) && after < offset && local-after >= end.Unix() {
			return time.Unix(local-after, int64(nano)).In(loc)
		}
	}
	return at
}
