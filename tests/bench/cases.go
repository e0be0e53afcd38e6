package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

const (
	key      = "4wjtkzwVGBM9yKnjm3yv8r"
	webhooks = "/api/v1/main/executions/webhook/bench/"

	// Both sites are on one port, where the host of a request tells them apart.
	hooksHost   = "hooks.localhost"
	respondHost = "respond.localhost"
)

// bodyFormat is the JSON of each request's body, filled up to its length.
const bodyFormat = `{"action":"opened","number":7,"hello":"nobody","sender":{"login":"octocat"},"filler":"%s"}`

const minBody = len(bodyFormat) - len("%s")

func body(size int) string { return fmt.Sprintf(bodyFormat, strings.Repeat("x", size-minBody)) }

// eventHeader is the header that a flow looks at.
const eventHeader = "X-GitHub-Event: ping"

// firedPrefix is how Kestra's WebhookResponse begins.
const firedPrefix = `{"tenantId":"main","id":"`

// scenario is one flow, and what it answers.
type scenario struct {
	name   string
	flow   string // its id
	tasks  string // beside the Return task that all have: outputs
	hook   string // properties of the trigger, below its key
	status int
	prefix string
	asks   bool // the sender only asks whether the URL is right: nothing runs, and nothing is kept
}

var scenarios = []scenario{
	{
		name: "204, Pebble condition on a header", flow: "header", status: 204,
		hook: `
    conditions:
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ trigger.headers['X-GitHub-Event'] contains 'push' }}"`,
	},
	{
		name: "204, Pebble condition on the body", flow: "body", status: 204,
		hook: `
    conditions:
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ trigger.body.hello == 'world' }}"`,
	},
	{
		name: "204, CEL condition on a header", flow: "cel_header", status: 204,
		hook: `
    conditions:
      - type: cel
        expression: headers.header("x-github-event") == "push"`,
	},
	{
		name: "204, CEL condition on the body", flow: "cel_body", status: 204,
		hook: `
    conditions:
      - type: cel
        expression: body.hello == "world"`,
	},
	{
		name: "200, `respond:` to a handshake", flow: "handshake", status: 200, asks: true,
		hook: `
    respond:
      - when: "{{ trigger.body.action == 'opened' }}"
        body: "{{ trigger.body.sender.login }}"`,
		prefix: "octocat",
	},
	{
		name: "200, fired", flow: "fired", status: 200,
		prefix: firedPrefix,
	},
	{
		name: "200, `wait` and `returnOutputs`", flow: "outputs", status: 200,
		tasks: `
outputs:
  - id: greeting
    type: STRING
    value: "{{ outputs.answer.value }}"`,
		hook: `
    wait: true
    returnOutputs: true`,
		prefix: `{"greeting":"Hello octocat!"}`,
	},
}

func (s scenario) yaml() string {
	return "id: " + s.flow + `
namespace: bench

tasks:
  - id: answer
    type: io.kestra.plugin.core.debug.Return
    format: "Hello {{ trigger.body.sender.login }}!"
` + s.tasks + `

triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: ` + key + s.hook + "\n"
}

func (s scenario) request(o options) request {
	text := post(hooksHost, webhooks+s.flow+"/"+key, body(o.body), eventHeader)
	return request{texts: [][]byte{text}, status: s.status, prefix: s.prefix}
}

// yardstick is a status and a body's size that respond answers with.
type yardstick struct{ status, size int }

func (y yardstick) path() string { return fmt.Sprintf("/%d/%d", y.status, y.size) }

func (y yardstick) request(o options) request {
	text := post(respondHost, y.path(), body(o.body), eventHeader)
	return request{texts: [][]byte{text}, status: y.status, prefix: strings.Repeat("x", y.size)}
}

// name is what the table calls it.
func (y yardstick) name() string {
	if y.size == 0 {
		return fmt.Sprintf("`respond %d`", y.status)
	}
	return fmt.Sprintf("`respond` %d, %d bytes", y.status, y.size)
}

// config returns the configuration of a server of all cases, which keeps executions in this store.
func config(store string, yardsticks ...yardstick) harness.Config {
	c := harness.Config{
		Global: "\tkestra {\n\t\tflows {$DIR}/flows\n\t\tstrict\n\t\tstore " + store + "\n\t}\n",
		Files:  map[string]string{},
	}
	for _, s := range scenarios {
		c.Files["flows/"+s.flow+".yml"] = s.yaml()
	}
	var responds strings.Builder
	for _, y := range yardsticks {
		fmt.Fprintf(&responds, "\trespond %s %q %d\n", y.path(), strings.Repeat("x", y.size), y.status)
	}
	c.Sites = "http://" + hooksHost + ":{$HTTP_PORT} {\n\tkestra_webhook\n}\n" +
		"http://" + respondHost + ":{$HTTP_PORT} {\n" + responds.String() + "}\n"
	return c
}

// measureCases returns the first table.
func measureCases(ctx context.Context, tb testing.TB, o options, progress io.Writer) (string, error) {
	server, durable := harness.Start(tb, config("memory")), harness.Start(tb, config("sqlite"))
	// The yardsticks must answer with the same status and size as the flows, so the flows are asked first.
	var sticks []yardstick
	for _, s := range scenarios {
		size, err := newTarget(s.name, server, s.request(o)).probe(ctx)
		if err != nil {
			return "", err
		}
		sticks = append(sticks, yardstick{s.status, size})
	}
	if err := server.Reload(config("memory", sticks...)); err != nil {
		return "", err
	}

	var lines []*line
	var stick *line
	for i, s := range scenarios {
		if y := sticks[i]; i == 0 || y != sticks[i-1] {
			stick = &line{target: newTarget(y.name(), server, y.request(o))}
			lines = append(lines, stick)
		}
		lines = append(lines, &line{target: newTarget(s.name, server, s.request(o)), beside: stick})
		if s.status == 200 && !s.asks {
			lines = append(lines, &line{target: newTarget(s.name+", on disk", durable, s.request(o)), beside: stick})
		}
	}
	if err := driveAll(ctx, lines, o, progress); err != nil {
		return "", err
	}
	return casesTable(lines), nil
}
