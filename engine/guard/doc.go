// Package guard turns panics into errors, so that no request or execution takes the process, or its connection, down.
package guard
