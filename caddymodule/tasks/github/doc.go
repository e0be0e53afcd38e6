// Package github registers the group of tasks that use the API of GitHub.
package github
