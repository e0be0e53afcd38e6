// Package storetest is the suite that every store of executions passes, and the benchmark that every store runs.
package storetest
