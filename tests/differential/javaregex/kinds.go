package main

import (
	"slices"
	"strconv"
	"strings"
)

// The kinds of intended differences. Each is a row of tests/conformance/divergences.tsv, which has the reason.
const (
	halves    = "javaregex/empty matches between the halves of a character"
	behind    = "javaregex/look-behind with two parts of any length"
	graphemes = "javaregex/look-behind with \\X"
	reference = "javaregex/back reference without regard to case"
	captures  = "javaregex/captures of parts that did not match"
	rounds    = "javaregex/back references in rounds that may be empty"
	tooLong   = "javaregex/exponential backtracking"
)

// kindOf returns the kind of a difference; "" if it is not an intended one.
func kindOf(line, ours string) string {
	fields := strings.Split(line, "\t")
	theirs, _, _ := strings.Cut(fields[3], "\t")
	ours, _, _ = strings.Cut(ours, "\t")
	subject := []rune(unquote(fields[2]))
	switch {
	case strings.Contains(ours, "only one part of any length"):
		return behind
	case strings.Contains(ours, `\X is not supported`):
		return graphemes
	case strings.HasPrefix(ours, "? a back reference"):
		return reference
	case strings.HasPrefix(ours, "? "):
		return tooLong
	case strings.HasPrefix(ours, "!") || theirs == "!":
		return ""
	case slices.Equal(whole(theirs, subject), whole(ours, subject)):
		return halves
	case slices.Equal(spans(theirs), spans(ours)):
		return captures
	case strings.Contains(fields[0], `\\1`) && strings.Contains(fields[0], `){2}`):
		return rounds
	default:
		return ""
	}
}

// spans returns where the matches of an answer begin and end, without their groups.
func spans(answer string) []string {
	all := strings.Fields(answer)
	for i, match := range all {
		all[i], _, _ = strings.Cut(match, ",")
	}
	return all
}

// whole returns the matches of an answer without empty ones after a character that has two halves in Java.
func whole(answer string, subject []rune) []string {
	return slices.DeleteFunc(strings.Fields(answer), func(match string) bool {
		span, _, _ := strings.Cut(match, ",")
		begin, end, _ := strings.Cut(span, ":")
		at, err := strconv.Atoi(begin)
		return err == nil && begin == end && at > 0 && subject[at-1] > 0xffff
	})
}
