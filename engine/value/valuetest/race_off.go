//go:build !race

package valuetest

// Race is set under the race detector, which makes allocations of its own.
const Race = false
