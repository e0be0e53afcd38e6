package guard

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"go.uber.org/zap"
)

// ErrInternal is the error of a call that panicked. Its text says nothing, so it may be shown to anybody.
var ErrInternal = errors.New("internal error")

// Do calls f and returns its error. After a panic it returns [ErrInternal] and calls log with the stack, without arguments.
// A panic of the runtime is logged with its message, any other with its type alone, since its value may hold data of a
// request or a secret.
func Do(log func(message string, fields ...zap.Field), f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log("panic", zap.String("panic", describe(p)), zap.String("stack", stack()))
			err = ErrInternal
		}
	}()
	return f()
}

func describe(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", p)
}

// frames is the number of calls of a stack that are logged, the innermost first.
const frames = 32

// stack returns the calls that led to the panic, as in `condition.(*cel).Holds cel.go:12; …`.
func stack() string {
	var callers [frames]uintptr
	n := runtime.Callers(3, callers[:]) // without Callers, stack and the deferred function
	var b strings.Builder
	for calls, more := runtime.CallersFrames(callers[:n]), n > 0; more; {
		var frame runtime.Frame
		frame, more = calls.Next()
		if b.Len() == 0 && strings.HasPrefix(frame.Function, "runtime.") { // how the panic came to us
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s %s:%d", frame.Function, frame.File[strings.LastIndexByte(frame.File, '/')+1:], frame.Line)
	}
	return b.String()
}
