package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task/docker/dockertest"
	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// scriptSites is a site for flows whose scripts take their time.
const scriptSites = ":{$HTTP_PORT} {\n\tkestra_webhook flows {\n\t\twait_timeout 60s\n\t}\n}"

// containerFlow runs a script in a container of the image that the caller names.
const containerFlow = `id: contained
namespace: company.team
tasks:
  - id: run
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: "{{ trigger.parameters.image[0] }}"
    inputFiles: {in.txt: "{{ trigger.body }}"}
    outputFiles: [out.txt]
    env:
      PASSWORD: "{{ secret('PASSWORD') }}"
    commands: ["cat in.txt > out.txt"]
  - id: tag
    type: io.kestra.plugin.docker.Tag
    sourceImage: prints
    targetImage: other
outputs:
  - {id: vars, type: JSON, value: "{{ outputs.run.vars | toJson }}"}
  - {id: file, type: STRING, value: "{{ read(outputs.run.outputFiles['out.txt']) }}"}
triggers:
  - {id: webhook, type: io.kestra.plugin.core.trigger.Webhook, key: 5LmTw8QxZr2NvKc7YsJb4h, wait: true, returnOutputs: true}
`

// TestContainers runs scripts in containers, and removes those that a server left which was killed.
func TestContainers(t *testing.T) {
	t.Parallel()
	const path = "/api/v1/executions/webhook/company.team/contained/5LmTw8QxZr2NvKc7YsJb4h?image="
	daemon := dockertest.New(t, map[string]*dockertest.Image{
		"prints": {
			Stdout: "it is hunter2hunter\n" + `::{"outputs":{"a":1}}::` + "\n",
			Writes: map[string]string{"/kestra/work/out.txt": "copied"},
		},
		"blocks": {Blocks: true},
	})
	c := harness.Config{
		Global: "kestra {\n\t\tdocker " + daemon.Host + "\n\t}", Sites: scriptSites, Files: map[string]string{"flows/contained.yml": containerFlow},
		Env: []string{"SECRET_PASSWORD=" + "aHVudGVyMmh1bnRlcg=="},
	}
	dir := t.TempDir()
	s, err := harness.StartIn(t, dir, c)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "a script", s.Fetch(t, "POST", path+"prints", "hello"), 200, `{"vars":{"a":1},"file":"copied"}`)
	if out := s.Output(); !strings.Contains(out, "it is ******") || strings.Contains(out, "hunter2") {
		t.Errorf("a secret is not masked:\n%s", out)
	}
	first := daemon.Containers()[0]
	if !first.Removed || first.Files["/kestra/work/in.txt"] != "hello" {
		t.Errorf("removed %t, files %v", first.Removed, first.Files)
	}
	down := c
	down.Global = "kestra {\n\t\tdocker unix:///no/such/docker.sock\n\t}"
	if err := s.Reload(down); err == nil || !strings.Contains(s.Output()+err.Error(), "the Docker daemon at unix:///no/such/docker.sock does not answer") {
		t.Errorf("a reload without a daemon: %v\n%s", err, s.Output())
	}
	<-daemon.Began()
	go func() { // its answer never comes
		answer, err := http.Post(s.URL(path+"blocks"), "text/plain", strings.NewReader("x"))
		if err == nil {
			answer.Body.Close()
		}
	}()
	<-daemon.Began()
	s.Kill()
	if daemon.Containers()[1].Removed {
		t.Fatal("the container went with the server, and nothing is tested")
	}
	if _, err = harness.StartIn(t, dir, c); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, time.Minute, "the execution that goes on in another container", func() bool { return len(daemon.Containers()) == 3 })
	harness.Eventually(t, time.Minute, "the container of the server that was killed is removed", func() bool { return daemon.Containers()[1].Removed })
	labels, _ := daemon.Containers()[2].Request["Labels"].(map[string]any)
	if d := cmp.Diff("contained", labels["kestra.io/flow-id"]); d != "" {
		t.Error(d)
	}
}
