package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestRecordedRequestsOfBinary sends every recorded request to one server as users run it, with the flows of all topics, and compares
// status, content type and body. What became of executions is compared by TestRecordedRequests, whose clock needs no waiting.
func TestRecordedRequestsOfBinary(t *testing.T) { //nolint:tparallel // its subtests come one after the other, as they were recorded
	t.Parallel()
	if *onlyCases != "*" {
		t.Skip("-cases is for the other test")
	}
	topics := loadTopics(t, startUpstream(t))
	files := make(map[string]string)
	for _, topic := range topics {
		flows, seen := withoutClassName(topic.Flows), make(map[string]bool)
		for _, id := range slices.Sorted(maps.Keys(flows)) { // of two revisions the first is served, as in the other test
			if own, _, _ := strings.Cut(flows[id], "\n"); !seen[own] {
				seen[own] = true
				files["flows/"+topic.Topic+"/"+id+".yaml"] = unhurried(flows[id])
			}
		}
	}
	b := &binary{refused: make(map[string]bool)}
	for _, r := range loadDivergences(t) {
		if !r.ofFacts() && !r.ofFaults() {
			b.rows = append(b.rows, r)
		}
	}
	b.Server = harness.Start(t, harness.Config{
		Global: "kestra {\n\tbase_url " + recordedSite.BaseURL + "\n\t" + harness.AllowCommands + "\n}",
		Sites:  fmt.Sprintf(":{$HTTP_PORT} {\n\tkestra_webhook flows {\n\t\twait_timeout 5m\n\t}\n\trespond %d\n}", nextHandler),
		Env:    recordedSite.Environ, Files: files,
	})
	b.validate(t, topics)
	var recorded, compared, left atomic.Int32
	t.Run("requests", func(t *testing.T) {
		for _, topic := range topics {
			t.Run(topic.Topic, func(t *testing.T) {
				t.Parallel() // most of it is waiting for executions
				recorded.Add(int32(len(topic.Cases)))
				for _, c := range topic.Cases {
					if isOfAPI(c) { // the site has no kestra_api
						left.Add(1)
						continue
					}
					compared.Add(1)
					for _, d := range b.compare(t, c) {
						b.cover(t, topic.Topic+"/"+c.Name, d)
					}
				}
			})
		}
	})
	checkCovers(t, slices.DeleteFunc(b.rows, func(r *divergence) bool { return !r.ofBinary() }))
	if compared.Load()+left.Load() != recorded.Load() {
		t.Errorf("%d requests are recorded, %d were compared and %d left out", recorded.Load(), compared.Load(), left.Load())
	}
}

// unhurried returns a flow that a slow machine runs as a fast one does. Where a call has to come while another one is under way, that one
// sleeps until it is killed, and an answer that never comes is waited for as short as it can be.
func unhurried(flow string) string {
	if strings.Contains(flow, "concurrency:\n  limit: 1\n") {
		flow = strings.Replace(flow, "duration: PT2S", "duration: PT1H", 1)
	}
	if strings.HasPrefix(flow, "id: paused\nnamespace: t.wait\n") {
		flow = strings.Replace(flow, "wait: true", "wait: true\n    waitTimeout: PT0.001S", 1)
	}
	return flow
}

// binary is a running server.
type binary struct {
	*harness.Server
	refused map[string]bool // flows of 14-validation, by name of the case

	mu   sync.Mutex
	rows []*divergence
}

// cover fails the test unless a row covers a difference.
func (b *binary) cover(t *testing.T, name string, d difference) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	row := slices.IndexFunc(b.rows, func(r *divergence) bool { return r.matches(name, d) || r.matches(ofBinary+name, d) })
	if row < 0 {
		t.Errorf("%s: %v", name, d)
		return
	}
	b.rows[row].covers++
}

