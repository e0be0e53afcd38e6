// Package sqlite is a store of executions in a file of SQLite, which outlives the process and the machine's power.
//
// One goroutine writes. It takes what is waiting, up to [groupSize] commits, does it in one transaction, and answers when that
// is on disk: many commits share one fsync, and one alone waits for nobody. Readers have connections of their own and see what was
// committed when they begin.
//
// An execution that has few task runs is one row, with its task runs in it. When there are more of them, or they become large, they
// move into a table of their own, so that what a commit costs is proportional to what it changes.
package sqlite
