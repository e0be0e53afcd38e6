package task

import (
	"fmt"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/logline"
	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

// Level is a level of Kestra's logs, ordered by weight.
type Level int8

// The levels.
const (
	Trace Level = iota // written at debug level, below which the server has none
	Debug
	Info
	Warn
	Error
)

// LevelNames are the levels as flows write them.
var LevelNames = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR"}

// ParseLevel returns the level with this name, in capitals as in Kestra.
func ParseLevel(name string) (Level, error) {
	for i, n := range LevelNames {
		if n == name {
			return Level(i), nil
		}
	}
	return 0, fmt.Errorf("level %q is none of %s", name, strings.Join(LevelNames, ", "))
}

func (l Level) zap() zapcore.Level {
	return zapcore.Level(max(l, Debug)-Debug) + zapcore.DebugLevel
}

// Logger writes the log of one execution, as lines of the server's log that name their origin. It never writes the key
// of a webhook, which no variable holds, nor a secret that its mask knows. The zero Logger writes nothing.
type Logger struct {
	To        *zap.Logger
	Mask      *mask.Mask
	Minimum   Level  // lines below it are dropped: `logLevel` of the task
	Execution string // id
	Namespace string
	Flow      string // id
	Task      string // id; empty for lines of the execution itself
}

// Enabled reports whether a line of this level would be written.
func (l *Logger) Enabled(level Level) bool {
	return l.To != nil && level >= l.Minimum && l.To.Core().Enabled(level.zap())
}

// Log writes a line, whatever the message holds: see [mask.Mask.Line].
func (l *Logger) Log(level Level, message string, fields ...zap.Field) {
	if !l.Enabled(level) {
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
