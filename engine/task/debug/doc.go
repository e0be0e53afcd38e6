// Package debug has the tasks for trying things out.
package debug
