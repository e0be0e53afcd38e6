package e2e

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// editionSaid is what the edited flow answers to a request without a number.
var editionSaid = regexp.MustCompile(`"n":"edition (\d+)"`)

// edits is how often a flow is edited, and the configuration reloaded, under load.
var edits = flag.Int("edits", 5, "edits of a flow under load; a fifth of them come first, to compare with")

// TestEditsUnderLoad edits a flow, and reloads the configuration after each edit, while requests come in without a pause, over kept and
// new connections and HTTP/2, half of them to this flow. All are answered, by no edition that is older than one before, each runs once,
// and the memory and goroutines of the server do not grow.
func TestEditsUnderLoad(t *testing.T) {
	t.Parallel()
	edition := func(n int) string {
		return tellsRuns(strings.Replace(echoFlow("echo", "key", waitsForOutputs), "'none'", fmt.Sprintf("'edition %d'", n), 1))
	}
	files := map[string]string{"flows/echo.yaml": edition(0), "flows/start.yaml": tellsRuns(echoFlow("start", "key"))}
	for i := range 200 { // enough for a configuration that is kept to be seen
		id := fmt.Sprintf("more%d", i)
		files["flows/"+id+".yaml"] = echoFlow(id, "key")
	}
	config := harness.Config{Global: "\tservers {\n\t\tprotocols h1 h2c\n\t}\n", Sites: site, Files: files}
	s := harness.Start(t, config)
	config.Files = nil
	l := newLoad(t, s)
	current := 0 // what the edited flow answered last
	ask := func() int {
		t.Helper()
		a := harness.Fetch(t, http.DefaultClient, "POST", s.URL(webhook("echo", "key")), "")
		found := editionSaid.FindStringSubmatch(a.Body)
		if a.Status != 200 || found == nil {
			t.Fatalf("the edited flow answers %d %s", a.Status, a.Body)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		if n < current {
			t.Fatalf("edition %d answers after edition %d", n, current)
		}
		current = n
		return n
	}
	n := 0
	edit := func(times int) {
		t.Helper()
		for range times {
			n++
			file := filepath.Join(s.Dir, "flows", "echo.yaml")
			if err := os.WriteFile(file+".new", []byte(edition(n)), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(file+".new", file); err != nil {
				t.Fatal(err)
			}
			harness.Eventually(t, time.Minute, fmt.Sprint("edition ", n), func() bool { return ask() == n })
			if err := s.Reload(config); err != nil {
				t.Fatal(err)
			}
			l.await(50)
			if got := ask(); got != n {
				t.Fatalf("edition %d answers after a reload, want %d", got, n)
			}
		}
	}

	l.staysLevel(s, edit, *edits/5, *edits-*edits/5)
}
