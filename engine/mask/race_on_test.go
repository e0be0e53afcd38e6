//go:build race

package mask

// raceEnabled is set under the race detector, which makes allocations of its own.
const raceEnabled = true
