package engine

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// BenchmarkWebhook measures the whole way of a request through a site, without HTTP, for sites of few and of many flows.
func BenchmarkWebhook(b *testing.B) {
	const body = `{"action":"opened","number":7,"repository":{"full_name":"acme/shop","private":false},"sender":{"login":"bob"}}`
	const wait = "wait: true\nreturnOutputs: true"
	const echo = "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"Hello {{ trigger.body.sender.login }}!\"}"
	const greeting = "outputs: [{id: greeting, type: STRING, value: \"{{ outputs.ret.value }}\"}]"
	kinds := []struct {
		name, flow string
		status     int
	}{
		{"unmet by header, Pebble", webhookFlow("f", expressionCondition("{{ trigger.headers['X-GitHub-Event'][0] == 'push' }}")), 204},
		{"unmet by body, Pebble", webhookFlow("f", expressionCondition("{{ trigger.body.action == 'closed' }}")), 204},
		{"unmet by body, CEL", webhookFlow("f", celCondition(`body.action == "closed"`)), 204},
		{"asked, with respond", webhookFlow("f", "respond: [{when: \"{{ trigger.body.action == 'opened' }}\", body: \"{{ trigger.body.sender.login }}\"}]"), 200},
		{"waited, with response", taskFlow("f", echo, "wait: true\nresponse: {status: 201, headers: {Location: /a}, body: {greeting: \"{{ outputs.ret.value }}\"}}"), 201},
		{"fired", webhookFlow("f", ""), 200},
		{"waited", taskFlow("f", echo, wait, greeting), 200},
		{"a delivery that comes again", webhookFlow("f", "deduplicate: {key: \"{{ trigger.headers['X-GitHub-Delivery'][0] }}\"}"), 200},
		{"a delivery that comes again, waited", taskFlow("f", echo, wait+"\ndeduplicate: {key: \"{{ trigger.headers['X-GitHub-Delivery'][0] }}\"}", greeting), 200},
	}
	for _, flows := range []int{10, 10_000} {
		texts := make([]string, flows)
		for i := range flows - 1 {
			texts[i+1] = webhookFlow(fmt.Sprint("other", i), "")
		}
		for _, kind := range kinds {
			b.Run(fmt.Sprintf("%s/flows=%d", kind.name, flows), func(b *testing.B) {
				texts[0] = kind.flow
				e := openEngine(b)
				e.Configure(Options{Capacity: 1 << 30}) // what is accepted may wait for a worker
				site := newSite(b, e, SiteOptions{}, texts...)
				header := http.Header{
					"Content-Type": {"application/json"}, "X-Github-Event": {"pull_request"}, "User-Agent": {"GitHub-Hookshot/044aadd"},
					"X-Github-Delivery": {"72d3162e-cc78-11e3-81ab-4c9367dc0958"}, "X-Hub-Signature-256": {"sha256=7d38cdd689735b008b3c702edd92eea23791c5f6"},
					"Accept": {"*/*"}, "Content-Length": {fmt.Sprint(len(body))},
				}
				b.ReportAllocs()
				for b.Loop() {
					r := send(site, "f", body, func(r *webhook.Request) { r.Header = header })
					if r.Status != kind.status {
						b.Fatalf("answer is %d, %s", r.Status, r.Outcome)
					}
				}
			})
		}
	}
}
