//go:build !race

package condition

// slowdown is 1: the bounds of time hold as they are.
const slowdown = 1
