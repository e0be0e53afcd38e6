package flow

// Source is the text of one flow and where it came from.
type Source struct {
	Name   string // file path as it is to be printed, or for an inline flow its place in the configuration, as in Caddyfile:14
	Inline bool   // positions then read "Caddyfile:14 (inline flow, line 3)"
	YAML   []byte
}

// Position is a place in a source; Line and Column count from 1, in characters. The zero Position is unknown.
type Position struct {
	Source *Source
	Line   int
	Column int
}

// Severity tells an error, which keeps a flow from loading, from a warning.
type Severity int

// The severities.
const (
	SeverityError Severity = iota
	SeverityWarning
)

// Diagnostic is one finding about one place of one flow. It is an error, also when it is only a warning.
type Diagnostic struct {
	Severity Severity
	Pos      Position
	Path     string // the member, as in tasks[0].message; may be empty
	Message  string
	Err      error // the cause, such as a *pebble.Error; may be nil
}

// Error returns file:line:column, path and message.
func (d *Diagnostic) Error() string { return d.Pos.String() + ": " + d.Path + ": " + d.Message }

// String returns the position as file:line:column.
func (p Position) String() string { return "" }
