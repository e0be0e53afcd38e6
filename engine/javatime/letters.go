package javatime

import "fmt"

// offsetForms are the forms of the letters X, x by how often they stand.
var offsetForms = [6]string{1: "+HHmm", 2: "+HHMM", 3: "+HH:MM", 4: "+HHMMss", 5: "+HH:MM:ss"}

// letterFields are the fields of the letters of patterns that are numbers or texts.
var letterFields = map[byte]field{
	'G': fieldEra, 'u': fieldYear, 'y': fieldYearOfEra, 'Q': fieldQuarter, 'q': fieldQuarter, 'M': fieldMonth, 'L': fieldMonth,
	'D': fieldDayOfYear, 'd': fieldDay, 'F': fieldWeekOfMonthAligned, 'E': fieldDayOfWeek, 'e': fieldLocalDayOfWeek,
	'c': fieldLocalDayOfWeek, 'a': fieldHalfDay, 'H': fieldHour, 'k': fieldClockHour, 'K': fieldHourOfHalf,
	'h': fieldClockHourHalf, 'm': fieldMinute, 's': fieldSecond, 'S': fieldNano, 'A': fieldMilliOfDay, 'n': fieldNano,
	'N': fieldNanoOfDay, 'g': fieldJulianDay, 'Y': fieldWeekYear, 'w': fieldWeekOfYear, 'W': fieldWeekOfMonth,
}

// letters adds what n times the letter c means; the result says what is wrong with it.
func (b *patternBuilder) letters(c byte, n int) (problem string) {
	many := fmt.Sprintf("has too many letters %c: %d", c, n)
	field, ok := letterFields[c]
	if !ok {
		return b.zoneLetters(c, n, many)
	}
	switch c {
	case 'u', 'y', 'Y':
		switch {
		case n == 2:
			b.addNumber(item{kind: itemReduced, field: field, min: 2, max: 2, sign: signNever})
		case n > 19:
			return many
		case n < 4:
			b.number(field, n, 19, signNormal)
		default:
			b.number(field, n, 19, signExceeds)
		}
	case 'g', 'A', 'n', 'N':
		if n > 19 {
			return many
		}
		sign := signNever
		if c == 'g' {
			sign = signNormal
		}
		b.number(field, n, 19, sign)
	case 'S':
		if n > 9 {
			return many
		}
		b.addNumber(item{kind: itemFraction, field: field, min: n, max: n, sign: signNever})
	case 'D':
		if n > 3 {
			return many
		}
		if n == 1 {
			b.number(field, 1, 19, signNormal)
		} else {
			b.number(field, n, 3, signNever)
		}
	case 'F', 'd', 'h', 'H', 'k', 'K', 'm', 's':
		if n > 2 || c == 'F' && n > 1 {
			return many
		}
		b.plainNumber(field, n)
	case 'w', 'W':
		if n > 2 || c == 'W' && n > 1 {
			return many
		}
		b.number(field, n, 2, signNever)
	default:
		return b.textLetters(c, n, field, many)
	}
	return ""
}

func (b *patternBuilder) plainNumber(field field, n int) {
	if n == 1 {
		b.number(field, 1, 19, signNormal)
	} else {
		b.number(field, n, n, signNever)
	}
}

// textLetters adds a text, or a number for one or two letters of most.
func (b *patternBuilder) textLetters(c byte, n int, field field, many string) string {
	style := shortText
	letter := c
	switch c {
	case 'G':
		if n > 5 {
			return many
		}
	case 'a':
		if n > 1 {
			return many
		}
	case 'E', 'e', 'c':
		if n > 5 {
			return many
		}
		if c != 'E' && n <= 2 {
			if c == 'c' && n == 2 {
				return "has the letters cc, which mean nothing"
			}
			b.number(field, n, n, signNever)
			return ""
		}
		field = fieldDayOfWeek
		if c == 'e' {
			letter = 'E'
		}
	default: // M, L, Q, q
		if n > 5 {
			return many
		}
		if n <= 2 {
			b.plainNumber(field, n)
			return ""
		}
	}
	switch n {
	case 4:
		style = fullText
	case 5:
		style = narrowText
	}
	b.add(item{kind: itemText, field: field, letter: letter, style: style})
	return ""
}

// zoneLetters adds zones, offsets and parts of the day.
func (b *patternBuilder) zoneLetters(c byte, n int, many string) string {
	style := shortText
	if n == 4 {
		style = fullText
	}
	switch c {
	case 'z':
		if n > 4 {
			return many
		}
		b.add(item{kind: itemZoneName, style: style})
	case 'v':
		if n != 1 && n != 4 {
			return "needs one or four letters v"
		}
		b.add(item{kind: itemZoneName, style: style, generic: true})
	case 'V':
		if n != 2 {
			return "needs two letters V"
		}
		b.add(item{kind: itemZoneID})
	case 'O':
		if n != 1 && n != 4 {
			return "needs one or four letters O"
		}
		b.add(item{kind: itemLocalOffset, style: style})
	case 'Z':
		switch {
		case n < 4:
			b.add(item{kind: itemOffset, offset: "+HHMM", text: "+0000"})
		case n == 4:
			b.add(item{kind: itemLocalOffset, style: style})
		case n == 5:
			b.add(item{kind: itemOffset, offset: "+HH:MM:ss", text: "Z"})
		default:
			return many
		}
	case 'X', 'x':
		if n > 5 {
			return many
		}
		zero := "Z"
		if c == 'x' {
			zero = [6]string{1: "+00", 2: "+0000", 3: "+00:00", 4: "+0000", 5: "+00:00"}[n]
		}
		b.add(item{kind: itemOffset, offset: offsetForms[n], text: zero})
	case 'B':
		switch n {
		case 1, 4:
		case 5:
			style = narrowText
		default:
			return "needs one, four or five letters B"
		}
		b.add(item{kind: itemDayPeriod, style: style})
	default:
		return fmt.Sprintf("has the unknown letter %c", c)
	}
	return ""
}
