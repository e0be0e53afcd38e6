package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// fewFlows is how many flows the smaller server has.
const fewFlows = 10

// numbered is the flow with a number. It fires for pushes only.
func numbered(n int) string {
	return scenario{
		flow: fmt.Sprintf("flow_%d", n),
		hook: `
    conditions:
      - type: io.kestra.plugin.core.condition.Expression
        expression: "{{ trigger.headers['X-GitHub-Event'] contains 'push' }}"`,
	}.yaml()
}

// writeFlows writes the first n flows, one per file, a hundred per folder, and returns the folder above.
func writeFlows(tb testing.TB, n int) (string, error) {
	dir := tb.TempDir()
	for i := range n {
		folder := filepath.Join(dir, fmt.Sprint(i/100))
		if i%100 == 0 {
			if err := os.Mkdir(folder, 0o700); err != nil {
				return "", err
			}
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.yml", i)), []byte(numbered(i)), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// fleet is a server with some number of flows.
type fleet struct {
	flows  int
	dir    string
	server *harness.Server
	starts []float64 // nanoseconds until it served
	heaps  []float64 // bytes
}

// start starts the server anew.
func (f *fleet) start(ctx context.Context, tb testing.TB) error {
	if f.server != nil {
		if _, err := f.server.Stop(answerLimit); err != nil {
			return err
		}
	}
	begin := time.Now()
	f.server = harness.Start(tb, harness.Config{
		Global: "\tkestra {\n\t\tflows " + f.dir + "\n\t\tstrict\n\t\tstore memory\n\t}\n",
		Sites:  "http://" + hooksHost + ":{$HTTP_PORT} {\n\tkestra_webhook\n}\n",
	})
	f.starts = append(f.starts, float64(time.Since(begin)))
	heap, err := newTarget("heap", f.server, request{}).heap(ctx)
	f.heaps = append(f.heaps, heap)
	return err
}

// flowsRequest returns requests to the first flows, one after the other.
func flowsRequest(o options, flows, status int, prefix, event string) request {
	q := request{status: status, prefix: prefix}
	for i := range flows {
		q.texts = append(q.texts, post(hooksHost, fmt.Sprintf("%sflow_%d/%s", webhooks, i, key), body(o.body), "X-GitHub-Event: "+event))
	}
	return q
}

// measureFlows returns the second table.
func measureFlows(ctx context.Context, tb testing.TB, o options, progress io.Writer) (string, error) {
	harness.Program(tb, harness.Product) // builds it now, so that the first start does not take longer
	fleets := []*fleet{{flows: fewFlows}, {flows: o.flows}}
	for _, f := range fleets {
		var err error
		if f.dir, err = writeFlows(tb, f.flows); err != nil {
			return "", err
		}
	}
	for round := range o.rounds {
		fmt.Fprintf(progress, "start %d of %d\n", round+1, o.rounds)
		for _, f := range fleets {
			if err := f.start(ctx, tb); err != nil {
				return "", err
			}
		}
	}
	var lines []*line
	add := func(name string, requests ...request) {
		few := &line{target: newTarget(name, fleets[0].server, requests[0])}
		many := &line{target: newTarget(name, fleets[1].server, requests[len(requests)-1]), beside: few}
		lines = append(lines, few, many)
	}
	add("204 of one flow, requests/s", flowsRequest(o, 1, 204, "", "ping"))
	add("204 of all flows in turn, requests/s", flowsRequest(o, fewFlows, 204, "", "ping"), flowsRequest(o, o.flows, 204, "", "ping"))
	add("200 of one flow, fired, requests/s", flowsRequest(o, 1, 200, firedPrefix, "push"))
	if err := driveAll(ctx, lines, o, progress); err != nil {
		return "", err
	}
	return flowsTable(fleets[0], fleets[1], lines), nil
}

// flowsTable returns the second table in Markdown. Lines are pairs: few flows, many flows.
func flowsTable(few, many *fleet, lines []*line) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| | %d flows | %d flows | ratio |\n|---|---:|---:|---:|\n", few.flows, many.flows)
	starts, heaps := [2]float64{median(few.starts), median(many.starts)}, [2]float64{median(few.heaps), median(many.heaps)}
	fmt.Fprintf(&b, "| start | %s | %s | |\n", micros(starts[0]), micros(starts[1]))
	fmt.Fprintf(&b, "| … per flow more | | %s | |\n", micros((starts[1]-starts[0])/float64(max(1, many.flows-few.flows))))
	fmt.Fprintf(&b, "| heap | %.1f MiB | %.1f MiB | |\n", heaps[0]/(1<<20), heaps[1]/(1<<20))
	fmt.Fprintf(&b, "| … per flow more | | %.1f KiB | |\n", (heaps[1]-heaps[0])/1024/float64(max(1, many.flows-few.flows)))
	for i := 0; i+1 < len(lines); i += 2 {
		fmt.Fprintf(&b, "| %s | %.0f | %.0f | %.2f |\n", lines[i].target.name, lines[i].median(rate), lines[i+1].median(rate), lines[i+1].ratio(rate))
	}
	return b.String()
}
