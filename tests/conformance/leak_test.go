package conformance

import (
	"testing"

	"go.uber.org/goleak"
)

// The clock of regexp2 stops by itself, some time after the last match that had a time limit.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}
