package javatime

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// reader reads one text by the items of a pattern. Positions are offsets in bytes; a negative one, ^at, is a failure
// at that place.
type reader struct {
	text   string
	locale *Locale
	zones  *zoneCache
	got    readDate
	wrong  error // a value that no text may have, which ends the reading at once
}

// readDate is what the items of a pattern found.
type readDate struct {
	set       uint32 // a bit for each field
	values    [fieldCount]int64
	zone      *time.Location
	offset    int
	hasOffset bool
	period    *dayPeriod
	instant   time.Time // of an instant, which has everything
}

func (d *readDate) has(f field) bool { return d.set&(1<<f) != 0 }

// put gives a field its value and reports whether it had no other.
func (d *readDate) put(f field, v int64) bool {
	if d.has(f) && d.values[f] != v {
		return false
	}
	d.set |= 1 << f
	d.values[f] = v
	return true
}

// take returns the value of a field and forgets it.
func (d *readDate) take(f field) (int64, bool) {
	ok := d.has(f)
	d.set &^= 1 << f
	return d.values[f], ok
}

// read reads a whole text.
func (p *Pattern) read(text string, l *Locale, zones *zoneCache) (*readDate, error) {
	r := reader{text: text, locale: l, zones: zones}
	at := r.items(p.items, 0)
	switch {
	case r.wrong != nil:
		return nil, r.wrong
	case at < 0:
		return nil, unreadable(p, text, ^at)
	case at < len(text):
		return nil, unreadable(p, text, at)
	}
	return &r.got, nil
}

// unreadable is the failure of a text that does not have the form of a pattern; the text itself stays out of the message.
func unreadable(p *Pattern, text string, at int) error {
	at = min(at, len(text))
	if p == isoPatterns()[""] {
		return meter.RuntimeError("text is no ISO date such as 2024-02-29, 2024-02-29T13:14:15 or 2024-02-29T13:14:15+01:00, from character %d on",
			utf8.RuneCountInString(text[:at])+1)
	}
	return meter.RuntimeError("text is no date in its format, from character %d on", utf8.RuneCountInString(text[:at])+1)
}

// items reads items from a place on and returns where they end.
func (r *reader) items(items []item, at int) int {
	for i := range items {
		item := &items[i]
		var next int
		if item.pad > 0 {
			next = r.padded(item, at)
		} else {
			next = r.item(item, at)
		}
		if next < 0 || r.wrong != nil {
			return next
		}
		at = next
	}
	return at
}

// padded reads an item with blanks before it, to exactly its width.
func (r *reader) padded(item *item, at int) int {
	end := at
	for range item.pad {
		if end == len(r.text) {
			return ^at
		}
		_, size := utf8.DecodeRuneInString(r.text[end:])
		end += size
	}
	start := at
	for start < end && r.text[start] == ' ' {
		start++
	}
	inner := reader{text: r.text[:end], locale: r.locale, zones: r.zones, got: r.got}
	next := inner.item(item, start)
	if next < 0 || next != end {
		return ^start
	}
	r.got, r.wrong = inner.got, inner.wrong
	return next
}

func (r *reader) item(item *item, at int) int {
	switch item.kind {
	case itemLiteral:
		return r.literal(item, at)
	case itemNumber, itemReduced:
		return r.number(item, at)
	case itemFraction:
		return r.fraction(item, at)
	case itemText:
		return r.name(item, at)
	case itemOffset:
		offset, next := readOffset(r.text, at, item.offset, item.text, item.lenient, item.fold)
		return r.putOffset(offset, at, next)
	case itemLocalOffset:
		offset, next := readLocalOffset(r.text, at, item.style)
		return r.putOffset(offset, at, next)
	case itemZoneID, itemZoneRegion, itemZoneName:
		return r.zone(item, at)
	case itemDayPeriod:
		return r.dayPeriod(item, at)
	case itemOptional:
		before := r.got
		next := r.items(item.items, at)
		if next < 0 {
			r.got = before
			return at
		}
		return next
	default:
		return r.instant(at)
	}
}

func (r *reader) literal(item *item, at int) int {
	if n := matchPrefix(r.text[at:], item.text, item.fold); n >= 0 {
		return at + n
	}
	return ^at
}

