// Package github has the tasks that use the REST API of GitHub.
package github
