// Package upkeep has the tasks that look after executions: those that count, resume and remove them, read and remove their logs, and
// switch triggers on and off.
package upkeep
