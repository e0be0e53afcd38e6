package guard

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
)

func TestDo(t *testing.T) {
	const secret = "hunter22"
	own := errors.New("own")
	var list []int
	tests := []struct {
		name  string
		f     func() error
		want  error
		panic string // as it is logged
	}{
		{"all well", func() error { return nil }, nil, ""},
		{"an error", func() error { return own }, own, ""},
		{"the runtime's own", func() error { list[3] = 1; return nil }, ErrInternal, "runtime error: index out of range [3] with length 0"},
		{"a type assertion", func() error { return any(secret).(error) }, ErrInternal, "interface conversion: string is not error: missing method Error"},
		{"a text", func() error { panic(secret) }, ErrInternal, "string"},
		{"an error as panic", func() error { panic(fmt.Errorf("x %s", secret)) }, ErrInternal, "*errors.errorString"},
		{"nil", func() error { panic(nil) }, ErrInternal, "panic called with nil argument"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var logged []string
			err := Do(func(message string, fields ...zap.Field) {
				logged = append(logged, message)
				for _, f := range fields {
					logged = append(logged, f.String)
				}
			}, test.f)
			if !errors.Is(err, test.want) {
				t.Errorf("error is %v, want %v", err, test.want)
			}
			if test.panic == "" {
				if logged != nil {
					t.Errorf("logs %q", logged)
				}
				return
			}
			if len(logged) != 3 || logged[0] != "panic" || logged[1] != test.panic {
				t.Fatalf("logs %q", logged)
			}
			if stack := logged[2]; !strings.HasPrefix(stack, "github.com/caddy-kestra/kestra-webhook/engine/guard.TestDo.func") || !strings.Contains(stack, "guard_test.go:") || strings.ContainsAny(stack, "\n{") {
				t.Errorf("the stack is %q", stack)
			}
			if text := strings.Join(logged, " "); strings.Contains(text, secret) {
				t.Errorf("the panic's value is in %q", text)
			}
		})
	}
}

func TestDoAllocatesNothing(t *testing.T) {
	n := 0
	allocations := testing.AllocsPerRun(100, func() {
		_ = Do(func(string, ...zap.Field) { n-- }, func() error { n++; return nil })
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
