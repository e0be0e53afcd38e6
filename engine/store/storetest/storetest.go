package storetest

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Run tests every promise of [execution.Store] against the stores that open returns, each empty and the test's own.
func Run(t *testing.T, open func(t *testing.T) execution.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s execution.Store)
	}{
		{"Accept", testAccept},
		{"AcceptEnded", testAcceptEnded},
		{"AcceptTwice", testAcceptTwice},
		{"Commit", testCommit},
		{"CommitNothing", testCommitNothing},
		{"CommitConflict", testCommitConflict},
		{"CommitNotFound", testCommitNotFound},
		{"CommitRace", testCommitRace},
		{"Isolation", testIsolation},
		{"Load", testLoad},
		{"List", testList},
		{"Unfinished", testUnfinished},
		{"UnfinishedStops", testUnfinishedStops},
		{"Revision", testRevision},
		{"RevisionRace", testRevisionRace},
		{"Values", testValues},
		{"Concurrent", testConcurrent},
		{"Close", testClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test.run(t, s)
		})
	}
}
