package e2e

import (
	"os"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
