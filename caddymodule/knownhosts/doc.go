// Package knownhosts is the option of groups of tasks that says which servers of SSH are trusted.
package knownhosts
