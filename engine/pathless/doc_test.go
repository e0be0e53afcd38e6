package pathless

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCause has an error of each kind, and one of no file.
func TestCause(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, opened := os.Open(missing)
	other := errors.New("no place is left")
	for name, tt := range map[string]struct{ err, want error }{
		"opened":  {opened, os.ErrNotExist},
		"wrapped": {fmt.Errorf("open %s: %w", missing, opened), os.ErrNotExist},
		"renamed": {os.Rename(missing, missing+"2"), os.ErrNotExist},
		"other":   {other, other},
		"none":    {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := Cause(tt.err)
			if !errors.Is(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
			if got != nil && strings.Contains(got.Error(), missing) {
				t.Errorf("it has the path: %v", got)
			}
		})
	}
}
