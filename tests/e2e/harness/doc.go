// Package harness runs built programs for tests: it builds each once per test run, starts it on free loopback ports in a
// folder of its own, waits until it is ready, captures all that it prints, and ends it whatever becomes of the test.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
package harness
