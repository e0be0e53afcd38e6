// Package postgresql has the tasks that ask PostgreSQL, over its own protocol.
package postgresql