// compare sends one request, after those that must come before it, and returns the differences.
func (b *binary) compare(t *testing.T, c recorded) []difference {
	t.Helper()
	if c.Request.Target == flowsTarget {
		return b.compareRefusal(c)
	}
	raw := c.Request.bytes(t)
	if strings.HasSuffix(c.Name, ", second call") {
		first, err := b.send(c.Request.Method, raw)
		if err != nil {
			t.Fatal(err)
		}
		harness.Eventually(t, waitLimit, c.Name+": the end of the first call", func() bool { return !slices.Contains(b.underWay(t, c.Flow), first.execution) })
	}
	ended := make(chan error, 1)
	before := callsBefore(c.Name) > 0 && !callNumber.MatchString(c.Name) // those came so late that the answer is of one call alone
	if before {
		go func() {
			_, err := b.send(c.Request.Method, raw)
			ended <- err
		}()
		harness.Eventually(t, waitLimit, c.Name+": a call before it", func() bool { return len(b.underWay(t, c.Flow)) > 0 })
	}
	got, err := b.send(c.Request.Method, raw)
	if before {
		for _, id := range b.underWay(t, c.Flow) {
			if a := b.admin(t, "POST", "executions/"+id+"/kill"); a.Status != 202 && a.Status != 409 { // it has ended meanwhile
				t.Errorf("kill %s: %d %s", id, a.Status, a.Body)
			}
		}
		if err := <-ended; err != nil {
			t.Errorf("%s: a call before it: %v", c.Name, err)
		}
	}
	if err != nil {
		return []difference{{"status", c.Response.summary(), "none, " + err.Error()}}
	}
	return compareAnswers(c.Response, got)
}

const (
	waitLimit    = time.Minute
	http2Preface = len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
)

// send sends a request byte for byte on a connection of its own.
func (b *binary) send(method string, raw []byte) (answer, error) {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", b.HTTPPort))
	if err != nil {
		return answer{}, err
	}
	if len(raw) < http2Preface { // Caddy waits for more, to tell both protocols apart, until there comes no more
		if _, err := conn.Write(raw); err != nil {
			return answer{}, err
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			return answer{}, err
		}
		raw = nil
	}
	limit := waitLimit
	if bytes.HasPrefix(raw, []byte("PRI ")) { // it comes to frames of HTTP/2, which do not end
		limit = time.Second
	}
	return exchange(conn, limit, method, raw)
}

// underWay returns the ids of executions of a flow that have not ended.
func (b *binary) underWay(t *testing.T, flowID string) (ids []string) {
	t.Helper()
	a := b.admin(t, "GET", "executions?unfinished=true&flowId="+flowID)
	var list struct{ Results []struct{ ID string } }
	if err := json.Unmarshal([]byte(a.Body), &list); err != nil || a.Status != 200 {
		t.Fatalf("executions: %d, %v", a.Status, err)
	}
	for _, one := range list.Results {
		ids = append(ids, one.ID)
	}
	return ids
}

// admin asks the admin endpoint.
func (b *binary) admin(t *testing.T, method, path string) harness.Answer {
	t.Helper()
	return harness.Fetch(t, http.DefaultClient, method, fmt.Sprintf("http://127.0.0.1:%d/kestra/%s", b.AdminPort, path), "")
}

// validate asks the command line which of the flows are refused that Kestra was asked to create.
func (b *binary) validate(t *testing.T, topics []topic) {
	t.Helper()
	folder := t.TempDir()
	names := make(map[string]string) // of cases, by file
	for _, topic := range topics {
		for _, c := range topic.Cases {
			if c.Request.Target != flowsTarget {
				continue
			}
			file := filepath.Join(folder, fmt.Sprintf("%d.yaml", len(names)))
			if err := os.WriteFile(file, []byte(c.Request.Body), 0o600); err != nil {
				t.Fatal(err)
			}
			names[file] = c.Name
		}
	}
	out, err := b.Command("kestra", "validate", folder).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Fatalf("validate: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if file, rest, ok := strings.Cut(line, ".yaml:"); ok && strings.Contains(rest, " error: ") {
			b.refused[names[file+".yaml"]] = true
		}
	}
	t.Logf("%d of %d flows are refused", len(b.refused), len(names))
}

// compareRefusal compares whether the command line accepts a flow.
func (b *binary) compareRefusal(c recorded) []difference {
	words := map[bool]string{false: "accepted", true: "refused"}
	if kestra, ours := c.Response.Status >= 300, b.refused[c.Name]; kestra != ours {
		return []difference{{"flow", words[kestra], words[ours]}}
	}
	return nil
}
