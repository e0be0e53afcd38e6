// Package setting renders properties of tasks that are written as a value or as an expression.
package setting
