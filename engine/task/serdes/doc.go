// Package serdes has the tasks that turn files of rows from one format into another.
package serdes
