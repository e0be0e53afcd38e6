package postgresql

import (
	"fmt"
	"strings"
)

// statement is a statement of SQL.
type statement struct {
	text  string
	names []string // of its parameters, by their numbers from $1
}

// split divides a text into statements, without those that have nothing but blanks and comments. With named, :name stands for a
// parameter, which becomes one with a number; names in quotes and comments, and casts such as x::text, are none.
func split(text string, named bool) []statement {
	var all []statement
	s := splitter{text: text, named: named}
	for s.at < len(text) {
		if one, empty := s.next(); !empty {
			all = append(all, one)
		}
	}
	return all
}

// blanks are those of SQL; other spaces are part of names for PostgreSQL.
const blanks = " \t\n\r\f\v"

type splitter struct {
	text  string
	at    int
	named bool
}

// next reads a statement up to the semicolon behind it, which is not part of it.
func (s *splitter) next() (one statement, empty bool) {
	var out strings.Builder
	numbers := map[string]int{}
	empty = true
	copied := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == ';':
			out.WriteString(s.text[copied:s.at])
			s.at++
			one.text = strings.Trim(out.String(), blanks)
			return one, empty
		case s.comment():
			continue
		case s.quoted():
			empty = false
			continue
		case c == ':' && s.named:
			if name := s.parameter(); name != "" {
				out.WriteString(s.text[copied:s.at])
				if numbers[name] == 0 {
					one.names = append(one.names, name)
					numbers[name] = len(one.names)
				}
				fmt.Fprintf(&out, "$%d", numbers[name])
				s.at += 1 + len(name)
				copied, empty = s.at, false
				continue
			}
			s.at += len("::") - 1
			if strings.HasPrefix(s.text[s.at:], ":") {
				s.at++
			}
			empty = false
		default:
			empty = empty && strings.IndexByte(blanks, c) >= 0
			s.word()
		}
	}
	out.WriteString(s.text[copied:])
	one.text = strings.Trim(out.String(), blanks)
	return one, empty
}

// word passes a character or, so that a quote or dollar inside of it begins nothing, a name.
func (s *splitter) word() {
	start := s.at
	for s.at < len(s.text) && isName(s.text[s.at], s.at > start) {
		s.at++
	}
	if n := s.at - start; n == 1 && s.at < len(s.text) && s.text[s.at] == '\'' && (s.text[start] == 'e' || s.text[start] == 'E') {
		s.escaped() // E'…', in which backslashes escape
	}
	if s.at == start {
		s.at++
	}
}

func isName(c byte, inside bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80 || inside && (c >= '0' && c <= '9' || c == '$')
}

// parameter returns the name of a parameter that begins here; "": there is none.
func (s *splitter) parameter() string {
	end := s.at + 1
	for end < len(s.text) && isName(s.text[end], end > s.at+1) && s.text[end] != '$' {
		end++
	}
	return s.text[s.at+1 : end]
}

// comment passes a comment, if there is one.
func (s *splitter) comment() bool {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "--"):
		end := strings.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		s.at += end
		return true
	case strings.HasPrefix(rest, "/*"):
		for depth := 0; s.at < len(s.text); {
			switch rest = s.text[s.at:]; {
			case strings.HasPrefix(rest, "/*"):
				depth++
				s.at += 2
			case strings.HasPrefix(rest, "*/"):
				s.at += 2
				if depth--; depth == 0 {
					return true
				}
			default:
				s.at++
			}
		}
		return true
	default:
		return false
	}
}

// quoted passes a text or name in quotes or dollars, if there is one.
func (s *splitter) quoted() bool {
	switch c := s.text[s.at]; c {
	case '\'', '"':
		s.at++
		s.until(string(c)) // a doubled quote ends one and begins the next
		return true
	case '$':
		end := s.at + 1
		for end < len(s.text) && isName(s.text[end], end > s.at+1) && s.text[end] != '$' {
			end++
		}
		if end == len(s.text) || s.text[end] != '$' {
			return false
		}
		mark := s.text[s.at : end+1]
		s.at = end + 1
		s.until(mark)
		return true
	default:
		return false
	}
}

// until passes what comes before a mark, and that.
func (s *splitter) until(mark string) {
	if n := strings.Index(s.text[s.at:], mark); n >= 0 {
		s.at += n + len(mark)
	} else {
		s.at = len(s.text)
	}
}

// escaped passes a text in single quotes in which backslashes escape.
func (s *splitter) escaped() {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '\'':
			s.at++
			return
		}
	}
	s.at = min(s.at, len(s.text))
}
