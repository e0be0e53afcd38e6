package storetest

import (
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

// Harness opens the stores that are tested.
type Harness struct {
	// Open returns an empty store.
	Open func(t testing.TB) execution.Store
	// Reopen closes a store and opens it again. Nil for one that forgets.
	Reopen func(t testing.TB, s execution.Store) execution.Store
	// Crash leaves a store as a process that is killed would, and opens it again. Nil for one that forgets.
	Crash func(t testing.TB, s execution.Store) execution.Store
}

// Run tests every promise of [execution.Store].
func Run(t *testing.T, h Harness) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s execution.Store)
	}{
		{"Accept", testAccept},
		{"AcceptEnded", testAcceptEnded},
		{"AcceptEndedMemory", testAcceptEndedMemory},
		{"AcceptAgain", testAcceptAgain},
		{"AcceptAloneAgain", testAcceptAloneAgain},
		{"AcceptOneAgain", testAcceptOneAgain},
		{"Write", testWrite},
		{"WriteNothing", testWriteNothing},
		{"WriteRace", testWriteRace},
		{"Steps", testSteps},
		{"References", testReferences},
		{"Isolation", testIsolation},

		{"BatchKeepsNothing", testBatchKeepsNothing},
		{"BatchOfTwo", testBatchOfTwo},
		{"BatchWithoutSense", testBatchWithoutSense},
		{"Delivery", testDelivery},
		{"DeliveryExpires", testDeliveryExpires},
		{"DeliveryReplaced", testDeliveryReplaced},
		{"DeliveryRace", testDeliveryRace},

		{"Places", testPlaces},
		{"PlacesElse", testPlacesElse},
		{"PlacesWake", testPlacesWake},
		{"PlacesPassedOn", testPlacesPassedOn},
		{"PlacesRace", testPlacesRace},

		{"Park", testPark},
		{"ParkOrder", testParkOrder},
		{"ParkAgain", testParkAgain},
		{"ParkEnded", testParkEnded},
		{"Claim", testClaim},
		{"ClaimFences", testClaimFences},
		{"ClaimRace", testClaimRace},

		{"Signal", testSignal},
		{"SignalTwice", testSignalTwice},
		{"SignalBeforePark", testSignalBeforePark},
		{"SignalAfterPark", testSignalAfterPark},
		{"SignalRace", testSignalRace},

		{"Load", testLoad},
		{"List", testList},
		{"ListPages", testListPages},
		{"ListSince", testListSince},
		{"Logs", testLogs},
		{"Delete", testDelete},
		{"DeleteLarge", testDeleteLarge},
		{"DeleteLogs", testDeleteLogs},
		{"Pairs", testPairs},
		{"PairsExpire", testPairsExpire},
		{"PairRoom", testPairRoom},
		{"Triggers", testTriggers},
		{"Flows", testFlows},
		{"FlowsRace", testFlowsRace},
		{"Values", testValues},
		{"ValuesReplaced", testValuesReplaced},
		{"Stats", testStats},
		{"Watch", testWatch},
		{"WatchEnds", testWatchEnds},
		{"WatchDelaysNobody", testWatchDelaysNobody},
		{"Concurrent", testConcurrent},
		{"Close", testClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // most of what a store of files takes is waiting for the disk
			test.run(t, open(t, h))
		})
	}
	for name, again := range map[string]func(testing.TB, execution.Store) execution.Store{"Reopened": h.Reopen, "Crashed": h.Crash} {
		if again != nil {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				testRecovery(t, h, again)
			})
		}
	}
	t.Run("Secret", func(t *testing.T) {
		t.Parallel()
		testSecret(t, h)
	})
	t.Run("Random", func(t *testing.T) {
		t.Parallel()
		testRandom(t, h)
	})
}

// open returns a store that is closed at the end of the test.
func open(t *testing.T, h Harness) execution.Store {
	t.Helper()
	s := h.Open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}
