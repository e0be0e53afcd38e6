// Package charset has the charsets that tasks read and write, by their names.
package charset
