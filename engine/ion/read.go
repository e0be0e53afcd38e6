package ion

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Marked returns what a text of a file of Ion is that is more than text: a timestamp, without annotations, or a text with some.
type Marked func(annotations []string, text string) (value.Value, error)

// Read reads the values of a text, all or the first, within the budget.
func Read(m *meter.Meter, text string, all bool) ([]value.Value, error) {
	return ReadMarked(m, text, all, func(annotations []string, text string) (value.Value, error) {
		if len(annotations) > 1 || len(annotations) == 1 && !slices.Contains(dates, annotations[0]) {
			return value.Null, errAnnotation
		}
		return value.String(text), nil
	})
}

// dates are the annotations of dates that Kestra writes as text.
var dates = []string{"Instant", "OffsetDateTime", "ZonedDateTime", "LocalDateTime", "LocalDate", "OffsetTime", "LocalTime"}

var errAnnotation = errors.New("annotations are not supported")

// ReadMarked is [Read] for those who want to know which texts are dates.
func ReadMarked(m *meter.Meter, text string, all bool, marked Marked) ([]value.Value, error) {
	if err := m.Charge(len(text) / 2); err != nil {
		return nil, err
	}
	r := &reader{m: m, text: text, marked: marked}
	var rows []value.Value
	for {
		if err := r.skip(); err != nil {
			return nil, err
		}
		if r.at == len(text) || len(rows) == 1 && !all {
			return rows, nil
		}
		v, err := r.value(0)
		if err != nil {
			return nil, err
		}
		rows = append(rows, v)
	}
}

// reader reads the text form of Ion, as far as toIon and Kestra write it.
type reader struct {
	m      *meter.Meter
	text   string
	at     int
	marked Marked
}

func (r *reader) fail(what string) error {
	return meter.EvaluationError("invalid Ion: %s at byte %d", what, r.at)
}

