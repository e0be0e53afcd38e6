// Package tasktest loads and runs single tasks, for the tests of the packages that implement them.
package tasktest
