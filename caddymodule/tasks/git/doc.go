// Package git registers the group of tasks that clone repositories of git.
package git
