package yaml

import (
	"strings"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Text returns the YAML text of a value, within the budget: what Jackson's generator writes with few quotes, indented
// lists and no split lines.
func Text(m *meter.Meter, v value.Value) (string, error) {
	if v.IsNull() {
		return "null", nil
	}
	w := &writer{m: m}
	if text := v.Str(); v.Kind() == value.KindString && text == "" {
		return "--- \"\"\n", nil
	}
	var err error
	switch {
	case v.Kind() == value.KindMap && v.Map().Len() > 0:
		err = w.mapping(v.Map(), 0)
	case v.Kind() == value.KindList && v.List().Len() > 0:
		err = w.sequence(v.List(), 0)
	default:
		err = w.scalar(v, 2, "2")
	}
	return w.b.String(), err
}

// writer writes YAML in block style. It stands at the begin of a line when a mapping or sequence begins.
type writer struct {
	m     *meter.Meter
	b     strings.Builder
	depth int
}

func (w *writer) write(parts ...string) error {
	start := w.b.Len()
	for _, part := range parts {
		w.b.WriteString(part)
	}
	return w.m.ChargeOutput(w.b.Len() - start)
}

func (w *writer) enter(members int) error {
	w.depth++
	return w.m.EnterValue(members, w.depth)
}

func (w *writer) mapping(m *value.Map, indent int) error {
	if err := w.enter(m.Len()); err != nil {
		return err
	}
	defer func() { w.depth-- }()
	for key, member := range m.All() {
		if err := w.m.Charge(2 + len(key)/meter.TextPerChange); err != nil {
			return err
		}
		margin := strings.Repeat(" ", indent)
		if err := w.write(margin, keyText(key, margin), ":"); err != nil {
			return err
		}
		var err error
		switch {
		case member.Kind() == value.KindMap && member.Map().Len() > 0:
			if err = w.write("\n"); err == nil {
				err = w.mapping(member.Map(), indent+2)
			}
		case member.Kind() == value.KindList && member.List().Len() > 0: // not indented more than its key
			if err = w.write("\n"); err == nil {
				err = w.sequence(member.List(), indent)
			}
		default:
			if err = w.write(" "); err == nil {
				err = w.scalar(member, indent+2, "2")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) sequence(l *value.List, indent int) error {
	if err := w.enter(l.Len()); err != nil {
		return err
	}
	defer func() { w.depth-- }()
	for _, item := range l.Slice() {
		if err := w.write(strings.Repeat(" ", indent), " -"); err != nil {
			return err
		}
		var err error
		switch {
		case item.Kind() == value.KindMap && item.Map().Len() > 0:
			if err = w.write("\n"); err == nil {
				err = w.mapping(item.Map(), indent+2)
			}
		case item.Kind() == value.KindList && item.List().Len() > 0:
			if err = w.write("\n"); err == nil {
				err = w.sequence(item.List(), indent+2)
			}
		default:
			if err = w.write(" "); err == nil {
				err = w.scalar(item, indent+2, "1")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scalar writes a scalar, or an empty list or map, and ends the line. A text of several lines stands at indent, which is
// deeper than what it stands in by the digit; Jackson always writes 2, which no reader understands in a list.
func (w *writer) scalar(v value.Value, indent int, digit string) error {
	switch v.Kind() {
	case value.KindMap:
		return w.write("{}\n")
	case value.KindList:
		return w.write("[]\n")
	case value.KindString:
		return w.text(v.Str(), indent, digit)
	case value.KindTime:
		return w.write(strings.Trim(value.JSON(v), `"`), "\n")
	default:
		if err := w.m.Walk(v); err != nil {
			return err
		}
		return w.write(value.JavaText(v), "\n")
	}
}

func (w *writer) text(text string, indent int, digit string) error {
	if err := w.m.Charge(1 + len(text)/meter.TextPerChange); err != nil {
		return err
	}
	form := formOf(text)
	if strings.Contains(text, "\n") && form.block {
		return w.block(text, indent, digit)
	}
	if isReserved(text) || isQuotable(text) {
		return w.write(doubleQuoted(text), "\n")
	}
	return w.write(quoted(text, form), "\n")
}

// block writes a text with | and its lines.
func (w *writer) block(text string, indent int, digit string) error {
	head := "|"
	if text[0] == ' ' || text[0] == '\n' {
		head += digit
	}
	switch {
	case !strings.HasSuffix(text, "\n"):
		head += "-"
	case text == "\n" || strings.HasSuffix(text, "\n\n"):
		head += "+"
	}
	if err := w.write(head, "\n"); err != nil {
		return err
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" {
			line = strings.Repeat(" ", indent) + line
		}
		if err := w.write(line, "\n"); err != nil {
			return err
		}
	}
	return nil
}

// keyText writes a key. What begins as a number may be read as one, and is quoted; a long one, and one of several lines,
// must be marked as key.
func keyText(key, margin string) string {
	var text string
	switch {
	case isReserved(key), strings.IndexByte("+-.0123456789", key[0]) >= 0, strings.Contains(key, "\n"):
		text = doubleQuoted(key)
	default:
		text = quoted(key, formOf(key))
	}
	if utf8.RuneCountInString(key) >= 128 || strings.Contains(key, "\n") {
		return "? " + text + "\n" + margin
	}
	return text
}

// quoted writes a text on one line: plain, in single or in double quotes, whichever is the first that can hold it.
func quoted(text string, form form) string {
	switch {
	case form.plain:
		return text
	case form.single:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	default:
		return doubleQuoted(text)
	}
}

// isReserved reports whether a plain text would be read as a boolean or null, in some version of YAML.
func isReserved(text string) bool {
	switch text {
	case "", "false", "False", "FALSE", "n", "N", "no", "No", "NO", "null", "Null", "NULL", "on", "On", "ON", "off", "Off", "OFF",
		"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES":
		return true
	}
	return strings.HasPrefix(text, "~")
}

// isQuotable reports whether Jackson asks for quotes because of a character.
func isQuotable(text string) bool {
	blank := func(i int) bool { return i < 0 || i >= len(text) || text[i] == ' ' || text[i] == '\t' }
	for i := range len(text) {
		switch text[i] {
		case '[', ']', '{', '}', ',':
			return true
		case '#':
			if blank(i - 1) {
				return true
			}
		case ':':
			if blank(i + 1) {
				return true
			}
		}
	}
	return false
}

// form is how a text can be written.
type form struct{ plain, single, block bool }

// formOf follows SnakeYAML's analysis of a scalar outside of [ ] and { }.
func formOf(text string) form {
	if text == "" {
		return form{single: true}
	}
	white := func(i int) bool { // what is nothing, a blank or a line end
		if i >= len(text) {
			return true
		}
		r, _ := utf8.DecodeRuneInString(text[i:])
		return r == ' ' || r == '\t' || r == 0 || isBreak(r)
	}
	indicator := strings.HasPrefix(text, "---") || strings.HasPrefix(text, "...")
	var special, breaks, oddBreak, breakBlank, blankBreak, edge, blankEnd bool
	previous, whiteBefore := rune(0), true
	for i, r := range text {
		next := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(text[i:])
			next = i + size
		}
		switch {
		case i == 0 && strings.ContainsRune("#,[]{}&*!|>'\"%@`", r),
			r == '?' && i == 0 && white(next), r == '-' && i == 0 && white(next),
			r == ':' && white(next), r == '#' && whiteBefore:
			indicator = true
		}
		blank, lineEnd := r == ' ', isBreak(r)
		breaks = breaks || lineEnd
		oddBreak = oddBreak || lineEnd && r != '\n'
		if r != '\n' && (r < 0x20 || r == 0x7f || r > 0x7f && r < 0xa0 && r != 0x85 || r == 0xfeff || r == utf8.RuneError || r >= 0xfffe && r <= 0xffff) {
			special = true
		}
		if (blank || lineEnd) && (i == 0 || next >= len(text)) {
			edge = true
			blankEnd = blankEnd || blank && next >= len(text)
		}
		breakBlank = breakBlank || blank && isBreak(previous)
		blankBreak = blankBreak || lineEnd && previous == ' '
		previous, whiteBefore = r, blank || r == '\t' || r == 0 || lineEnd
	}
	// Readers differ in what 012 is: 10, 12 or a text.
	leadingZero := len(text) > 1 && text[0] == '0' && strings.Trim(text, "0123456789_") == ""
	return form{
		plain:  !leadingZero && !indicator && !special && !breaks && !edge,
		single: !special && !breaks && !breakBlank && !blankBreak,
		block:  !special && !oddBreak && !blankBreak && !blankEnd,
	}
}

func isBreak(r rune) bool { return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029 }

// escapes are the characters that have an escape of one letter.
var escapes = map[rune]string{
	'"': `\"`, '\\': `\\`, 0: `\0`, '\a': `\a`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\v': `\v`, '\f': `\f`, '\r': `\r`, 0x1b: `\e`,
	0x85: `\N`, 0xa0: `\_`, 0x2028: `\L`, 0x2029: `\P`,
}

// doubleQuoted writes a text in double quotes.
func doubleQuoted(text string) string {
	const hex = "0123456789abcdef"
	out := []byte{'"'}
	for _, r := range text {
		switch {
		case r > '\\' && r < 0x7f, r >= ' ' && r < '\\' && r != '"':
			out = append(out, byte(r))
		case r < 0xa1 || r == 0x2028 || r == 0x2029:
			if escape := escapes[r]; escape != "" {
				out = append(out, escape...)
			} else {
				out = append(out, '\\', 'x', hex[r>>4], hex[r&15])
			}
		case r == 0xfeff || r >= 0xfffe && r <= 0xffff:
			out = append(out, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return string(append(out, '"'))
}
