package logline

import (
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

// Wrap returns a logger whose messages and fields are as [mask.Mask.Line] makes them.
func Wrap(to *zap.Logger, m *mask.Mask) *zap.Logger {
	return to.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core { return &core{c, m} }))
}

// core cleans what goes to another core.
type core struct {
	zapcore.Core
	mask *mask.Mask
}

// With implements [zapcore.Core].
func (c *core) With(fields []zap.Field) zapcore.Core {
	return &core{c.Core.With(Fields(c.mask, fields)), c.mask}
}

// Check implements [zapcore.Core].
func (c *core) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

// Write implements [zapcore.Core]. It calls Check of the other core, which may be a tee, because only that knows which of its
// cores want the entry.
func (c *core) Write(e zapcore.Entry, fields []zap.Field) error {
	e.Message = c.mask.Line(e.Message)
	if checked := c.Core.Check(e, nil); checked != nil {
		checked.Write(Fields(c.mask, fields)...)
	}
	return nil
}

// Fields returns fields whose texts and errors are as [mask.Mask.Line] makes them. Numbers, times and what this module
// composes of them need nothing. The given fields are not changed.
func Fields(m *mask.Mask, fields []zap.Field) []zap.Field {
	copied := false
	for i, f := range fields {
		text, ok := textOf(f)
		if !ok {
			continue
		}
		line := m.Line(text)
		if f.Type == zapcore.StringType && line == text {
			continue
		}
		if !copied {
			fields, copied = slices.Clone(fields), true
		}
		fields[i] = zap.String(f.Key, line) // of an error no more than its text: its details may be longer
	}
	return fields
}

// textOf returns the text of a field that has one.
func textOf(f zap.Field) (string, bool) {
	switch f.Type {
	case zapcore.StringType:
		return f.String, true
	case zapcore.ByteStringType:
		text, ok := f.Interface.([]byte)
		return string(text), ok
	case zapcore.ErrorType:
		if err, ok := f.Interface.(error); ok {
			return err.Error(), true
		}
		return "", false
	default:
		return "", false
	}
}
