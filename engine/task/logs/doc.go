// Package logs has the tasks that write to the execution's log.
package logs
