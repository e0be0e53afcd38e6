package crash

import (
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// key is the webhook key of the flow. No output may hold it.
const key = "canaryKp7vR2mXq9sT4wZ1bN6cD"

// target is the path of the webhook of the flow.
const target = "/api/v1/executions/webhook/company.team/count/" + key

// flow sends a request to the server at COUNTER, so that it is known how often it runs, and answers when it has.
const flow = `id: count
namespace: company.team
tasks:
  - id: count
    type: io.kestra.plugin.core.http.Request
    uri: "{{ envs.counter }}"
outputs:
  - id: done
    type: STRING
    value: "counted"
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + `
    wait: true
    returnOutputs: true
`

// counter is a server that counts the requests of flows.
type counter struct {
	url  string
	n    atomic.Int64
	hold chan struct{} // closed: requests are answered; nil: they always are
}

func newCounter(t *testing.T) *counter {
	c := new(counter)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		c.n.Add(1)
		if c.hold != nil {
			<-c.hold
		}
	}))
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

// config returns the configuration of a server whose executions are kept in a folder, as the lines of its store say.
func (c *counter) config(store string) harness.Config {
	return harness.Config{
		Global: "kestra {\n" + store + "\n}\n",
		Sites:  ":{$HTTP_PORT} {\n\tkestra_webhook flows\n}\n",
		Files:  map[string]string{"flows/count.yml": flow},
		Env:    []string{"ENV_COUNTER=" + c.url},
	}
}
