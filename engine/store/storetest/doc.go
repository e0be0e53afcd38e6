// Package storetest is the suite that every store of executions passes.
package storetest
