package engine_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// A site answers the webhooks of a set of flows. It is compiled from the flows and opened on an engine, which runs the
// executions and keeps them; then it answers requests.
func ExampleNewSite() {
	set, found := engine.Core().Load([]*flow.Source{{Name: "greet.yml", YAML: []byte(`id: greet
namespace: company.team
tasks:
  - id: text
    type: io.kestra.plugin.core.debug.Return
    format: Hello {{ trigger.body.name }}!
outputs:
  - id: greeting
    type: STRING
    value: "{{ outputs.text.value }}"
triggers:
  - id: hook
    type: io.kestra.plugin.core.trigger.Webhook
    key: 4wjtkzwVGBM9yKnjm3yv8r
    wait: true
    returnOutputs: true
    conditions:
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ trigger.body.name != 'Mallory' }}"
`)}})
	if err := found.Err(); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	e, err := engine.Open(ctx, engine.StoreOptions{Kind: engine.StoreMemory})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	site, _, err := engine.NewSite(set, engine.SiteOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := site.Open(ctx, e); err != nil {
		fmt.Println(err)
		return
	}

	post := func(key, body string) {
		response, release := site.Webhook(ctx, &webhook.Request{
			Method:        http.MethodPost,
			Target:        webhook.Target{Namespace: "company.team", FlowID: "greet", Key: key},
			Header:        http.Header{"Content-Type": {"application/json"}},
			ContentLength: int64(len(body)),
			ReadBody:      func(int64, webhook.Account) ([]byte, error) { return []byte(body), nil },
		})
		defer release() // gives back the memory of the body
		fmt.Println(response.Status, response.Outcome)
		if len(response.Body) > 0 {
			fmt.Println(string(response.Body))
		}
	}
	post("4wjtkzwVGBM9yKnjm3yv8r", `{"name": "Ada"}`)
	post("4wjtkzwVGBM9yKnjm3yv8r", `{"name": "Mallory"}`)
	post("a guess", `{"name": "Ada"}`)
	// Output:
	// 200 ended
	// {"greeting":"Hello Ada!"}
	// 204 unmet
	// 404 unknown
	// {"message":"Not Found: Webhook not found"}
}
