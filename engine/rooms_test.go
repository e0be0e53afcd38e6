package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestRequestsLeaveNothingBehind sends requests side by side that end in all ways in which the memory of one may serve another, or must not,
// each with a text of its own. Every answer, and afterwards every execution that is kept, must have the text of its request and no other one.
func TestRequestsLeaveNothingBehind(t *testing.T) {
	const outputs = "outputs: [{id: out, type: STRING, value: \"{{ outputs.ret.value }}\"}]"
	text := func(f string) string {
		return "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"" + f + "\"}"
	}
	flows := []struct {
		id, tasks, trigger string
		members            []string
		pad                int // bytes in the body beside the text
		status             int
	}{
		{id: "fired", tasks: text("{{ trigger.body.text }}")},
		{id: "wait", tasks: text("{{ trigger.body.text }}"), trigger: "wait: true\nreturnOutputs: true", members: []string{outputs}},
		{id: "whole", tasks: text("{{ trigger.body.text }}"), trigger: "wait: true", members: []string{outputs}},
		{id: "plain", tasks: text("{{ trigger.body.text }}"), trigger: "wait: true\nreturnOutputs: true\nresponseContentType: text/plain", members: []string{outputs}},
		{id: "response", tasks: text("{{ trigger.body.text }}"), trigger: "wait: true\nresponse: {body: \"{{ outputs.ret.value }}\", headers: {x-text: \"{{ trigger.body.text }}\"}}"},
		{id: "met", tasks: text("{{ trigger.body.text }}"), trigger: expressionCondition("{{ trigger.body.text contains 'text' }}")},
		{id: "unmet", tasks: text("{{ trigger.body.text }}"), trigger: expressionCondition("{{ trigger.body.text == 'x' }}"), status: http.StatusNoContent},
		{id: "respond", tasks: text("never"), trigger: "respond: [{when: \"{{ true }}\", body: \"{{ trigger.body.text }}\"}]"},
		{id: "labels", tasks: text("{{ labels.text }}"), trigger: "labels: {text: \"{{ trigger.body.text }}\"}"},
		{id: "failed", tasks: text("{{ trigger.body.text }}") + "\n- {id: fail, type: io.kestra.plugin.core.execution.Fail}", trigger: "wait: true", status: http.StatusInternalServerError},
		{
			id: "again", tasks: text("{{ trigger.body.text }}") + "\n- {id: fail, type: io.kestra.plugin.core.execution.Fail}",
			members: []string{"retry: {behavior: CREATE_NEW_EXECUTION, type: constant, interval: PT0.001S, maxAttempts: 2}"},
		},
		{id: "place", tasks: text("{{ trigger.body.text }}"), members: []string{"concurrency: {limit: 1, behavior: QUEUE}"}},
		{id: "blocks", tasks: text("{{ trigger.body.text }}") + "\n- {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.001S}", trigger: "wait: true", members: []string{outputs}},
		{id: "large", tasks: text("{{ trigger.body.text }}"), pad: 70 << 10},
		{id: "apart", tasks: text("{{ trigger.body.text }}"), trigger: "wait: true", members: []string{outputs}, pad: execution.InlineLimit},
	}
	texts := make([]string, 0, len(flows))
	for _, f := range flows {
		texts = append(texts, taskFlow(f.id, f.tasks, f.trigger, f.members...))
	}
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{}, texts...)

	const clients, rounds = 4, 6
	var mu sync.Mutex
	kept := map[string]string{} // texts by the ids of executions
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for round := range rounds {
				for i := range flows {
					f := flows[(i+client)%len(flows)]
					own := fmt.Sprintf("text<%d-%d-%s-%s>", client, round, f.id, strings.Repeat("y", 3*client))
					body := fmt.Sprintf(`{"text":%q,"pad":%q}`, own, strings.Repeat("p", f.pad))
					r := newRequest(f.id, body)
					response, release := site.Webhook(t.Context(), r)
					checkOwn(t, response, own, max(f.status, http.StatusOK))
					if id := response.ExecutionID; id != "" {
						mu.Lock()
						kept[strings.Clone(id)] = own
						mu.Unlock()
					}
					release()
				}
			}
		})
	}
	all.Wait()
	again := 0
	for id, own := range kept {
		s := waitFor(t, e, id)
		for {
			var variables struct{ Body struct{ Text string } }
			if err := json.Unmarshal(s.Trigger.Variables.JSON, &variables); err != nil || variables.Body.Text != own {
				t.Fatalf("execution %s of %s has the text %q (%v), not %q", s.ID, s.FlowID, variables.Body.Text, err, own)
			}
			if got := string(s.Runs[0].Outputs.JSON); got != `{"value":"`+own+`"}` || s.Runs[0].ID != execution.RunID(s.ID, "", "ret", 0, 0) {
				t.Fatalf("execution %s of %s has run %s with outputs %s, not of %q", s.ID, s.FlowID, s.Runs[0].ID, got, own)
			}
			if s.Status() != execution.Retried {
				break
			}
			again++
			s = waitFor(t, e, s.NextTry())
		}
	}
	if again != clients*rounds {
		t.Errorf("%d executions were tried again, not %d", again, clients*rounds)
	}
}

// checkOwn checks that an answer has a status, and of the texts of requests only its own.
func checkOwn(t *testing.T, r webhook.Response, own string, status int) {
	t.Helper()
	if r.Status != status {
		t.Errorf("%s: answered %d %s", own, r.Status, r.Body)
	}
	if status == http.StatusNoContent {
		return
	}
	found := bytes.Count(r.Body, []byte("text<"))
	if found == 0 || bytes.Count(r.Body, []byte(own)) != found {
		t.Errorf("%s: answered %.300s", own, r.Body)
	}
	for _, h := range r.Header["X-Text"] {
		if h != own {
			t.Errorf("%s: answered with the header %s", own, h)
		}
	}
}
