// Package timing has the tasks that let time pass.
package timing
