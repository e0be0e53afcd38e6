package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// lifetime is a testing.TB for package harness outside of tests: what is started with it ends with it. Methods of testing.TB
// that harness does not use are missing, and the interface inside, which is nil, panics for them.
type lifetime struct {
	testing.TB
	cleanups []func()
	errs     []error
}

// within runs body with a lifetime. When it returns, all that was started in it has ended and the programs built for it are
// removed. The error joins that of body and what went wrong in the harness.
func within(body func(testing.TB) error) error {
	l := new(lifetime)
	l.Cleanup(harness.Clean)
	done := make(chan struct{})
	go func() { // so that Fatal can end it
		defer close(done)
		defer l.end()
		if err := body(l); err != nil {
			l.errs = append(l.errs, err)
		}
	}()
	<-done
	return errors.Join(l.errs...)
}

func (l *lifetime) end() {
	for _, f := range slices.Backward(l.cleanups) {
		f()
	}
}

func (l *lifetime) Helper() {}

func (l *lifetime) Cleanup(f func()) { l.cleanups = append(l.cleanups, f) }

func (l *lifetime) Failed() bool { return len(l.errs) > 0 }

func (l *lifetime) Error(args ...any) { l.errs = append(l.errs, errors.New(fmt.Sprint(args...))) }

func (l *lifetime) Logf(format string, args ...any) { l.Error(fmt.Sprintf(format, args...)) }

func (l *lifetime) Fatal(args ...any) {
	l.Error(args...)
	runtime.Goexit()
}

func (l *lifetime) Fatalf(format string, args ...any) { l.Fatal(fmt.Sprintf(format, args...)) }

func (l *lifetime) TempDir() string {
	dir, err := os.MkdirTemp("", "kestra-bench")
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			l.Error(err)
		}
	})
	return dir
}
