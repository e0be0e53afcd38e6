package webhook

import "strings"

// testEvent is the header by which a caller says that a request is a test.
const testEvent = "X-Kestra-Test-Event"

// From returns the value of the label system.from for the execution of a request. As in Kestra 2.0 it is testEvent when the caller
// says so, so that flows and people can tell tests from events.
func (r *Request) From() string {
	for _, text := range r.Header[testEvent] {
		if !strings.EqualFold(strings.TrimSpace(text), "false") {
			return "testEvent"
		}
	}
	return "trigger"
}
