// Package postgresql registers the group of tasks that ask PostgreSQL.
package postgresql
