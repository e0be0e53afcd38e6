package yaml

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// versionDirective is a directive at the beginning of a text, after comments and other directives.
var versionDirective = regexp.MustCompile(`\A(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*?%YAML[ \t]+1\.([0-9]+)`)

// acceptVersion writes the version 1.1 for any other 1.x: the library refuses those, Kestra reads them in the same way.
func acceptVersion(text []byte) []byte {
	m := versionDirective.FindSubmatchIndex(text)
	if len(m) == 0 || string(text[m[2]:m[3]]) == "1" {
		return text
	}
	minor := append([]byte("1"), bytes.Repeat([]byte(" "), m[3]-m[2]-1)...)
	return bytes.Join([][]byte{text[:m[2]], minor, text[m[3]:]}, nil)
}

// surrogateEscape is the escape of half a character, which JSON's encoders write in pairs, with the backslashes before it.
var surrogateEscape = regexp.MustCompile(`(\\*)\\u([dD][89a-fA-F][0-9a-fA-F]{2})`)

// markSurrogates puts a character that the text does not have in place of the backslash of such escapes, which the library
// refuses. What they are is only known once the text is parsed: text everywhere but in double quotes. Columns stay. A zero
// marker means that there are none.
func markSurrogates(text []byte) (marked []byte, marker rune) {
	if !bytes.Contains(text, []byte(`\u`)) || !surrogateEscape.Match(text) {
		return text, 0
	}
	for marker = '\uf8ff'; bytes.ContainsRune(text, marker); marker-- {
		if marker == '\ue000' {
			return text, 0
		}
	}
	mark := string(marker)
	return surrogateEscape.ReplaceAllFunc(text, func(m []byte) []byte {
		before := len(m) - len(`\ud800`)
		if before%2 != 0 { // the last of them is escaped
			return m
		}
		return append(append(bytes.Clone(m[:before]), mark...), m[before+1:]...)
	}), marker
}

// restoreSurrogates undoes markSurrogates in the scalars below a node: to the character that a pair says, to U+FFFD for a
// half without the other, and to a backslash outside of double quotes.
func restoreSurrogates(n *Node, marker rune) {
	for _, child := range n.Content {
		restoreSurrogates(child, marker)
	}
	mark := string(marker)
	if n.Kind != ScalarNode || !strings.Contains(n.Value, mark) {
		return
	}
	if n.Style&DoubleQuotedStyle == 0 {
		n.Value = strings.ReplaceAll(n.Value, mark, `\`)
		return
	}
	parts := strings.Split(n.Value, mark+"u")
	var out strings.Builder
	out.WriteString(parts[0])
	for i := 1; i < len(parts); i++ {
		unit, rest := halfOf(parts[i])
		if i+1 < len(parts) && rest == "" {
			if low, after := halfOf(parts[i+1]); utf16.DecodeRune(unit, low) != utf8.RuneError {
				unit, rest = utf16.DecodeRune(unit, low), after
				i++
			}
		}
		out.WriteRune(unit) // half a character is written as U+FFFD
		out.WriteString(rest)
	}
	n.Value = out.String()
}

// halfOf reads the four digits of an escape, which are there because the marker is.
func halfOf(text string) (unit rune, rest string) {
	n, err := strconv.ParseUint(text[:4], 16, 16)
	if err != nil {
		panic("yaml: no escape behind its mark: " + text)
	}
	return rune(n), text[4:]
}

// tabError is the library's error about a block text whose first line begins with a tab after its indentation. It names
// the line where the text begins, or, if that is the first one, the line of the tab.
var (
	tabError    = regexp.MustCompile(`^yaml: line ([0-9]+): found a tab character where an indentation space is expected$`)
	blockHeader = regexp.MustCompile(`^(.*[ \t])?([|>])([-+]?(?:[ \t]+#.*|[ \t]*))\r?$`)
)

// maxIndicator is the largest indentation that can be said after | or >.
const maxIndicator = 9

// indentTabs writes the indentation of the block text that err is about after its | or >; the tab then belongs to the
// text, as in Kestra.
func indentTabs(text []byte, err error) (mended []byte, ok bool) {
	m := tabError.FindStringSubmatch(err.Error())
	if m == nil {
		return nil, false
	}
	at, convErr := strconv.Atoi(m[1])
	lines := bytes.SplitAfter(text, []byte("\n"))
	if convErr != nil || at > len(lines) {
		return nil, false
	}
	for line := at - 1; line >= 0; line-- {
		header := blockHeader.FindSubmatchIndex(bytes.TrimSuffix(lines[line], []byte("\n")))
		if header == nil {
			continue
		}
		blanks, ok := tabIndent(lines[line+1:])
		head := string(lines[line][:header[4]])
		indent := blanks - max(blockIndent(head), 0)
		if !ok || indent < 1 || indent > maxIndicator {
			return nil, false
		}
		lines[line] = []byte(head + string(lines[line][header[4]]) + strconv.Itoa(indent) + string(lines[line][header[6]:]))
		return bytes.Join(lines, nil), true
	}
	return nil, false
}

// tabIndent returns how many blanks stand before the tab that the first line with text begins with.
func tabIndent(lines [][]byte) (blanks int, ok bool) {
	for _, line := range lines {
		rest := bytes.TrimLeft(line, " ")
		if len(bytes.Trim(rest, "\r\n")) == 0 {
			continue
		}
		return len(line) - len(rest), rest[0] == '\t'
	}
	return 0, false
}

// blockIndent returns the indentation of the collection that a block text stands in, given what stands before it on its
// line: the column of its last dash, or of its key; -1 for none.
func blockIndent(head string) int {
	indent := -1
	for at := 0; ; {
		rest := strings.TrimLeft(head[at:], " \t")
		at = len(head) - len(rest)
		switch {
		case len(rest) > 1 && (rest[0] == '-' || rest[0] == '?') && rest[1] == ' ':
			indent = at
			at++
		case strings.Contains(rest, ": "):
			return at
		default:
			return indent
		}
	}
}
