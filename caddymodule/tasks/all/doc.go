// Package all links every group of tasks of this module. A Caddy without it has the tasks of the core alone, and none of the libraries
// that the groups need.
//
// A group is a package below caddymodule/tasks that registers the Caddy module kestra.tasks.<group>, and one below engine/task that does
// the work.
package all
