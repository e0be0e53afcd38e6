package javatime

import (
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// printer prints one date-time.
type printer struct {
	dst    []byte
	t      time.Time
	parts  civil
	locale *Locale
}

// print returns t in its zone as the pattern says.
func (p *Pattern) print(t time.Time, l *Locale) (string, error) {
	var buffer [64]byte
	out := printer{dst: buffer[:0], t: t, parts: takeApart(t), locale: l}
	if out.parts.year > maxYear || out.parts.year < -maxYear {
		return "", meter.RuntimeError("year of a date is not from %d to %d", -maxYear, maxYear)
	}
	if _, err := out.items(p.items); err != nil {
		return "", err
	}
	return string(out.dst), nil
}

// items prints items; ok is false when t has not what one of them needs, which an optional section allows.
func (p *printer) items(items []item) (ok bool, err error) {
	for i := range items {
		item := &items[i]
		start := len(p.dst)
		ok, err := p.item(item)
		if err != nil || !ok {
			return false, err
		}
		if item.pad > 0 {
			width := value.UTF16Length(string(p.dst[start:]))
			if width > item.pad {
				return false, meter.RuntimeError("%s of a date has more than the %d characters that it is padded to", item.describe(), item.pad)
			}
			text := string(p.dst[start:])
			for range item.pad - width {
				p.dst = append(p.dst[:start], ' ')
				start++
			}
			p.dst = append(p.dst[:start], text...)
		}
	}
	return true, nil
}

// describe names an item for errors.
func (item *item) describe() string {
	switch item.kind {
	case itemNumber, itemReduced, itemFraction, itemText:
		return item.field.String()
	case itemDayPeriod:
		return "part of the day"
	case itemLiteral:
		return strconv.Quote(meter.Cut(item.text, 20))
	default:
		return "zone"
	}
}

func (p *printer) item(item *item) (ok bool, err error) {
	switch item.kind {
	case itemLiteral:
		p.dst = append(p.dst, item.text...)
	case itemNumber:
		return true, p.number(item, p.parts.get(item.field, p.locale.week))
	case itemReduced:
		n := p.parts.get(item.field, p.locale.week) % 100
		p.dst = appendPadded(p.dst, max(n, -n), 2)
	case itemFraction:
		p.fraction(item)
	case itemText:
		return true, p.text(item)
	case itemOffset:
		_, offset := p.t.Zone()
		p.dst = appendOffset(p.dst, offset, item.offset, item.text)
	case itemLocalOffset:
		_, offset := p.t.Zone()
		p.dst = appendLocalOffset(append(p.dst, p.locale.gmt...), offset, item.style)
	case itemZoneID, itemZoneRegion:
		id, isOffset := ZoneID(p.t)
		if item.kind == itemZoneRegion && isOffset {
			return false, nil
		}
		p.dst = append(p.dst, id...)
	case itemZoneName:
		p.zoneName(item)
	case itemDayPeriod:
		p.dst = append(p.dst, p.locale.period(item.style, p.parts.hour*60+p.parts.minute)...)
	case itemOptional:
		start := len(p.dst)
		ok, err := p.items(item.items)
		if !ok {
			p.dst = p.dst[:start]
		}
		return true, err
	case itemInstant:
		p.instant()
	}
	return true, nil
}

func (p *printer) number(item *item, n int64) error {
	abs := uint64(max(n, -n))
	digits := 1
	for rest := abs; rest >= 10; rest /= 10 {
		digits++
	}
	switch {
	case digits > item.max:
		return meter.RuntimeError("%s of a date has more than %d digits: %d", item.field, item.max, n)
	case n < 0 && item.sign == signNever:
		return meter.RuntimeError("%s of a date is negative: %d", item.field, n)
	case n < 0:
		p.dst = append(p.dst, '-')
	case item.sign == signExceeds && digits > item.min:
		p.dst = append(p.dst, '+')
	}
	p.dst = appendPadded(p.dst, int64(abs), item.min)
	return nil
}

// appendPadded appends a number that is not negative with zeros before it to a width.
func appendPadded(dst []byte, n int64, width int) []byte {
	digits := 1
	for rest := n; rest >= 10; rest /= 10 {
		digits++
	}
	for range width - digits {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, n, 10)
}

// fraction prints the nanoseconds: as many digits as the item has at least, further ones up to the last that is not zero.
func (p *printer) fraction(item *item) {
	var digits [9]byte
	appendPadded(digits[:0], int64(p.parts.nano), 9)
	n := item.max
	for n > item.min && digits[n-1] == '0' {
		n--
	}
	if n == 0 {
		return
	}
	if item.point {
		p.dst = append(p.dst, '.')
	}
	p.dst = append(p.dst, digits[:n]...)
}

func (p *printer) text(item *item) error {
	l := p.locale
	if item.english {
		l = English()
	}
	n := p.parts.get(item.field, l.week)
	p.dst = append(p.dst, l.text(item.letter, item.style)[n-fieldInfo[item.field].min]...)
	return nil
}

// appendOffset appends an offset in one of Java's forms: small letters are left out when they are zero; zero is the text
// for an offset that prints no digit but 0.
func appendOffset(dst []byte, offset int, form, zero string) []byte {
	start := len(dst)
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	hour, minute, second := offset/3600, offset/60%60, offset%60
	colon := strings.Contains(form, ":")
	dst = appendPadded(append(dst, sign), int64(hour), 2)
	shown := hour
	if strings.Contains(form, "M") || strings.Contains(form, "m") && minute > 0 {
		if colon {
			dst = append(dst, ':')
		}
		dst = appendPadded(dst, int64(minute), 2)
		shown += minute
		if strings.Contains(form, "s") && second > 0 {
			if colon {
				dst = append(dst, ':')
			}
			dst = appendPadded(dst, int64(second), 2)
			shown += second
		}
	}
	if shown == 0 {
		return append(dst[:start], zero...)
	}
	return dst
}

// appendLocalOffset appends what follows GMT: nothing, +2 or +02:00.
func appendLocalOffset(dst []byte, offset int, style textStyle) []byte {
	if offset == 0 {
		return dst
	}
	if style == fullText {
		return appendOffset(dst, offset, "+HH:MM:ss", "")
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = strconv.AppendInt(append(dst, sign), int64(offset/3600), 10)
	if offset%3600 != 0 {
		dst = appendPadded(append(dst, ':'), int64(offset/60%60), 2)
	}
	if offset%60 != 0 {
		dst = appendPadded(append(dst, ':'), int64(offset%60), 2)
	}
	return dst
}

// zoneName prints the name of the zone, or GMT and its offset where the locale has none.
func (p *printer) zoneName(item *item) {
	id, _ := ZoneID(p.t)
	g := locales().zones[id]
	if g == nil { // an offset, or a prefix with one
		p.dst = append(p.dst, id...)
		return
	}
	names, ok := p.locale.zoneName(g, id)
	if !ok {
		_, offset := p.t.Zone()
		if item.generic && isDaylight(p.t, id) {
			_, end := p.t.ZoneBounds()
			_, offset = end.Zone()
		}
		p.dst = appendLocalOffset(append(p.dst, p.locale.gmt...), offset, fullText)
		return
	}
	i := 0
	switch {
	case item.generic:
		i = 2
	case isDaylight(p.t, id):
		i = 1
	}
	if item.style == fullText {
		i += 3
	}
	p.dst = append(p.dst, names[i]...)
}

// instant prints the date-time in UTC with no, three, six or nine digits of the second.
func (p *printer) instant() {
	c := takeApart(p.t.UTC())
	switch {
	case c.year > 9999:
		p.dst = append(p.dst, '+')
	case c.year < 0:
		p.dst = append(p.dst, '-')
	}
	p.dst = appendPadded(p.dst, int64(max(c.year, -c.year)), 4)
	for i, n := range [5]int{c.month, c.day, c.hour, c.minute, c.second} {
		p.dst = appendPadded(append(p.dst, "--T::"[i]), int64(n), 2)
	}
	switch nano := int64(c.nano); {
	case nano%1e6 == 0 && nano != 0:
		p.dst = appendPadded(append(p.dst, '.'), nano/1e6, 3)
	case nano%1e3 == 0 && nano != 0:
		p.dst = appendPadded(append(p.dst, '.'), nano/1e3, 6)
	case nano != 0:
		p.dst = appendPadded(append(p.dst, '.'), nano, 9)
	}
	p.dst = append(p.dst, 'Z')
}
