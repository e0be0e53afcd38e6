// Package postgrestest starts a server of PostgreSQL, for the tests of tasks that talk to one.
package postgrestest
