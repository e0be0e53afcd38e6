// Package log has the tasks that write to the execution's log.
package log