// matchPrefix returns how many bytes of text match a prefix, or -1.
func matchPrefix(text, prefix string, fold bool) int {
	if strings.HasPrefix(text, prefix) {
		return len(prefix)
	}
	if !fold {
		return -1
	}
	n := 0
	for _, want := range prefix {
		got, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || unicode.ToLower(got) != unicode.ToLower(want) {
			return -1
		}
		n += size
	}
	return n
}

// number reads a number. Where numbers share digits the first one is read greedily and, when the others got too few,
// shortened by their width.
func (r *reader) number(item *item, at int) int {
	start, negative, positive := at, false, false
	anySign := item.lenient && item.min != item.max
	if at < len(r.text) {
		switch c := r.text[at]; {
		case c == '-' && (item.sign != signNever || anySign):
			negative = true
			at++
		case c == '+' && (item.sign == signExceeds || anySign):
			positive = true
			at++
		}
	}
	least, most := item.min, item.max
	if item.lenient && !item.fixed {
		least, most = 1, 9
	}
	run := 0
	for run < most+item.behind && at+run < len(r.text) && isDigit(r.text[at+run]) {
		run++
	}
	if item.behind > 0 {
		run = max(least, run-item.behind)
	}
	end := at + min(run, most)
	if end-at < least || end > len(r.text) {
		return ^start
	}
	n := int64(0)
	for _, c := range []byte(r.text[at:end]) {
		if !isDigit(c) {
			return ^start
		}
		if n > (1<<62)/10 {
			return ^start
		}
		n = n*10 + int64(c-'0')
	}
	switch {
	case negative && n == 0:
		return ^start
	case negative:
		n = -n
	case item.sign == signExceeds && positive != (end-at > item.min):
		return ^start
	}
	if item.kind == itemReduced && end-at == 2 {
		n += 2000
	}
	if !r.got.put(item.field, n) {
		return ^start
	}
	return end
}

func (r *reader) fraction(item *item, at int) int {
	start := at
	if item.point {
		if at == len(r.text) || r.text[at] != '.' {
			if item.min > 0 {
				return ^at
			}
			return at
		}
		at++
	}
	n, digits := int64(0), 0
	for ; digits < item.max && at+digits < len(r.text) && isDigit(r.text[at+digits]); digits++ {
		n = n*10 + int64(r.text[at+digits]-'0')
	}
	if digits < item.min {
		return ^start
	}
	for range 9 - digits {
		n *= 10
	}
	if !r.got.put(item.field, n) {
		return ^start
	}
	return at + digits
}

// name reads the longest name of a value that matches; of two values with one name, such as narrow months, the later.
func (r *reader) name(item *item, at int) int {
	l := r.locale
	if item.english {
		l = English()
	}
	names := l.text(item.letter, item.style)
	best, length := 0, -1
	for i, name := range names {
		if n := matchPrefix(r.text[at:], name, item.fold); n >= 0 && n >= length {
			best, length = i, n
		}
	}
	if length < 0 || !r.got.put(item.field, int64(best)+fieldInfo[item.field].min) {
		return ^at
	}
	return at + length
}

func (r *reader) dayPeriod(item *item, at int) int {
	var best *dayPeriod
	length := -1
	periods := r.locale.periods[item.style]
	for i := range periods {
		if n := matchPrefix(r.text[at:], periods[i].name, item.fold); n > length {
			best, length = &periods[i], n
		}
	}
	if length < 0 || r.got.period != nil && r.got.period.name != best.name {
		return ^at
	}
	r.got.period = best
	return at + length
}

// instant reads a date and a time with an offset, as an instant is written.
func (r *reader) instant(at int) int {
	inner := reader{text: r.text, locale: r.locale, zones: r.zones}
	next := inner.items(instantItems, at)
	if next < 0 {
		return next
	}
	if r.wrong = inner.wrong; r.wrong != nil {
		return next
	}
	t, err := inner.got.resolve(isoWeek, true)
	if err != nil {
		r.wrong = err
		return next
	}
	r.got.instant = t.in(time.UTC).UTC()
	return next
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
