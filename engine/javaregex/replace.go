package javaregex

import (
	"errors"
	"fmt"
	"strings"
)

// Expand writes a replacement as Java's Matcher.appendReplacement does: $n and ${name} are groups, and a backslash makes the
// character after it literal.
func (m Match) Expand(out *strings.Builder, with string) error {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; c {
		case '\\':
			if i++; i == len(with) {
				return errors.New("replacement ends in a backslash")
			}
			out.WriteByte(with[i])
		case '$':
			group, next, err := m.reference(with, i+1)
			if err != nil {
				return err
			}
			text, _ := m.Group(group)
			out.WriteString(text)
			i = next - 1
		default:
			out.WriteByte(c)
		}
	}
	return nil
}

// reference reads the group after a dollar sign: a name, or as many digits as make the number of a group that exists.
func (m Match) reference(with string, i int) (group, next int, err error) {
	if strings.HasPrefix(with[i:], "{") {
		name, _, ok := strings.Cut(with[i+1:], "}")
		if !ok {
			return 0, 0, errors.New("replacement has a group name without its closing brace")
		}
		if group = m.re.GroupNumber(name); group < 0 {
			return 0, 0, errors.New("replacement names a group that does not exist")
		}
		return group, i + len(name) + 2, nil
	}
	if i >= len(with) || !isDigit(rune(with[i])) {
		return 0, 0, errors.New("replacement has a $ that is no group; write \\$")
	}
	groups := len(m.re.names)
	if group = int(with[i] - '0'); group >= groups {
		return 0, 0, fmt.Errorf("replacement names a group that does not exist: %d", group)
	}
	for i++; i < len(with) && isDigit(rune(with[i])) && group*10+int(with[i]-'0') < groups; i++ {
		group = group*10 + int(with[i]-'0')
	}
	return group, i, nil
}
