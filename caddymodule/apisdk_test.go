package caddymodule

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sdkRecording is what a version of Kestra's SDK for Python has sent, and the kind of answer that it took. tests/sdk/run.sh writes it.
type sdkRecording struct {
	SDK       string
	Exchanges []struct {
		Method, Target, Body string
		Headers              map[string]string
		Status               int
		ContentType          string
		Members              []string // paths of the members of the answer
	}
}

// TestAPISDK sends what Kestra's SDK sends, and compares the answers with those that it took.
func TestAPISDK(t *testing.T) {
	text, err := os.ReadFile("testdata/sdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var recordings []sdkRecording
	if err := json.Unmarshal(text, &recordings); err != nil {
		t.Fatal(err)
	}
	for _, recording := range recordings {
		t.Run(recording.SDK, func(t *testing.T) { replaySDK(t, recording) })
	}
}

func replaySDK(t *testing.T, recording sdkRecording) {
	if len(recording.Exchanges) == 0 {
		t.Fatal("nothing was recorded")
	}
	s := newServer(t)
	s.serve("kestra {\nstore memory\n}", "kestra_webhook ../tests/sdk/flows\n"+apiSite)
	start := func(flow, body string) string {
		a := s.do(http.MethodPost, "/api/v1/executions/webhook/company.sdk/"+flow+"/4wjtkzwVGBM9yKnjm3yv8r", body)
		return decode[struct{ ID string }](t, a).ID
	}
	ids := map[string]string{"{hello}": start("hello", `{"name":"SDK"}`), "{approve}": start("approve", "{}"), "{flaky}": start("flaky", "{}")}
	reaches := func(id, state string) {
		waitFor(t, id+" is "+state, func() bool {
			_, own, _ := strings.Cut(s.do("GET", "/api/v1/executions/"+id, "", bob...).body, `"labels":`) // after the task runs
			return strings.Contains(own, `"state":{"current":"`+state+`","histories":[`)
		})
	}
	reaches(ids["{hello}"], "SUCCESS")
	shown := decode[struct{ TaskRunList []struct{ ID string } }](t, s.do(http.MethodGet, "/api/v1/executions/"+ids["{hello}"], "", bob...))
	ids["{run}"] = shown.TaskRunList[0].ID
	var followed []func()
	for _, x := range recording.Exchanges {
		name, target := x.Method+" "+x.Target, x.Target
		for flow, id := range ids {
			target = strings.ReplaceAll(target, flow, id)
		}
		switch { // what the SDK's user waited for
		case strings.HasSuffix(x.Target, "{flaky}/restart"), strings.HasSuffix(x.Target, "{flaky}/actions/restart"):
			reaches(ids["{flaky}"], "FAILED")
		case strings.HasSuffix(x.Target, "resume-from-breakpoint"), strings.Contains(x.Target, "BREAKPOINT"):
			reaches(ids["{replayed}"], "BREAKPOINT")
		}
		request, err := http.NewRequestWithContext(t.Context(), x.Method, s.url+target, strings.NewReader(x.Body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set(bob[0], bob[1])
		for field, value := range x.Headers {
			if field != "Accept-Encoding" {
				request.Header.Set(field, value)
			}
		}
		response, err := client.Do(request) //nolint:bodyclose // a stream is read, and closed, later
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != x.Status || response.Header.Get("Content-Type") != x.ContentType {
			t.Errorf("%s: %d %s, want %d %s", name, response.StatusCode, response.Header.Get("Content-Type"), x.Status, x.ContentType)
		}
		if x.ContentType == "text/event-stream" { // to its end when the execution has ended
			followed = append(followed, func() {
				if a := readAnswer(t, response); !strings.Contains(a.body, "\n\nid: end\ndata: {") {
					t.Errorf("%s: %s", name, a.body)
				}
			})
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if diff := cmp.Diff(always(x.Members), always(membersOf(t, body))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		switch {
		case strings.HasSuffix(target, "/resume"):
			reaches(ids["{approve}"], "SUCCESS")
		case strings.Contains(target, "/replay") && x.Status == http.StatusOK:
			var next struct{ ID string }
			if err := json.Unmarshal(body, &next); err != nil {
				t.Fatal(err)
			}
			ids["{replayed}"] = next.ID
		case strings.HasSuffix(target, "/restart") && x.Status == http.StatusOK:
			reaches(ids["{flaky}"], "SUCCESS")
		}
	}
	for _, end := range followed {
		end()
	}
}

// always returns the members that do not depend on how far an execution is.
func always(members []string) []string {
	return slices.DeleteFunc(slices.Clone(members), func(path string) bool {
		return strings.HasSuffix(path, ".duration") || strings.HasSuffix(path, ".endDate") || strings.HasSuffix(path, "outputs")
	})
}

// membersOf returns the paths of all members in a JSON text, but for those that are anybody's.
func membersOf(t *testing.T, text []byte) []string {
	t.Helper()
	found := map[string]bool{}
	if len(text) > 0 {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		addMembers(found, v, "")
	}
	return append([]string{}, slices.Sorted(maps.Keys(found))...)
}

func addMembers(found map[string]bool, v any, path string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			addMembers(found, item, path+"[]")
		}
	case map[string]any:
		for name, member := range v {
			at := strings.TrimPrefix(fmt.Sprintf("%s.%s", path, name), ".")
			found[at] = true
			if name != "variables" && name != "inputs" && name != "outputs" {
				addMembers(found, member, at)
			}
		}
	}
}
