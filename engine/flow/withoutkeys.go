package flow

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hiddenKey stands where a key was. It is the same in all forms of YAML.
const hiddenKey = "(hidden)"

// tellingKey is how long a key must be, in characters, to be taken for a key wherever it stands.
const tellingKey = 16

// WithoutKeys returns the flow's source without the keys of its triggers and their other secret texts, for a store: whoever reads
// what is kept is not to fire webhooks. It loads as the flow does, and means the same but for those texts. A long one is taken out of
// comments and of other texts as well; a short one, which may be a word like any other, and one with expressions only where it is the key.
func (f *Flow) WithoutKeys() []byte {
	text := string(f.Source.YAML)
	var places []span
	everywhere := map[string]bool{}
	for _, t := range f.Triggers {
		t.secretTexts(t.Spec.Properties, func(s secretText) bool {
			if s.text == "" {
				return true
			}
			place, ok := scalarAt(text, s.pos, s.text)
			if ok {
				places = append(places, place)
			}
			if !ok || utf8.RuneCountInString(s.text) >= tellingKey && !strings.ContainsAny(s.text, "{}") {
				everywhere[s.text] = true
			}
			return true
		})
	}
	slices.SortFunc(places, func(a, b span) int { return cmp.Compare(b.from, a.from) })
	for i, p := range places {
		if i == 0 || p != places[i-1] { // a default may be the key of several triggers
			text = text[:p.from] + hiddenKey + text[p.to:]
		}
	}
	for key := range everywhere {
		text = strings.ReplaceAll(text, key, hiddenKey)
	}
	return []byte(text)
}

// span is a part of a text, in bytes.
type span struct{ from, to int }

// scalarAt returns where the text of a YAML scalar stands whose value is known. False: it is written in a way that is not understood
// here, as by an alias.
func scalarAt(text string, at Position, value string) (span, bool) {
	from, ok := offset(text, at)
	if !ok {
		return span{}, false
	}
	for from < len(text) && (text[from] == '&' || text[from] == '!') { // an anchor or a tag
		from += len(text[from:]) - len(strings.TrimLeftFunc(text[from:], notSpace))
		from += len(text[from:]) - len(strings.TrimLeftFunc(text[from:], unicode.IsSpace))
	}
	if from == len(text) {
		return span{}, false
	}
	var n int
	switch rest := text[from:]; rest[0] {
	case '"':
		n = quoted(rest, '\\')
	case '\'':
		n = quoted(rest, '\'')
	case '|', '>':
		line := strings.IndexByte(rest, '\n') + 1
		line += len(rest[line:]) - len(strings.TrimLeftFunc(rest[line:], unicode.IsSpace))
		from += line
		n = matched(rest[line:], value)
	default:
		n = matched(rest, value)
	}
	return span{from, from + n}, n > 0
}

func notSpace(r rune) bool { return !unicode.IsSpace(r) }

// offset returns the place of a position in bytes.
func offset(text string, at Position) (int, bool) {
	from := len(text) - len(trimBOM([]byte(text)))
	for range at.Line - 1 {
		n := strings.IndexByte(text[from:], '\n')
		if n < 0 {
			return 0, false
		}
		from += n + 1
	}
	for range at.Column - 1 {
		_, n := utf8.DecodeRuneInString(text[from:])
		from += n
	}
	return from, at.Line > 0 && at.Column > 0 && from < len(text)
}

// quoted returns how long a quoted text is whose quote at the end follows no escape; 0 if it does not end. A quote escapes itself.
func quoted(text string, escape byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == escape && (escape != text[0] || i+1 < len(text) && text[i+1] == escape):
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return 0
}

// matched returns how long the part of text is that has the same characters as a value, whatever space there is between them; 0
// if text begins with others.
func matched(text, value string) int {
	n := 0
	for _, want := range value {
		if unicode.IsSpace(want) {
			continue
		}
		n += len(text[n:]) - len(strings.TrimLeftFunc(text[n:], unicode.IsSpace))
		got, size := utf8.DecodeRuneInString(text[n:])
		if got != want {
			return 0
		}
		n += size
	}
	return n
}
