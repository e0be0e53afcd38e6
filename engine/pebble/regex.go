package pebble

import (
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// splitRegex is Java's String.split: the parts between matches; with limit 0 without the empty parts at the end, with a
// positive one at most that many parts.
func (st *state) splitRegex(text, pattern string, limit int) (value.Value, error) {
	if pattern != "" && !strings.ContainsAny(pattern, `\[](){}.*+?^$|`) {
		return st.splitText(text, pattern, limit)
	}
	var parts []value.Value
	from, matched := 0, false
	err := st.engine.regexes.Matches(st.budget(), text, pattern, func(m javaregex.Match) (bool, error) {
		if limit > 0 && len(parts) == limit-1 {
			return false, nil
		}
		if m.End() == 0 { // an empty match at the begin gives no part
			return true, nil
		}
		matched = true
		parts = append(parts, value.String(text[from:m.Start()]))
		from = m.End()
		return true, nil
	})
	if err != nil {
		return value.Null, err
	}
	if !matched {
		return value.Strings([]string{text}), nil
	}
	return st.finishSplit(append(parts, value.String(text[from:])), limit)
}

// splitText is splitRegex for a pattern that is plain text.
func (st *state) splitText(text, separator string, limit int) (value.Value, error) {
	if err := st.ChargeSearch(text, separator); err != nil {
		return value.Null, err
	}
	n := strings.Count(text, separator)
	if n == 0 {
		return value.Strings([]string{text}), nil
	}
	if limit > 0 {
		n = min(n, limit-1)
	}
	if err := st.ChargeItems(n + 1); err != nil {
		return value.Null, err
	}
	parts := make([]value.Value, 0, n+1)
	for range n {
		before, after, _ := strings.Cut(text, separator)
		parts = append(parts, value.String(before))
		text = after
	}
	return st.finishSplit(append(parts, value.String(text)), limit)
}

// finishSplit removes the empty parts at the end, unless a limit was given.
func (st *state) finishSplit(parts []value.Value, limit int) (value.Value, error) {
	if limit == 0 {
		for len(parts) > 0 && parts[len(parts)-1].Str() == "" {
			parts = parts[:len(parts)-1]
		}
	}
	return value.ListOf(parts...), st.ChargeItems(len(parts))
}

// replaceRegex is Java's String.replaceAll.
func (st *state) replaceRegex(text, pattern, with string) (value.Value, error) {
	var out strings.Builder
	from := 0
	err := st.engine.regexes.Matches(st.budget(), text, pattern, func(m javaregex.Match) (bool, error) {
		before := out.Len()
		out.WriteString(text[from:m.Start()])
		if err := m.Expand(&out, with); err != nil {
			return false, runtimeError("%s", err)
		}
		from = m.End()
		return true, st.ChargeOutput(out.Len() - before)
	})
	if err != nil {
		return value.Null, err
	}
	out.WriteString(text[from:])
	return value.String(out.String()), st.ChargeOutput(len(text) - from)
}
