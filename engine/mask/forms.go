package mask

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// formsOf returns the forms in which texts carry a secret, each once.
func formsOf(secret string) []string {
	var forms []string
	for _, text := range spellings(secret) {
		forms = append(forms, text)
		forms = appendEscaped(forms, text)
		forms = appendURL(forms, text)
	}
	for _, text := range []string{secret, strings.TrimSpace(secret)} { // an encoding's blanks are those of the secret
		forms = appendBase64(forms, base64.RawStdEncoding, text)
		forms = appendBase64(forms, base64.RawURLEncoding, text)
	}
	slices.Sort(forms)
	return slices.DeleteFunc(slices.Compact(forms), func(form string) bool { return len(form) < headSize })
}

// spellings returns a secret as it is, trimmed, as when it comes from a file that ends with a line break, and with runs of
// white space replaced by one blank, as messages quote a text of several lines.
func spellings(secret string) []string {
	all := []string{secret}
	for _, text := range []string{strings.TrimSpace(secret), strings.Join(strings.Fields(secret), " ")} {
		if utf8.RuneCountInString(text) >= Shortest && text != all[len(all)-1] {
			all = append(all, text)
		}
	}
	return all
}

// appendEscaped appends the forms inside of JSON texts, of Go's quotes, and of lines.
func appendEscaped(forms []string, text string) []string {
	forms = append(forms, escapeJSON(text, "0123456789abcdef"), escapeJSON(text, "0123456789ABCDEF"), escapeLine(text))
	if quoted, err := json.Marshal(text); err == nil { // with <, > and & escaped
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	quoted := strconv.Quote(text)
	return append(forms, quoted[1:len(quoted)-1])
}

// escapeJSON returns a text as it is between the quotes of a JSON string, with these hexadecimal digits.
func escapeJSON(text, digits string) string {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if r < ' ' {
				b.WriteString(`\u00`)
				b.WriteByte(digits[r>>4])
				b.WriteByte(digits[r&15])
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// escapeLine returns the form that [Mask.Line] gives to a text.
func escapeLine(text string) string {
	var b []byte
	for _, r := range text {
		b = appendRune(b, r)
	}
	return string(b)
}

// appendURL appends the forms in URLs and in forms: of Go, of Java, and of JavaScript, with digits of either case.
func appendURL(forms []string, text string) []string {
	for _, escaped := range []string{
		url.QueryEscape(text),
		strings.ReplaceAll(url.QueryEscape(text), "+", "%20"),
		url.PathEscape(text),
		percent(text, ".-*_", "+"),
		percent(text, ".-*_", "%20"),
		percent(text, "-_.!~*'()", "%20"),
		percent(text, "-_.!~*'();/?:@&=+$,#", "%20"),
	} {
		forms = append(forms, escaped, lowerDigits(escaped))
	}
	return forms
}

// percent escapes every byte but letters, digits and those of keep.
func percent(text, keep, blank string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteString(blank)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// lowerDigits returns an escaped text with the digits of its escapes in lower case.
func lowerDigits(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	b := []byte(escaped)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(string(b[i+1:i+3])))
			i += 2
		}
	}
	return string(b)
}

// appendBase64 appends the Base64 of a text alone, with and without padding. If the text is part of a longer one, its
// Base64 depends on its offset modulo 3 and, at its ends, on its neighbours: for each of the three offsets it appends the
// characters that depend on the text alone. The same forms follow percent-encoded.
func appendBase64(forms []string, encoding *base64.Encoding, text string) []string {
	begin := len(forms)
	for offset := range 3 {
		encoded := encoding.EncodeToString([]byte("\x00\x00"[:offset] + text))
		// A character is six bits. The first that depends on nothing before text, and the first that depends on what follows.
		first, last := (8*offset+5)/6, 8*(offset+len(text))/6
		if offset == 0 {
			forms = append(forms, encoded, encoded+"===="[:(4-len(encoded)%4)%4])
		}
		forms = append(forms, encoded[first:last])
	}
	for _, form := range forms[begin:] {
		if escaped := url.QueryEscape(form); escaped != form {
			forms = append(forms, escaped, lowerDigits(escaped))
		}
	}
	return forms
}
