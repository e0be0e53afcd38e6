// Package git has the task that clones repositories into the directory of a WorkingDirectory.
package git
