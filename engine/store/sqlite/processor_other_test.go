//go:build !unix

package sqlite

import "testing"

// reportProcessorTime does nothing where the system is asked in another way.
func reportProcessorTime(*testing.B) func() { return func() {} }