func (r *reader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// skip passes blanks and comments.
func (r *reader) skip() error {
	for r.at < len(r.text) {
		rest := r.text[r.at:]
		switch {
		case strings.IndexByte(" \t\n\r\v\f", rest[0]) >= 0:
			r.at++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				end = len(rest)
			}
			r.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return r.fail("comment has no end")
			}
			r.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (r *reader) value(depth int) (value.Value, error) {
	if err := r.m.EnterValue(0, depth); err != nil {
		return value.Null, err
	}
	switch c := r.peek(); {
	case c == '[':
		return r.list(depth)
	case c == '{':
		if strings.HasPrefix(r.text[r.at:], "{{") {
			return value.Null, r.fail("blobs and clobs are not supported")
		}
		return r.object(depth)
	case c == '(':
		return value.Null, r.fail("S-expressions are not supported")
	case c == '"' || strings.HasPrefix(r.text[r.at:], "'''"):
		text, err := r.quoted()
		return value.String(text), err
	case c == '\'':
		text, err := r.quoted()
		if err != nil {
			return value.Null, err
		}
		return r.symbol(text, depth)
	case isLetter(c) || c == '_' || c == '$':
		return r.word(depth)
	case isDigit(c) || c == '-' || c == '+':
		return r.number()
	case c == 0 && r.at >= len(r.text):
		return value.Null, r.fail("text ends where a value is due")
	default:
		return value.Null, r.fail("unexpected character")
	}
}

// next passes blanks and then what stands between items; it reports whether the end of the list was there.
func (r *reader) next(first bool, end byte) (done bool, err error) {
	if err := r.skip(); err != nil {
		return false, err
	}
	if !first && r.peek() == ',' {
		r.at++
		if err := r.skip(); err != nil {
			return false, err
		}
	} else if !first && r.peek() != end {
		return false, r.fail("a comma is due")
	}
	if r.peek() == end {
		r.at++
		return true, nil
	}
	return false, nil
}

func (r *reader) list(depth int) (value.Value, error) {
	r.at++
	var items []value.Value
	for {
		done, err := r.next(len(items) == 0, ']')
		if err != nil || done {
			return value.ListOf(items...), err
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return value.Null, err
		}
		if err := r.m.Allocate(meter.GrownBytes); err != nil {
			return value.Null, err
		}
		items = append(items, v)
	}
}

func (r *reader) object(depth int) (value.Value, error) {
	r.at++
	if err := r.m.ChargeMembers(4); err != nil {
		return value.Null, err
	}
	out := value.NewMap(4)
	for {
		done, err := r.next(out.Len() == 0, '}')
		if err != nil || done {
			return value.FromMap(out), err
		}
		var name string
		if c := r.peek(); c == '"' || c == '\'' {
			name, err = r.quoted()
		} else {
			name = r.identifier()
			if name == "" {
				err = r.fail("the name of a member is due")
			}
		}
		if err == nil {
			err = r.skip()
		}
		if err == nil && r.peek() != ':' {
			err = r.fail("a colon is due")
		}
		if err != nil {
			return value.Null, err
		}
		r.at++
		if err := r.skip(); err != nil {
			return value.Null, err
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return value.Null, err
		}
		if err := r.m.Allocate(2 * meter.MemberBytes); err != nil { // with the room that a growing map has
			return value.Null, err
		}
		out.Set(name, v)
	}
}

func (r *reader) identifier() string {
	start := r.at
	for c := r.peek(); isLetter(c) || isDigit(c) || c == '_' || c == '$'; c = r.peek() {
		r.at++
	}
	return r.text[start:r.at]
}

// word reads null, a typed null, a boolean, nan, or a symbol, which is its text.
func (r *reader) word(depth int) (value.Value, error) {
	name := r.identifier()
	if name == "null" && r.peek() == '.' {
		r.at++
		if r.identifier() == "" {
			return value.Null, r.fail("the type of a null is due")
		}
		return value.Null, nil
	}
	switch name {
	case "null":
		return value.Null, nil
	case "true", "false":
		return value.Bool(name == "true"), nil
	case "nan":
		return value.Float(math.NaN()), nil
	default:
		return r.symbol(name, depth)
	}
}

// symbol reads what comes behind a symbol: a value, if it is an annotation.
func (r *reader) symbol(name string, depth int) (value.Value, error) {
	var annotations []string
	for {
		at := r.at
		if err := r.skip(); err != nil {
			return value.Null, err
		}
		if !strings.HasPrefix(r.text[r.at:], "::") {
			r.at = at
			if annotations == nil {
				return value.String(name), nil
			}
			return r.mark(annotations, name)
		}
		r.at += len("::")
		if annotations = append(annotations, name); len(annotations) > maxAnnotations {
			return value.Null, r.fail("value has too many annotations")
		}
		if err := r.skip(); err != nil {
			return value.Null, err
		}
		switch c := r.peek(); {
		case c == '"' || strings.HasPrefix(r.text[r.at:], "'''"):
			text, err := r.quoted()
			if err != nil {
				return value.Null, err
			}
			return r.mark(annotations, text)
		case c == '\'':
			text, err := r.quoted()
			if err != nil {
				return value.Null, err
			}
			name = text
		case isLetter(c) || c == '_' || c == '$':
			name = r.identifier()
		default:
			return value.Null, r.fail(errAnnotation.Error())
		}
	}
}

// maxAnnotations is how many annotations a value may have.
const maxAnnotations = 10

func (r *reader) mark(annotations []string, text string) (value.Value, error) {
	v, err := r.marked(annotations, text)
	if errors.Is(err, errAnnotation) {
		return value.Null, r.fail(err.Error())
	}
	return v, err
}

// maxNumber is how long a number may be, in bytes: the longest that the language makes.
const maxNumber = 2*value.MaxDecimalDigits + 10

// exponent turns the exponent of a decimal into that of other languages.
var exponent = strings.NewReplacer("d", "e", "D", "e")

// numberCost is what reading a number costs, in steps.
const numberCost = 10

// number reads what begins with a digit or a sign: an integer, a decimal, a double, or a timestamp, which stays text.
func (r *reader) number() (value.Value, error) {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte(" \t\n\r\v\f,[]{}()/\"'", r.text[r.at]) < 0 {
		r.at++
	}
	text := r.text[start:r.at]
	if rest := r.text[r.at:]; strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "/*") {
		return value.Null, r.fail("number is followed by a slash")
	}
	switch text {
	case "+inf":
		return value.Float(math.Inf(1)), nil
	case "-inf":
		return value.Float(math.Inf(-1)), nil
	}
	digits := strings.TrimPrefix(text, "-")
	if len(digits) > 4 && (digits[4] == '-' || digits[4] == 'T') && strings.Trim(digits[:4], "0123456789") == "" && digits == text {
		return r.mark(nil, text)
	}
	if len(text) > maxNumber {
		return value.Null, r.fail("number is too long")
	}
	if err := r.m.Charge(numberCost + len(text)/meter.TextPerChange); err != nil {
		return value.Null, err
	}
	plain := strings.ReplaceAll(digits, "_", "")
	sign := text[:len(text)-len(digits)]
	if plain == "" || !isDigit(plain[0]) {
		return value.Null, r.fail("number is invalid")
	}
	if len(plain) > 1 && plain[0] == '0' && isDigit(plain[1]) {
		return value.Null, r.fail("number has a leading zero")
	}
	if len(plain) > 1 && plain[0] == '0' && strings.IndexByte("xXbB", plain[1]) >= 0 {
		base := 16
		if plain[1] == 'b' || plain[1] == 'B' {
			base = 2
		}
		if n, ok := new(big.Int).SetString(sign+plain[2:], base); ok && isHexDigit(plain[len(plain)-1]) {
			return value.BigInt(n), nil
		}
		return value.Null, r.fail("number is invalid")
	}
	if strings.Trim(plain, "0123456789") == "" {
		n, _ := new(big.Int).SetString(sign+plain, 10)
		return value.BigInt(n), nil
	}
	if strings.ContainsAny(plain, "eE") {
		if f, err := strconv.ParseFloat(sign+plain, 64); err == nil {
			return value.Float(f), nil
		}
		return value.Null, r.fail("number is invalid")
	}
	d, err := value.ParseDecimal(sign + strings.TrimSuffix(exponent.Replace(plain), "."))
	if err != nil {
		return value.Null, r.fail("number is invalid")
	}
	return d, nil
}

// quoted reads a text in double, single or three single quotes; several of the last kind are one.
func (r *reader) quoted() (string, error) {
	quote := r.text[r.at : r.at+1]
	long := strings.HasPrefix(r.text[r.at:], "'''")
	if long {
		quote = "'''"
	}
	var b strings.Builder
	for {
		r.at += len(quote)
		if err := r.section(&b, quote); err != nil {
			return "", err
		}
		r.at += len(quote)
		end := r.at
		if !long {
			return b.String(), r.m.ChargeOutput(b.Len())
		}
		if err := r.skip(); err != nil {
			return "", err
		}
		if !strings.HasPrefix(r.text[r.at:], "'''") {
			r.at = end
			return b.String(), r.m.ChargeOutput(b.Len())
		}
	}
}

// section reads up to the closing quote.
func (r *reader) section(b *strings.Builder, quote string) error {
	for {
		rest := r.text[r.at:]
		switch {
		case rest == "":
			return r.fail("text has no closing quote")
		case strings.HasPrefix(rest, quote):
			return nil
		case rest[0] == '\\':
			if err := r.escape(b); err != nil {
				return err
			}
		case rest[0] == '\n' && len(quote) == 1:
			return r.fail("text has a line end")
		default:
			b.WriteByte(rest[0])
			r.at++
		}
	}
}

func (r *reader) escape(b *strings.Builder) error {
	r.at++
	c := r.peek()
	r.at++
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits > 0 {
		if r.at+digits > len(r.text) {
			return r.fail("escape is cut off")
		}
		n, err := strconv.ParseUint(r.text[r.at:r.at+digits], 16, 32)
		if err != nil || n > utf8.MaxRune {
			return r.fail("escape is invalid")
		}
		r.at += digits
		b.WriteRune(rune(n))
		return nil
	}
	const names, values = `abtnfrv0"'/\?`, "\a\b\t\n\f\r\v\x00\"'/\\?"
	if c == '\n' { // continues on the next line
		return nil
	}
	if i := strings.IndexByte(names, c); i >= 0 && c != 0 {
		b.WriteByte(values[i])
		return nil
	}
	return r.fail("escape is invalid")
}

func isHexDigit(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
