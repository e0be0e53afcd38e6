// Package executions has the tasks that act on the execution they run in.
package executions
