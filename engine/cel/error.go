package cel

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// CompileError is a CEL expression that cannot be used.
type CompileError struct {
	Line, Column int // in the expression, from 1, in characters; 0 when the expression as a whole is meant
	Message      string
}

// Error returns the message with its place in the expression.
func (e *CompileError) Error() string {
	if e.Line == 0 {
		return "cel expression: " + e.Message
	}
	return fmt.Sprintf("cel expression, line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Excerpt returns the line of an expression that an error is about, and a caret below its column, both indented by two blanks;
// "" when the error has no place. Lines and columns are those of [CompileError] and [Error].
func Excerpt(expression string, line, column int) string {
	lines := strings.Split(expression, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	text := []rune(strings.TrimSuffix(lines[line-1], "\r"))
	before := text[:min(max(column-1, 0), len(text))]
	blank := strings.Map(func(r rune) rune { // a tab stays one, so that the caret stands below its character
		if r == '\t' {
			return r
		}
		return ' '
	}, string(before))
	return "  " + string(text) + "\n  " + blank + "^"
}

// Reason says why a condition could not be answered.
type Reason string

// The reasons.
const (
	ReasonError      Reason = "error"       // the expression failed, as on a field that the request does not have
	ReasonCost       Reason = "cost"        // it took more steps than allowed
	ReasonBusy       Reason = "busy"        // the machine could not answer it now; says nothing about the request
	ReasonGuard      Reason = "guard"       // it called a function with arguments that are too large for it
	ReasonNotBoolean Reason = "not_boolean" // its result is neither true nor false
)

// Error is a condition that could not be answered for one request. Its text is made of the expression only.
type Error struct {
	Reason       Reason
	Line, Column int // in the expression, from 1, in characters; 0 when unknown
	Message      string
}

// Error returns the message with its place in the expression.
func (e *Error) Error() string {
	if e.Line == 0 {
		return "condition " + e.Message
	}
	return fmt.Sprintf("condition %s (expression line %d, column %d)", e.Message, e.Line, e.Column)
}

// maxCause is how many bytes of an error of the library are looked at; it may be as long as the request.
const maxCause = 256

// failure makes an [Error] of an error of the library. Its words are not repeated, since they may hold text of the request.
func (p *Program) failure(err error) error {
	text := err.Error()
	if len(text) > maxCause {
		text = text[:maxCause]
	}
	failure := &Error{Reason: ReasonError, Message: "failed: " + p.cause(text)}
	var guard *guardError
	var cancelled interpreter.EvalCancelledError
	switch {
	case errors.As(err, &guard):
		failure.Reason, failure.Message = ReasonGuard, "was refused: "+guard.message
	case errors.As(err, &cancelled) && cancelled.Cause == interpreter.ContextCancelled:
		failure.Reason, failure.Message = ReasonBusy, cancelled.Message
	case errors.As(err, &cancelled):
		failure.Reason, failure.Message = ReasonCost, cancelled.Message
	}
	var located *types.Err
	if errors.As(err, &located) && located.NodeID() != 0 && !isShared(text) {
		if place := p.info.GetStartLocation(located.NodeID()); place.Line() > 0 {
			failure.Line, failure.Column = place.Line(), place.Column()+1
		}
	}
	return failure
}

// isShared reports whether the library has one error value with this message for all expressions. Its place is that of the
// first expression that failed with it, so it says nothing about this one.
func isShared(message string) bool {
	return message == "no such overload" || message == "timestamp overflow"
}

// causes are the library's words for what went wrong, without the values that may follow them.
var causes = []string{
	"no such key", "no such attribute", "no such overload", "index out of bounds", "out of range", "division by zero",
	"modulus by zero", "overflow", "optional.none() dereference", "type conversion error", "invalid", "unsupported",
}

// ownErrors are the functions whose errors are this package's own words.
var ownErrors = names("compareSecret", "secret", "hmac", "parseJSON", "parseYAML", "parseURL", "marshalJSON", "truncate", "firstItem", "lastItem")

// lengthy are errors of the library that repeat a value, by their first words, and what to say instead.
var lengthy = []struct{ begin, short string }{
	{"insert failed: ", "a key comes twice"},
	{"IP Address ", "the text is no IP address"},
	{"IP address ", "an IP address with a zone cannot be compared"},
	{"IPv4-mapped ", "an IPv4 address that is written as one of IPv6 cannot be compared"},
	{"CIDR ", "the text is no range of IP addresses"},
}

// cause returns the library's message where it is made of words of the library or of the expression alone, else the kind of
// error.
func (p *Program) cause(text string) string {
	if function, _, ok := strings.Cut(text, ": "); ok && ownErrors[function] {
		return text
	}
	for _, known := range lengthy {
		if strings.HasPrefix(text, known.begin) {
			return known.short
		}
	}
	for _, cause := range causes {
		before, after, found := strings.Cut(text, cause)
		if !found || before != "" && cause == "no such key" {
			continue
		}
		if key := strings.TrimPrefix(after, ": "); cause == "no such key" && strings.Contains(p.expression, key) {
			return text // the key is the expression's own word
		}
		return cause
	}
	return "the evaluation ended with an error"
}
