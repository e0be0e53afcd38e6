// Package hints tells those who watch a store of what it has committed.
package hints
