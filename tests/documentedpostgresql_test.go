//go:build unix

package tests

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task/postgresql/postgrestest"
)

// database is a server of PostgreSQL.
func database(t *testing.T) counterpart {
	db := postgrestest.New(t)
	return counterpart{
		secrets: map[string]string{"DB_HOST": db.Host, "DB_USER": postgrestest.User, "DB_PASSWORD": postgrestest.Password},
		options: map[string]string{},
	}
}
