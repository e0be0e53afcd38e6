// Package compress registers the group of tasks that make archives and unpack them.
package compress
