// Package compress has the tasks that make archives of files, and files of archives.
package compress
