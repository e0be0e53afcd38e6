package valuetest

import (
	"errors"
	"runtime"
)

// All is a limit that no test reaches.
const All = 1 << 40

// Account is an account of memory, as evaluations ask for, that counts. It serves one goroutine.
type Account struct {
	Limit int64 // bytes that there are
	Taken int64 // bytes of them that are gone
}

// Take takes bytes; an error means that there are not as many left.
func (a *Account) Take(bytes int64) error {
	if a.Taken+bytes > a.Limit {
		return errors.New("nothing is left")
	}
	a.Taken += bytes
	return nil
}

// Held calls f and returns how many bytes its result, and what else it leaves behind, keep alive.
func Held(f func() any) int64 {
	before := Heap()
	result := f()
	held := Heap() - before
	runtime.KeepAlive(result)
	return held
}

// Heap returns how many bytes the process has reachable.
func Heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC() // the second frees what pools had
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// Allocated calls f and returns how many bytes the process allocated meanwhile: nothing else may be at work.
func Allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}
