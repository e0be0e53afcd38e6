package javaformat

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Format is Java's String.format: text with its conversions filled in by args, within the budget.
func Format(m *meter.Meter, text string, args []value.Value) (string, error) {
	var out strings.Builder
	next, last := 0, -1
	for text != "" {
		before, rest, found := strings.Cut(text, "%")
		out.WriteString(before)
		if err := m.ChargeOutput(len(before)); err != nil {
			return "", err
		}
		if !found {
			break
		}
		spec, length, err := parseFormat(rest)
		if err != nil {
			return "", err
		}
		text = rest[length:]
		item := value.Null
		if spec.letter != '%' && spec.letter != 'n' {
			switch {
			case spec.index > 0:
				last = spec.index - 1
			case spec.index == 0:
				last = next
				next++
			}
			if last < 0 || last >= len(args) {
				return "", meter.RuntimeError("filter format has no argument for %%%s", spec.text)
			}
			item = args[last]
		}
		if err := m.Charge(2*numberCost + spec.width/2 + 2*max(0, spec.precision)); err != nil {
			return "", err
		}
		filled, err := formatOne(m, spec, item)
		if err != nil {
			return "", err
		}
		out.WriteString(filled)
		if err := m.ChargeOutput(len(filled) + 16); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// formatSpec is one %[index$][flags][width][.precision]conversion.
type formatSpec struct {
	text      string // as it is written
	index     int    // 0: the next argument; -1: the one before
	flags     string
	width     int
	precision int // -1: none
	letter    byte
}

func (s *formatSpec) has(flag string) bool { return strings.Contains(s.flags, flag) }

// formatLetters are the conversions that there are.
const formatLetters = "sSbBhHcdoxXeEfgGaA%n"

// maxFormatWidth is the greatest width and precision.
const maxFormatWidth = 10_000

// parseFormat reads what stands behind a percent sign.
func parseFormat(text string) (*formatSpec, int, error) {
	spec, i := &formatSpec{precision: -1}, 0
	number := func() int {
		start := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		n, err := strconv.Atoi(text[start:i])
		if err != nil {
			return -1
		}
		return n
	}
	if n := number(); n > 0 && i < len(text) && text[i] == '$' {
		spec.index, i = n, i+1
	} else {
		i = 0
	}
	if strings.HasPrefix(text[i:], "<") {
		spec.index, i = -1, i+1
	}
	for i < len(text) && strings.IndexByte("-#+ 0,(", text[i]) >= 0 {
		if strings.IndexByte(spec.flags, text[i]) >= 0 {
			return nil, 0, meter.RuntimeError("format %%%s has a flag twice", meter.Cut(text[:i+1], 20))
		}
		spec.flags += text[i : i+1]
		i++
	}
	if i < len(text) && isDigit(text[i]) {
		spec.width = number()
	}
	if i < len(text) && text[i] == '.' {
		i++
		if spec.precision = number(); spec.precision < 0 {
			return nil, 0, meter.RuntimeError("format %%%s needs a precision behind its point", meter.Cut(text[:i], 20))
		}
	}
	if i == len(text) {
		return nil, 0, meter.RuntimeError("format %%%s has no conversion", meter.Cut(text, 20))
	}
	spec.letter = text[i]
	i++
	spec.text = meter.Cut(text[:i], 20)
	switch {
	case strings.IndexByte(formatLetters, spec.letter) < 0:
		return nil, 0, meter.RuntimeError("format %%%s is not supported; there are s S b B h H c d o x X e E f g G a A %% n", spec.text)
	case spec.width > maxFormatWidth || spec.precision > maxFormatWidth || spec.width < 0:
		return nil, 0, meter.NewFault(meter.ClassLimit, -1, "format %%%s is wider than %d", spec.text, maxFormatWidth)
	case spec.letter == 'n' && spec.width > 0:
		return nil, 0, meter.RuntimeError("format %%%s takes no width", spec.text)
	case (spec.has("-") || spec.has("0")) && spec.width == 0:
		return nil, 0, meter.RuntimeError("format %%%s needs a width for its flag", spec.text)
	case spec.has("-") && spec.has("0"), spec.has("+") && spec.has(" "):
		return nil, 0, meter.RuntimeError("format %%%s has flags that exclude each other", spec.text)
	case spec.precision >= 0 && strings.IndexByte("dcoxX%n", spec.letter) >= 0:
		return nil, 0, meter.RuntimeError("format %%%s takes no precision", spec.text)
	case strings.Trim(spec.flags, allowedFlags(spec.letter)) != "":
		return nil, 0, meter.RuntimeError("format %%%s has a flag that its conversion does not take", spec.text)
	}
	return spec, i, nil
}

func allowedFlags(letter byte) string {
	switch letter {
	case 'f':
		return "-#+ 0,("
	case 'd', 'g', 'G':
		return "-+ 0,("
	case 'a', 'A':
		return "-#+ 0"
	case 'e', 'E':
		return "-#+ 0("
	case 'o', 'x', 'X':
		return "-#0+ (" // those of signs for null alone
	case 'n':
		return ""
	default:
		return "-"
	}
}

// formatOne returns what one conversion makes of its argument.
func formatOne(m *meter.Meter, spec *formatSpec, v value.Value) (string, error) {
	var body string
	var err error
	switch spec.letter {
	case 'n':
		return "\n", nil
	case '%':
		body = "%"
	case 's', 'S':
		body, err = m.JavaText(v)
	case 'b', 'B':
		body = strconv.FormatBool(!v.IsNull() && (v.Kind() != value.KindBool || v.Bool()))
	default:
		switch {
		case v.IsNull():
			body = "null"
		case spec.letter == 'h' || spec.letter == 'H':
			body, err = formatHash(m, spec, v)
		default:
			body, err = formatNumber(spec, v)
		}
	}
	if err != nil {
		return "", err
	}
	if spec.width > 0 || spec.precision >= 0 {
		if err := m.ChargeText(body); err != nil {
			return "", err
		}
	}
	if spec.precision >= 0 && (v.IsNull() || strings.IndexByte("sSbBhH", spec.letter) >= 0) && value.UTF16Length(body) > spec.precision {
		body = value.UTF16Slice(body, 0, spec.precision)
	}
	if strings.IndexByte("SBHXEGA", spec.letter) >= 0 {
		body = Upper(body)
	}
	if missing := spec.width - value.UTF16Length(body); missing > 0 {
		if spec.has("-") {
			return body + strings.Repeat(" ", missing), nil
		}
		return strings.Repeat(" ", missing) + body, nil
	}
	return body, nil
}

func formatNumber(spec *formatSpec, v value.Value) (string, error) {
	mismatch := meter.RuntimeError("format %%%s does not fit %s", spec.text, v.Kind())
	integer := v.Kind() == value.KindInt || v.Kind() == value.KindBigInt
	switch spec.letter {
	case 'c':
		if v.Kind() == value.KindString && utf8.RuneCountInString(v.Str()) == 1 {
			return v.Str(), nil
		}
		if v.Kind() == value.KindInt && v.Int() >= 0 && v.Int() <= utf8.MaxRune {
			return string(rune(v.Int())), nil
		}
		return "", mismatch
	case 'd':
		if !integer {
			return "", mismatch
		}
		n := v.BigInt()
		return signed(spec, new(big.Int).Abs(n).String(), n.Sign() < 0), nil
	case 'o', 'x', 'X':
		if !integer || strings.ContainsAny(spec.flags, "+ (") {
			return "", mismatch
		}
		return based(spec, v), nil
	}
	return formatFloat(spec, v)
}

// signed puts the sign, the group separators and the leading zeros of the flags to digits.
func signed(spec *formatSpec, digits string, negative bool) string {
	if spec.has(",") {
		whole, fraction, point := strings.Cut(digits, ".")
		var b strings.Builder
		for i := range len(whole) {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteByte(',')
			}
			b.WriteByte(whole[i])
		}
		if point {
			b.WriteByte('.')
			b.WriteString(fraction)
		}
		digits = b.String()
	}
	before, after := "", ""
	switch {
	case negative && spec.has("("):
		before, after = "(", ")"
	case negative:
		before = "-"
	case spec.has("+"):
		before = "+"
	case spec.has(" "):
		before = " "
	}
	if missing := spec.width - len(before) - len(digits) - len(after); spec.has("0") && missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return before + digits + after
}

// based writes an integer to base 8 or 16: a negative one of 64 bits as its two's complement, as Java does a long.
func based(spec *formatSpec, v value.Value) string {
	base := 16
	prefix := "0x"
	if spec.letter == 'o' {
		base, prefix = 8, "0"
	}
	digits := v.BigInt().Text(base)
	if v.Kind() == value.KindInt {
		digits = strconv.FormatUint(uint64(v.Int()), base)
	}
	if !spec.has("#") {
		prefix = ""
	}
	if missing := spec.width - len(prefix) - len(digits); spec.has("0") && missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return prefix + digits
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
