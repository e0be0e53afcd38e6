// Package lines reads the lines of files of executions for tasks, and divides them among several files.
package lines
