package pebble

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Dialect selects the operator table: the two differ in the precedence of `??`, `???` and `isIn`.
type Dialect int

// The dialects. The zero Dialect means [Dialect1].
const (
	Dialect1 Dialect = 1 // Kestra 1.x: `??` binds at 120
	Dialect2 Dialect = 2 // Kestra 2.0: `??` binds at 30
)

// Options configure an [Engine]. The zero Options are the defaults.
type Options struct {
	Dialect Dialect
	Limits  Limits // zero fields take their defaults, see [DefaultLimits]

	// Outside names the functions that [Context.Outside] answers: of kv, read, fileURI, fileSize, fileExists, isFileEmpty, http,
	// isPublicHoliday. A call of one that is not named is refused by Compile.
	Outside []string
}

// Limits bound what a template can cost, whatever it or its data say. Passing one is an [*Error] of class [ClassLimit].
type Limits struct {
	TemplateBytes int           // length of a template's text; checked when it is compiled
	Steps         int           // nodes evaluated in one evaluation
	OutputBytes   int           // text produced in one evaluation, intermediate texts included
	Depth         int           // nesting of expressions, macros and render() calls
	RangeItems    int           // items of one range or list made by the language
	Memory        int           // bytes that one evaluation makes: its text, and its lists and maps
	RegexTime     time.Duration // time of the processor that searches with look-around, back references and the like take in one evaluation
}

// DefaultLimits are the limits of an [Engine] whose options name none.
var DefaultLimits = Limits{
	TemplateBytes: 256 << 10,
	Steps:         1_000_000,
	OutputBytes:   16 << 20,
	Depth:         200,
	RangeItems:    1_000_000,
	Memory:        64 << 20,
	RegexTime:     30 * time.Millisecond,
}

// Secrets answers the function `secret('NAME')`.
type Secrets interface {
	// Secret returns the clear text of the secret with this name and whether there is one.
	Secret(namespace, name string) (string, bool, error)
}

// Logs gives the log of an execution.
type Logs interface {
	// ErrorLogs returns its lines of level ERROR, the oldest first, each as a map. They are bounded in bytes.
	ErrorLogs() ([]*value.Map, error)
}

// Memory is an account that evaluations take memory from before they make something large.
type Memory = meter.Account

// Context is what one evaluation sees. It is read only, so one Context may serve evaluations of several goroutines.
type Context struct {
	Vars      *value.Map     // the variables: trigger, flow, vars, inputs, outputs, execution, …
	Now       time.Time      // what now() and the like say; the zero time means the wall clock
	Seed      uint64         // seeds uuid(), randomInt() and the like; 0 means real randomness
	Location  *time.Location // the zone dates are printed in when none is named; nil means that of the system
	Secrets   Secrets        // nil: secret() fails and says that there is no source of secrets
	Namespace string         // the namespace that secret() asks for
	Logs      Logs           // nil: errorLogs() fails and says that there is no execution
	Outside   Outside        // nil: the functions that need something outside fail and say so
	Memory    Memory         // nil: evaluations are bounded by [Limits.Memory] alone
}

// ChargeJSON takes memory for what is made of a JSON text outside of an evaluation, before it is made.
func (c *Context) ChargeJSON(text string) error {
	if c.Memory == nil {
		return nil
	}
	return c.Memory.Take(int64(meter.JSONBytes(text)))
}
