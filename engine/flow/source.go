package flow

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
)

// MaxSource is the longest flow source that loads, in bytes.
const MaxSource = 1 << 20

// Source is the text of one flow and where it came from.
type Source struct {
	Name   string // file path as it is to be printed, or for an inline flow its place in the configuration, as in Caddyfile:14
	Inline bool   // positions then read "Caddyfile:14 (inline flow, line 3)"
	YAML   []byte

	err   error    // why a file, or a folder of files, could not be read
	isDir bool     // it stands for a folder
	lines []string // see line
}

// NewSource returns the source of an inline flow. Name is its place in the configuration, as in Caddyfile:14.
func NewSource(name string, text []byte) *Source {
	return &Source{Name: name, Inline: true, YAML: text}
}

// identity returns what tells whether two sources are the same one: the cleaned absolute path of a file. An inline flow
// is only the same as itself.
func (s *Source) identity() any {
	if s.Inline {
		return s
	}
	if name, err := filepath.Abs(s.Name); err == nil {
		return name
	}
	return s.Name
}

// Same reports whether reading a place again gave what it had given before, which is what s holds.
func (s *Source) Same(again *Source) bool {
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	return s.isDir == again.isDir && text(s.err) == text(again.err) && bytes.Equal(s.YAML, again.YAML)
}

// IsUnreadFolder reports whether the source stands for a folder that could not be read, and so for all flows below it.
func (s *Source) IsUnreadFolder() bool { return s.isDir }

// line returns the text of a line, counted from 1, without its end. It is used for errors only.
func (s *Source) line(n int) string {
	if s.lines == nil {
		s.lines = strings.Split(string(trimBOM(s.YAML)), "\n")
	}
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// Position is a place in a source; Line and Column count from 1, in characters. A zero Line or Column is unknown, and
// so is the zero Position.
type Position struct {
	Source *Source
	Line   int
	Column int
}

// String returns the position as file:line:column, for an inline flow as "Caddyfile:14 (inline flow, line 3)"; what is
// unknown is left out.
func (p Position) String() string {
	switch {
	case p.Source == nil:
		return ""
	case p.Line == 0:
		return p.Source.Name
	case p.Source.Inline:
		return fmt.Sprintf("%s (inline flow, line %d)", p.Source.Name, p.Line)
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.Source.Name, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.Source.Name, p.Line, p.Column)
	}
}
