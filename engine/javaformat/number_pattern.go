package javaformat

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
)

// MaxPattern is the longest pattern of numberFormat, in bytes.
const MaxPattern = 1000

// numberPattern is a compiled pattern of numberFormat.
type numberPattern struct {
	prefix, suffix                 string
	negativePrefix, negativeSuffix string
	minInteger, maxInteger         int
	minFraction, maxFraction       int
	grouping                       int // digits between two commas; 0 for none
	exponent                       int // least digits of the exponent; 0 for no exponent
	multiplier                     int // 100 for %, 1000 for ‰
	showPoint                      bool
}

// numberScanner reads a pattern: a prefix, a number and a suffix, and the same again for negative numbers.
type numberScanner struct {
	pattern string
	at      int
	factor  int
	problem string
}

// compileNumberPattern compiles a pattern.
func compileNumberPattern(pattern string) (*numberPattern, error) {
	if len(pattern) > MaxPattern {
		return nil, meter.NewFault(meter.ClassLimit, -1, "number format has more than %d bytes", MaxPattern)
	}
	if pattern == "" {
		return &numberPattern{negativePrefix: "-", maxInteger: math.MaxInt32, maxFraction: 340, grouping: 3, multiplier: 1}, nil
	}
	s := numberScanner{pattern: pattern, factor: 1}
	p := &numberPattern{}
	p.prefix = s.affix(false)
	s.number(p)
	p.suffix = s.affix(true)
	p.multiplier = s.factor
	p.negativePrefix, p.negativeSuffix = "-"+p.prefix, p.suffix
	if s.problem == "" && s.at < len(pattern) && pattern[s.at] == ';' {
		s.at++
		s.factor = 1
		prefix := s.affix(false)
		for s.at < len(pattern) && strings.IndexByte("#0,.", pattern[s.at]) >= 0 || s.at < len(pattern) && pattern[s.at] == 'E' {
			s.at++
		}
		suffix := s.affix(true)
		if prefix != p.prefix || suffix != p.suffix {
			p.negativePrefix, p.negativeSuffix = prefix, suffix
		}
	}
	if s.problem == "" && s.at < len(pattern) {
		s.problem = "has an unexpected character"
	}
	if s.problem != "" {
		return nil, meter.RuntimeError("number format %s", s.problem)
	}
	return p, nil
}

// affix reads what stands before or behind the number: text, in quotes where it has characters that mean something.
func (s *numberScanner) affix(behind bool) string {
	var b strings.Builder
	quoted := false
	for s.at < len(s.pattern) {
		r, size := utf8.DecodeRuneInString(s.pattern[s.at:])
		switch {
		case r == '\'':
			if strings.HasPrefix(s.pattern[s.at+1:], "'") {
				b.WriteByte('\'')
				s.at += 2
				continue
			}
			quoted = !quoted
			s.at++
			continue
		case quoted:
		case r == '#' || r == '0' || r == ',' || r == '.':
			if behind && s.problem == "" {
				s.problem = "has the character " + string(r) + " behind the number; put it in quotes"
			}
			return b.String()
		case r == ';':
			if !behind && s.problem == "" {
				s.problem = "has no digits"
			}
			return b.String()
		case r == '%' || r == '‰':
			if s.factor != 1 && s.problem == "" {
				s.problem = "has more than one % or ‰"
			}
			s.factor = 100
			if r == '‰' {
				s.factor = 1000
			}
		case r == '¤':
			s.at += size
			if strings.HasPrefix(s.pattern[s.at:], "¤") {
				s.at += size
				b.WriteString("USD")
			} else {
				b.WriteByte('$')
			}
			continue
		}
		b.WriteString(s.pattern[s.at : s.at+size])
		s.at += size
	}
	if quoted && s.problem == "" {
		s.problem = "has a quote without an end"
	}
	return b.String()
}

// number reads #, 0, commas, a point and an exponent.
func (s *numberScanner) number(p *numberPattern) {
	left, zeros, right, grouping, point := 0, 0, 0, -1, -1
	for ; s.at < len(s.pattern) && s.problem == ""; s.at++ {
		switch s.pattern[s.at] {
		case '#':
			if zeros > 0 {
				right++
			} else {
				left++
			}
			if grouping >= 0 && point < 0 {
				grouping++
			}
			continue
		case '0':
			if right > 0 {
				s.problem = "has a 0 behind a #"
			}
			zeros++
			if grouping >= 0 && point < 0 {
				grouping++
			}
			continue
		case ',':
			if point >= 0 {
				s.problem = "has a comma behind the point"
			}
			grouping = 0
			continue
		case '.':
			if point >= 0 {
				s.problem = "has more than one point"
			}
			point = left + zeros + right
			continue
		case 'E':
			s.at++
			n := 0
			for s.at < len(s.pattern) && s.pattern[s.at] == '0' {
				n++
				s.at++
			}
			if left+zeros < 1 || n < 1 {
				s.problem = "has no 0 behind the E, or no digit before it"
			}
			p.exponent = n
		}
		break
	}
	if zeros == 0 && left > 0 && point >= 0 { // #.## has its last # before the point as a 0, and .## its first one
		n := max(point, 1)
		right = left - n
		left, zeros = n-1, 1
	}
	total := left + zeros + right
	if s.problem == "" && (point < 0 && right > 0 || point >= 0 && (point < left || point > left+zeros) || grouping == 0) {
		s.problem = "is malformed: digits are # before 0 before the point, 0 before # behind it, with a digit behind the last comma"
	}
	whole := total
	p.maxFraction = 0
	if point >= 0 {
		whole = point
		p.maxFraction = total - point
		p.minFraction = max(left+zeros-point, 0)
	}
	p.minInteger = whole - left
	p.maxInteger = math.MaxInt32
	if p.exponent > 0 {
		p.maxInteger = left + p.minInteger
	}
	p.grouping = max(grouping, 0)
	p.showPoint = point == 0 || point >= 0 && point == total
}
