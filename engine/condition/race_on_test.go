//go:build race

package condition

// slowdown is how much longer the race detector makes everything take.
const slowdown = 10
