package pebble

// Truthy reports whether a rendered text means yes where Kestra decides by one: runIf, when, the conditions of tasks.
// These mean no: "false", "0", "-0" and nothing, each without the blanks and control characters around it.
// Anything else means yes, "False" and "0.0" included. [Template.Test] has the other rule, that of conditions.
func Truthy(text string) bool {
	switch trimControl(text) {
	case "", "false", "0", "-0":
		return false
	default:
		return true
	}
}
