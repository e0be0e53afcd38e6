// Package templating has the task that is made when it runs.
package templating
