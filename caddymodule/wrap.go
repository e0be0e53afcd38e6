package caddymodule

import (
	"strings"
	"unicode/utf8"
)

// printWidth is how many characters a line of what the commands print has, unless a word alone is longer.
const printWidth = 100

// wrap breaks the lines of a text that are longer than width at blanks, and indents what follows.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for utf8.RuneCountInString(line) > width {
			cut, count, begun := -1, 0, false
			for i, r := range line {
				if count++; count > width+1 && cut >= 0 {
					break
				}
				if r == ' ' && begun {
					cut = i
				}
				begun = begun || r != ' '
			}
			if cut < 0 {
				break
			}
			b.WriteString(line[:cut])
			b.WriteByte('\n')
			line = indent + line[cut+1:]
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}
