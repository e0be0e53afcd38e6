// Package storage has the tasks that write and read files of executions.
package storage
