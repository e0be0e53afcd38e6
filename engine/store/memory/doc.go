// Package memory keeps executions in memory: nothing survives the end of the process.
//
// An execution that has not ended is never dropped. Of those that have, the newest by their end are kept, within
// [Options.Ended] and [Options.EndedBytes], each with its values, signals and log lines.
package memory
