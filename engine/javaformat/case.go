package javaformat

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Upper changes case as Java does, ß included.
func Upper(text string) string {
	if value.IsASCII(text) {
		return strings.ToUpper(text)
	}
	return cases.Upper(language.Und).String(text)
}

// Lower changes case as Java does.
func Lower(text string) string {
	if value.IsASCII(text) {
		return strings.ToLower(text)
	}
	return cases.Lower(language.Und).String(text)
}
