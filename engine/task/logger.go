package task

import (
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/logline"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

// Level is a level of Kestra's logs, an index of [flow.LogLevels].
type Level int8

// The levels.
const (
	Trace Level = iota // written at debug level, below which the server has none
	Debug
	Info
	Warn
	Error
)

// ParseLevel returns the level with this name, in capitals as in Kestra.
func ParseLevel(name string) (Level, error) {
	if i := slices.Index(flow.LogLevels, name); i >= 0 {
		return Level(i), nil
	}
	return 0, fmt.Errorf("level %q is none of %s", name, strings.Join(flow.LogLevels, ", "))
}

// String returns the name of l.
func (l Level) String() string { return flow.LogLevels[l] }

func (l Level) zap() zapcore.Level {
	return zapcore.Level(max(l, Debug)-Debug) + zapcore.DebugLevel
}

// Logger writes the log of one execution: as lines of the server's log that name their origin, and as lines that the execution
// keeps. It never writes the key of a webhook, which no variable holds, nor a secret that its mask knows. The zero Logger
// writes nothing.
type Logger struct {
	To        *zap.Logger
	Journal   Journal // nil: nothing is kept
	Mask      *mask.Mask
	Minimum   Level  // lines below it are dropped: `logLevel` of the task
	Execution string // id
	Namespace string
	Flow      string // id
	Task      string // id; empty for lines of the execution itself
	Run       string // id of the task run; likewise
	Attempt   int32  // of it, counted from 0
}

// Journal keeps the lines of an execution's log. It may be called concurrently.
type Journal interface {
	// Keep keeps a message without secrets, of an attempt of the run of a task; without those, of the execution itself.
	Keep(run, task string, attempt int32, level Level, message string)
}

// Enabled reports whether a line of this level would be written.
func (l *Logger) Enabled(level Level) bool {
	return level >= l.Minimum && (l.Journal != nil || l.To != nil && l.To.Core().Enabled(level.zap()))
}

// Log writes a line, whatever the message holds: see [mask.Mask.Line] and, for what is kept, [mask.Mask.Kept]. The execution keeps
// the message alone, without the fields, which are for whoever runs the server.
func (l *Logger) Log(level Level, message string, fields ...zap.Field) {
	if level < l.Minimum {
		return
	}
	if l.Journal != nil {
		l.Journal.Keep(l.Run, l.Task, l.Attempt, level, l.Mask.Kept(message))
	}
	if l.To == nil || !l.To.Core().Enabled(level.zap()) {
		return
	}
	entry := l.To.Check(level.zap(), l.Mask.Line(message))
	if entry == nil {
		return
	}
	all := make([]zap.Field, 0, 4+len(fields))
	all = append(all, zap.String("execution", l.Execution), zap.String("namespace", l.Namespace), zap.String("flow", l.Flow))
	if l.Task != "" {
		all = append(all, zap.String("task", l.Task))
	}
	entry.Write(append(all, logline.Fields(l.Mask, fields)...)...)
}
