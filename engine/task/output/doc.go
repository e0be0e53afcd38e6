// Package output has the tasks that make outputs.
package output
