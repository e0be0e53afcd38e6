package main

import (
	"errors"
	"os"
	"testing"
)

func TestWithin(t *testing.T) {
	own := errors.New("own")
	tests := []struct {
		name string
		body func(testing.TB) error
		want string
	}{
		{"nothing", func(testing.TB) error { return nil }, ""},
		{"an error", func(testing.TB) error { return own }, "own"},
		{"fatal", func(tb testing.TB) error { tb.Fatal("end ", 1); return own }, "end 1"},
		{"fatal with a format", func(tb testing.TB) error { tb.Fatalf("end %d", 2); return own }, "end 2"},
		{"an error of the harness", func(tb testing.TB) error { tb.Error("said"); return own }, "said\nown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var order []string
			var dir string
			err := within(func(tb testing.TB) error {
				dir = tb.TempDir()
				tb.Cleanup(func() { order = append(order, "first") })
				tb.Cleanup(func() { order = append(order, "last") })
				return tt.body(tb)
			})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if len(order) != 2 || order[0] != "last" {
				t.Errorf("cleaned up in the order %q", order)
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("its folder is left: %v", err)
			}
		})
	}
}
