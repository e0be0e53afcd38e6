package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// TestID checks that the id of a store stays, and another store has another one.
func TestID(t *testing.T) {
	s := harness.Open(t)
	id := s.(fileStore).ID()
	s = harness.Reopen(t, s)
	other := harness.Open(t)
	if again := s.(fileStore).ID(); len(id) != 32 || again != id || other.(fileStore).ID() == id {
		t.Errorf("%q, then %q; another one has %q", id, again, other.(fileStore).ID())
	}
	if err := errors.Join(s.Close(), other.Close()); err != nil {
		t.Error(err)
	}
}

// TestOfOlderPrograms opens files of all earlier versions: they get what they lack, once, and keep what they have.
func TestOfOlderPrograms(t *testing.T) {
	for version := 1; version < len(migrations); version++ {
		path := filepath.Join(t.TempDir(), "kestra.db")
		for _, migration := range migrations[:version] {
			execute(t, path, migration)
		}
		execute(t, path, fmt.Sprintf("UPDATE identity SET id = 'kept'; PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
		first := openFile(t, path)
		secret, id := string(first.Secret()), first.(fileStore).ID()
		again := harness.Reopen(t, first)
		if len(secret) != secretBytes || secret != string(again.Secret()) || id != "kept" || again.(fileStore).ID() != id {
			t.Errorf("version %d: secret %x, then %x; id %s", version, secret, again.Secret(), id)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}
