package javatime

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// putOffset keeps an offset that was read from a place up to next.
func (r *reader) putOffset(offset, at, next int) int {
	if next < 0 {
		return next
	}
	if r.got.hasOffset && r.got.offset != offset {
		return ^at
	}
	if offset > maxOffset || offset < -maxOffset {
		r.wrong = meter.RuntimeError("offset of a date is more than 18 hours")
	}
	r.got.offset, r.got.hasOffset = offset, true
	return next
}

// readOffset reads an offset in one of Java's forms from a place on; a lenient one may leave out minutes and seconds.
func readOffset(text string, at int, form, zero string, lenient, fold bool) (offset, next int) {
	if zero != "" {
		if n := matchPrefix(text[at:], zero, fold); n >= 0 {
			return 0, at + n
		}
	}
	if at == len(text) || text[at] != '+' && text[at] != '-' {
		return 0, ^at
	}
	colon := strings.Contains(form, ":")
	minutes, seconds := strings.Contains(form, "M"), false // whether they are needed
	mayMinutes, maySeconds := minutes || strings.Contains(form, "m"), strings.Contains(form, "s")
	if lenient {
		minutes, mayMinutes, maySeconds = false, true, true
	}
	hour, next, ok := twoDigits(text, at+1, false)
	if !ok {
		return 0, ^at
	}
	minute, second := 0, 0
	if mayMinutes {
		n, end, ok := twoDigits(text, next, colon)
		switch {
		case ok && n <= 59:
			minute, next = n, end
		case minutes:
			return 0, ^at
		default:
			maySeconds = false
		}
	}
	if maySeconds {
		n, end, ok := twoDigits(text, next, colon)
		if ok && n <= 59 {
			second, next = n, end
		} else if seconds {
			return 0, ^at
		}
	}
	offset = hour*3600 + minute*60 + second
	if text[at] == '-' {
		offset = -offset
	}
	return offset, next
}

// twoDigits reads two digits, behind a colon if there has to be one.
func twoDigits(text string, at int, colon bool) (n, next int, ok bool) {
	if colon {
		if at >= len(text) || text[at] != ':' {
			return 0, 0, false
		}
		at++
	}
	if at+2 > len(text) || !isDigit(text[at]) || !isDigit(text[at+1]) {
		return 0, 0, false
	}
	return int(text[at]-'0')*10 + int(text[at+1]-'0'), at + 2, true
}

// readLocalOffset reads GMT, GMT+2, GMT+2:30 or, in the full style, GMT+02:30.
func readLocalOffset(text string, at int, style textStyle) (offset, next int) {
	if !strings.HasPrefix(text[at:], "GMT") {
		return 0, ^at
	}
	next = at + 3
	if next == len(text) || text[next] != '+' && text[next] != '-' {
		return 0, next
	}
	sign := text[next]
	hour, end, ok := twoDigits(text, next+1, false)
	if !ok && style == shortText && next+1 < len(text) && isDigit(text[next+1]) {
		hour, end, ok = int(text[next+1]-'0'), next+2, true
	}
	if !ok {
		return 0, ^at
	}
	next = end
	offset = hour * 3600
	if n, end, ok := twoDigits(text, next, true); ok {
		offset, next = offset+n*60, end
		if n, end, ok := twoDigits(text, next, true); ok {
			offset, next = offset+n, end
		}
	} else if style == fullText {
		return 0, ^at
	}
	if sign == '-' {
		offset = -offset
	}
	return offset, next
}

// zone reads a zone: an offset, a prefix with or without one, a region, or one of the names of zones.
func (r *reader) zone(item *item, at int) int {
	rest := r.text[at:]
	if rest == "" {
		return ^at
	}
	if rest[0] == '+' || rest[0] == '-' {
		offset, next := readOffset(r.text, at, "+HH:MM:ss", "Z", false, false)
		if next < 0 {
			return next
		}
		if offset > maxOffset || offset < -maxOffset {
			r.wrong = meter.RuntimeError("offset of a date is more than 18 hours")
		}
		return r.putZone(offsetZone(offset), at, next)
	}
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		n := matchPrefix(rest, prefix, item.fold)
		if n < 0 || prefix == "GMT" && strings.HasPrefix(rest, "GMT0") {
			continue
		}
		next := at + n
		offset := 0
		if next < len(r.text) && (r.text[next] == '+' || r.text[next] == '-') {
			if o, end := readOffset(r.text, next, "+HH:MM:ss", "", false, false); end >= 0 {
				offset, next = o, end
			}
		}
		if offset > maxOffset || offset < -maxOffset {
			return ^at
		}
		if prefix == "UTC" && offset == 0 {
			return r.putZone(time.UTC, at, next)
		}
		return r.putZone(prefixZone(prefix, offset), at, next)
	}
	id, n := regionPrefix(rest)
	if item.kind == itemZoneName {
		if read, length := r.zoneName(item, at); length >= n {
			id, n = read, length
		}
	}
	if n == 0 {
		if rest[0] == 'Z' {
			return r.putZone(offsetZone(0), at, at+1)
		}
		return ^at
	}
	loc, err := r.zones.find(id)
	if err != nil {
		r.wrong = err
		return at
	}
	return r.putZone(loc, at, at+n)
}

func (r *reader) putZone(loc *time.Location, at, next int) int {
	if r.got.zone != nil && r.got.zone.String() != loc.String() {
		return ^at
	}
	r.got.zone = loc
	return next
}

// maxRegionName is the length of the longest name of a region, in bytes; no name is longer.
const maxRegionName = 40

// regionPrefix returns the longest region that text begins with.
func regionPrefix(text string) (id string, length int) {
	for n := min(len(text), maxRegionName); n > 0; n-- {
		if isRegion(text[:n]) {
			return text[:n], n
		}
	}
	return "", 0
}

// englishZoneNames are the English names of zones and the regions that they are read as, the longest first.
var englishZoneNames = sync.OnceValue(func() [][2]string {
	read := map[string]string{}
	for _, g := range locales().groups {
		for i, name := range g.names {
			if g.read[i] != "" {
				read[name] = g.read[i]
			}
		}
	}
	out := make([][2]string, 0, len(read))
	for name, id := range read {
		out = append(out, [2]string{name, id})
	}
	slices.SortFunc(out, func(a, b [2]string) int {
		if len(a[0]) != len(b[0]) {
			return len(b[0]) - len(a[0])
		}
		return strings.Compare(a[0], b[0])
	})
	return out
})

// zoneName returns the region that the longest name of a zone at a place is read as. Only English names are read.
func (r *reader) zoneName(item *item, at int) (id string, length int) {
	for _, entry := range englishZoneNames() {
		if n := matchPrefix(r.text[at:], entry[0], item.fold); n >= 0 {
			return entry[1], n
		}
	}
	return "", 0
}
