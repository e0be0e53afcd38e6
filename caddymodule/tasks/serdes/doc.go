// Package serdes registers the group of tasks that turn files of rows into other formats.
package serdes
