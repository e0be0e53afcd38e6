package email

import "strings"

// split divides a list of addresses at semicolons and commas that are not inside of quotes.
func split(text string) []string {
	var list []string
	start, quoted := 0, false
	add := func(end int) {
		if one := strings.TrimSpace(text[start:end]); one != "" {
			list = append(list, one)
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == ','):
			add(i)
			start = i + 1
		}
	}
	add(len(text))
	return list
}

// oneLine returns a text with blanks for what would end the line of a header.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, text)
}
