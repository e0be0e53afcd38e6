// Package nearest finds the name that somebody meant who misspelt it.
package nearest
