// Package logline keeps lines of a log free of secrets, whole, and short, whatever texts they are given and whatever the
// encoder does: the console encoder of zap prints messages as they are.
package logline
