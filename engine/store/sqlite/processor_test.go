//go:build unix

package sqlite

import (
	"syscall"
	"testing"
	"time"
)

// processorTime returns how much processor time the process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// reportProcessorTime adds what an operation takes of the processors, from here on to the end of the benchmark: unlike the time that
// passes, it hardly depends on what else the machine does.
func reportProcessorTime(b *testing.B) func() {
	begin := processorTime(b)
	return func() {
		b.ReportMetric(float64((processorTime(b)-begin).Nanoseconds())/float64(b.N), "cpu-ns/op")
	}
}
