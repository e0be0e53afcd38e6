package conformance

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// The clock of regexp2 stops by itself, some time after the last match that had a time limit.
func TestMain(m *testing.M) {
	harness.Prepare()
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		harness.Clean()
		os.Exit(code)
	}), goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}
