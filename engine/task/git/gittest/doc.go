// Package gittest runs git and serves repositories, for the tests of tasks that clone some.
package gittest
