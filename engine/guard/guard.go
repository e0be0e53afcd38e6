package guard

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"go.uber.org/zap"
)

// ErrInternal is what a call that panicked ends with. Its text is for anybody.
var ErrInternal = errors.New("internal error")

// Do calls f and returns its error. A panic is [ErrInternal], and a message for log with what it was and where: with its
// type alone unless it is the runtime's own, since what else is thrown may hold data of a request or a secret, and without
// arguments of functions.
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

// frames is how many calls of a stack are told, the innermost first.
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
