package caddymodule

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/caddymodule/api"
)

const apiRoot = "/api/v1/main/"

// apiSite has what asks for a password before everything but webhooks.
var apiSite = "@people not path */executions/webhook/*\n" + strings.Replace(basicAuth, "basic_auth", "basic_auth @people", 1) +
	"kestra_api\nrespond next 418\n"

// bob are the header fields of a request of bob's.
var bob = []string{"Authorization", "Basic Ym9iOmhpY2N1cA=="}

func serveAPI(t *testing.T, site string) *server {
	t.Helper()
	s := newServer(t)
	s.serve("kestra {\nstore memory\n}", "kestra_webhook * "+writeFlows(t, adminFlows)+"\n"+site)
	return s
}

// TestAPI asks every endpoint.
func TestAPI(t *testing.T) {
	s := serveAPI(t, "kestra_api {\nunauthenticated\n}\nrespond next 418\n")
	works, fails, pauses := s.started("works", "{}"), s.started("fails", `{"what":"bread"}`), s.started("pauses", "{}")
	for id, state := range map[string]string{works: "SUCCESS", fails: "FAILED", pauses: "PAUSED"} {
		waitFor(t, state, func() bool {
			return strings.Contains(s.get(apiRoot+"executions/"+id).body, `"state":{"current":"`+state)
		})
	}
	const form = "multipart/form-data; boundary=b"
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n--b--\r\n"
	}
	for _, tt := range []struct {
		method, path, body, kind string
		status                   int
		text                     string // in the body
	}{
		{"GET", "executions/" + works, "", "", 200, `{"id":"` + works + `","namespace":"company.team","flowId":"works","flowRevision":1,"taskRunList":[{"id":`},
		{"GET", "executions/nobody", "", "", 404, `{"message":"Not Found"}`},
		{"POST", "executions/" + works, "", "", 405, `{"message":"Method Not Allowed: write GET"}`},
		{"GET", "executions?namespace=company.team&flowId=works", "", "", 200, `,"total":1}`},
		{"GET", "executions?namespace=company.team", "", "", 400, "Bad Request: Required QueryValue [flowId] not specified"},
		{"GET", "executions/search", "", "", 200, `,"total":3}`},
		{"GET", "executions/search?size=1&page=2", "", "", 200, `{"results":[{"id":"` + fails},
		{"GET", "executions/search?sort=state.startDate:asc&size=1", "", "", 200, `{"results":[{"id":"` + works},
		{"GET", "executions/search?size=5&page=9", "", "", 200, `{"results":[],"total":3}`},
		{"GET", "executions/search?state=FAILED&state=PAUSED", "", "", 200, `,"total":2}`},
		{"GET", "executions/search?namespace=company&flowId=works&labels=system.from:trigger", "", "", 200, `,"total":1}`},
		{"GET", "executions/search?filters%5Bstate%5D%5BIN%5D=FAILED&state=SUCCESS", "", "", 200, `{"results":[{"id":"` + fails},
		{"GET", "executions/search?filters%5Blabels%5D%5BEQUALS%5D%5Bsystem.correlationId%5D=" + works, "", "", 200, `,"total":1}`},
		{"GET", "executions/search?filters%5Bfoo%5D%5BEQUALS%5D=x", "", "", 422, "Illegal argument: Unsupported field 'foo'"},
		{"GET", "executions/search?filters%5BflowId%5D%5BGREATER_THAN%5D=x", "", "", 400, "Invalid query filters: Provided query filters are invalid: Operation "},
		{"GET", "executions/search?filters%5Bstate=x", "", "", 422, `is no filter, as filters[state][EQUALS] is`},
		{"GET", "executions/search?childFilter=CHILD", "", "", 200, `,"total":0}`},
		{"GET", "executions/search?triggerExecutionId=nobody", "", "", 200, `,"total":0}`},
		{"GET", "executions/search?page=0", "", "", 422, "Invalid entity: searchExecutions.page: must be greater than or equal to 1"},
		{"GET", "executions/search?size=1001", "", "", 422, "Invalid entity: searchExecutions.size: must be less than or equal to 1000"},
		{"GET", "executions/search?size=10&page=1002", "", "", 422, "a search ends after 10000 executions"},
		{"GET", "executions/search?size=x", "", "", 400, `Bad Request: size: \"x\" is no whole number`},
		{"GET", "executions/search?sort=color", "", "", 422, `Illegal argument: sort: executions are not sorted by \"color\"`},
		{"GET", "executions/search?q=%zz", "", "", 400, "Bad Request: query: "},
		{"GET", "logs/" + fails, "", "", 200, `"level":"ERROR","message":"no bread"}`},
		{"GET", "logs/" + fails + "?minLevel=ERROR&taskId=nobody", "", "", 200, `[]`},
		{"GET", "logs/" + fails + "?attempt=-1", "", "", 400, "attempt"},
		{"GET", "logs/" + fails + "?minLevel=LOUD", "", "", 400, "minLevel"},
		{"GET", "logs/nobody", "", "", 200, "[]"},
		{"GET", "flows/company.team/works?source=true", "", "", 200, `"source":"id: works\n`},
		{"GET", "flows/company.team/works?revision=2", "", "", 422, "only the one that is served is shown, which is 1"},
		{"GET", "flows/company.team/nobody", "", "", 404, "Not Found"},
		{"GET", "flows/search?size=1&page=2", "", "", 200, `{"results":[{"id":"pauses",`},
		{"GET", "flows/search?q=WORK", "", "", 200, `,"total":1}`},
		{"GET", "flows/search?filters%5Bstate%5D%5BEQUALS%5D=FAILED", "", "", 400, "Field STATE is not supported for resource FLOW"},

		{"POST", "executions/" + works + "/resume", "", "", 409, "Illegal state: Execution '" + works + "' is not paused, can't resume it"},
		{"POST", "executions/nobody/resume", "", "", 404, "Not Found"},
		{"POST", "executions/" + pauses + "/resume", "", "", 422, "Invalid entity: Missing required input:size"},
		{"POST", "executions/" + pauses + "/resume", part("size", "11"), form, 422, "Invalid entity: Invalid value for input `size`"},
		{"POST", "executions/" + pauses + "/resume", `{"size":1}`, "application/json", 415, "Unsupported Media Type"},
		{"POST", "executions/" + pauses + "/resume", "no part", form, 400, "the multipart body is broken"},
		{"POST", "executions/" + pauses + "/resume", part(`size"; filename="f`, "1"), form, 422, "input size: files are not taken here"},
		{"POST", "executions/" + pauses + "/resume", part("size", strings.Repeat("1", 1<<20)), form, 413, "Request Entity Too Large"},
		{"POST", "executions/" + pauses + "/resume", part("size", "7"), form, 204, ""},
		{"DELETE", "executions/" + works + "/kill", "", "", 202, ""},
		{"DELETE", "executions/" + works + "/kill?isOnKillCascade=false", "", "", 409, "Illegal state: Execution is already finished, can't kill it"},
		{"DELETE", "executions/" + works + "/kill?isOnKillCascade=maybe", "", "", 400, "isOnKillCascade"},
		{"DELETE", "executions/nobody/kill", "", "", 404, "Not Found"},
		{"DELETE", "executions/" + works + "/actions/kill", "", "", 200, `{"id":"` + works},
		{"POST", "executions/" + works + "/restart", "", "", 422, "Illegal argument: No task found to restart execution from!"},
		{"POST", "executions/" + fails + "/restart?revision=9", "", "", 404, "Not Found: Unable to find revision 9 on flow company.team.fails"},
		{"POST", "executions/" + fails + "/restart?revision=1", "", "", 200, `"parentId":"` + fails + `"`},
		{"POST", "executions/" + fails + "/restart", "", "", 200, `{"key":"system.restarted","value":"true"}`},
		{"POST", "executions/nobody/restart", "", "", 404, "Not Found"},
		{"POST", "executions/" + works + "/replay", "", "", 200, `"parentId":"` + works + `","originalId":"` + works + `"`},
		{"POST", "executions/" + works + "/replay?taskRunId=x", "", "", 422, "Illegal argument: No task found to restart execution from!"},
		{"POST", "executions/" + works + "/replay?revision=0", "", "", 422, "must be greater than or equal to 1"},
		{"POST", "executions/nobody/replay", "", "", 404, "Not Found"},
	} {
		a := s.do(tt.method, apiRoot+tt.path, tt.body, "Content-Type", tt.kind)
		if a.status != tt.status || !strings.Contains(a.body, tt.text) {
			t.Errorf("%s %s: %d %.300s, want %d with %q", tt.method, tt.path, a.status, a.body, tt.status, tt.text)
		}
		if a.body != "" && (!json.Valid([]byte(a.body)) || a.header.Get("Content-Type") != "application/json" || a.header.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s %s: %v %.100s", tt.method, tt.path, a.header, a.body)
		}
		if strings.Contains(a.body, key) {
			t.Errorf("%s %s shows the key: %s", tt.method, tt.path, a.body)
		}
	}
	waitFor(t, "the end of what was resumed", func() bool {
		return strings.Contains(s.get(apiRoot+"logs/"+pauses).body, `"message":"size 7"`)
	})
	if !strings.Contains(s.log(), "kestra_api answers without authentication") {
		t.Error("nothing warns of the open API")
	}
}

// TestAPIGuards lets nobody in who is not authenticated, and no page of another site change anything.
func TestAPIGuards(t *testing.T) {
	s := serveAPI(t, apiSite)
	id := s.started("works", "{}") // without a password
	open := "kestra_webhook * " + writeFlows(t, adminFlows) + "\nkestra_api\n"
	replay := apiRoot + "executions/" + id + "/replay"
	for _, tt := range []struct {
		name, method, path string
		header             []string
		status             int
		text               string
	}{
		{"authenticated", "GET", apiRoot + "executions/" + id, bob, 200, id},
		{"without the tenant", "GET", "/api/v1/executions/" + id, bob, 200, id},
		{"HEAD", "HEAD", apiRoot + "executions/" + id, bob, 200, ""},
		{"nobody", "GET", apiRoot + "executions/" + id, nil, 401, ""},
		{"another tenant", "GET", "/api/v1/other/executions/" + id, bob, 418, "next"},
		{"another endpoint", "GET", "/api/v1/configs", bob, 418, "next"},
		{"below an endpoint", "GET", apiRoot + "executions/" + id + "/graph", bob, 418, "next"},
		{"the search of logs", "GET", apiRoot + "logs/search", bob, 418, "next"},
		{"an empty segment", "GET", apiRoot + "executions//follow", bob, 418, "next"},
		{"a webhook", "GET", webhookPath("works"), bob, 200, `"flowId":"works"`},
		{"a webhook that is none", "GET", "/api/v1/main/executions/webhook/company.team/works/kill", bob, 404, "Webhook not found"},
		{"a webhook that looks like an action", "DELETE", "/api/v1/main/executions/webhook/kill", bob, 404, "Webhook not found"},
		{"changed by another site", "POST", replay, append(bob, "Sec-Fetch-Site", "cross-site"), 403, "a page of another site may change nothing"},
		{"changed by another host of the site", "POST", replay, append(bob, "Sec-Fetch-Site", "same-site"), 403, "a page of another site"},
		{"changed by an old browser from elsewhere", "POST", replay, append(bob, "Origin", "https://evil.example"), 403, "a page of another site"},
		{"read from elsewhere", "GET", apiRoot + "executions/" + id, append(bob, "Sec-Fetch-Site", "cross-site"), 200, id},
		{"changed by its own page", "POST", replay, append(bob, "Sec-Fetch-Site", "same-origin"), 200, id},
		{"changed by a program", "POST", replay, bob, 200, id},
	} {
		if a := s.do(tt.method, tt.path, "", tt.header...); a.status != tt.status || !strings.Contains(a.body, tt.text) {
			t.Errorf("%s: %d %q, want %d with %q", tt.name, a.status, a.body, tt.status, tt.text)
		}
	}
	s.serve("kestra {\nstore memory\n}", open)
	for _, path := range []string{"executions/" + id, "executions/search", "flows/search", "executions/" + id + "/follow"} {
		s.get(apiRoot+path).want(t, 403, "Forbidden: nobody is authenticated")
	}
	s.do("POST", replay, "").want(t, 403, "Forbidden: nobody is authenticated")
}

// TestAPINamespaces shows and changes nothing of other namespaces.
func TestAPINamespaces(t *testing.T) {
	s := serveAPI(t, "kestra_api {\nnamespaces other.*\nunauthenticated\n}\n")
	id := s.started("pauses", "{}")
	for _, tt := range []struct {
		method, path string
		status       int
		text         string
	}{
		{"GET", "executions/" + id, 404, "Not Found"},
		{"GET", "executions/" + id + "/follow", 404, "Not Found"},
		{"DELETE", "executions/" + id + "/kill", 404, "Not Found"},
		{"POST", "executions/" + id + "/resume", 404, "Not Found"},
		{"POST", "executions/" + id + "/replay", 404, "Not Found"},
		{"POST", "executions/" + id + "/restart", 404, "Not Found"},
		{"GET", "executions/search", 200, `{"results":[],"total":0}`},
		{"GET", "executions?namespace=company.team&flowId=pauses", 200, `{"results":[],"total":0}`},
		{"GET", "logs/" + id, 200, "[]"},
		{"GET", "flows/search", 200, `{"results":[],"total":0}`},
		{"GET", "flows/company.team/pauses", 404, "Not Found"},
	} {
		if a := s.do(tt.method, apiRoot+tt.path, ""); a.status != tt.status || !strings.Contains(a.body, tt.text) {
			t.Errorf("%s %s: %d %q, want %d with %q", tt.method, tt.path, a.status, a.body, tt.status, tt.text)
		}
	}
}

// follower reads events of a server.
type follower struct {
	t        *testing.T
	response *http.Response
	lines    *bufio.Scanner
}

// follow asks for the events of an execution; again if a reload resets the connection, see [server.do].
func (s *server) follow(id string) *follower {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+apiRoot+"executions/"+id+"/follow", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := client.Do(request)
	for tries := 1; errors.Is(err, syscall.ECONNRESET) && tries < 5; tries++ {
		response, err = client.Do(request)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { response.Body.Close() })
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	return &follower{s.t, response, lines}
}

// next returns the id of the next event, and the state in it; none at the end.
func (f *follower) next() (event, state string) {
	f.t.Helper()
	for f.lines.Scan() {
		name, text, _ := strings.Cut(f.lines.Text(), ": ")
		switch name {
		case "id":
			event = text
		case "data":
			var x askedExecution
			if err := json.Unmarshal([]byte(text), &x); err != nil {
				f.t.Fatal(err)
			}
			return event, x.State.Current
		}
	}
	if err := f.lines.Err(); err != nil {
		f.t.Fatal(err)
	}
	return "", ""
}

// TestAPIFollow sees an execution end, and is sent away by a reload.
func TestAPIFollow(t *testing.T) {
	site := "kestra_webhook * " + writeFlows(t, adminFlows) + "\nkestra_api {\nunauthenticated\n}\n"
	s := newServer(t)
	s.serve("kestra {\nstore memory\n}", site)
	id := s.started("pauses", "{}")
	waitFor(t, "the Pause", func() bool { return strings.Contains(s.get(apiRoot+"executions/"+id).body, `"current":"PAUSED"`) })

	f := s.follow(id)
	if kind := f.response.Header.Get("Content-Type"); f.response.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("%d %s", f.response.StatusCode, kind)
	}
	var got [][2]string
	for range 2 {
		event, state := f.next()
		got = append(got, [2]string{event, state})
	}
	if diff := cmp.Diff([][2]string{{"start", ""}, {"progress", "PAUSED"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := theEngine(t).followers.Count(); n != 1 {
		t.Errorf("%d follow it", n)
	}
	s.serve("kestra {\nstore memory\n}", site+"respond more 200\n")
	if event, _ := f.next(); event != "" {
		t.Errorf("after a reload: %s", event)
	}

	f = s.follow(id)
	form := "--b\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\n3\r\n--b--\r\n"
	s.do("POST", apiRoot+"executions/"+id+"/resume", form, "Content-Type", "multipart/form-data; boundary=b").want(t, 204, "")
	last, state := "", ""
	for event, now := f.next(); event != ""; event, now = f.next() {
		last, state = event, now
	}
	if last != "end" || state != "SUCCESS" {
		t.Errorf("the last event is %s %s", last, state)
	}
	ended := s.follow(id)
	for _, want := range []string{"start", "end", ""} {
		if event, _ := ended.next(); event != want {
			t.Errorf("of one that has ended: %q, want %q", event, want)
		}
	}
	s.get(apiRoot+"executions/nobody/follow").want(t, 404, "Not Found")
	waitFor(t, "all to leave", func() bool { return theEngine(t).followers.Count() == 0 })
}

// TestAPIFollowers lets so many follow and no more.
func TestAPIFollowers(t *testing.T) {
	s := serveAPI(t, "kestra_api {\nunauthenticated\n}\n")
	id := s.started("pauses", "{}")
	var all []*follower
	for range api.MaxFollowers {
		f := s.follow(id)
		if event, _ := f.next(); event != "start" {
			t.Fatalf("follower %d gets %q", len(all), event)
		}
		all = append(all, f)
	}
	s.get(apiRoot+"executions/"+id+"/follow").want(t, 503, "256 clients follow executions, and no more can")
	all[0].response.Body.Close()
	waitFor(t, "one to leave", func() bool { return theEngine(t).followers.Count() == api.MaxFollowers-1 })
	if event, _ := s.follow(id).next(); event != "start" {
		t.Errorf("after one has left: %q", event)
	}
	for _, f := range all[1:] {
		f.response.Body.Close()
	}
	waitFor(t, "the others to leave", func() bool { return theEngine(t).followers.Count() == 1 })
}

func TestAPICaddyfile(t *testing.T) {
	for _, tt := range []struct {
		name, site string
		want       string // of the JSON, or of the error
		fails      bool
	}{
		{"plain", "kestra_api", `[{"handler":"kestra_api"}]`, false},
		{"matcher", "kestra_api /api/*", `"match":[{"path":["/api/*"]}]`, false},
		{"options", "kestra_api {\nnamespaces a.b c.*\nnamespaces d\nunauthenticated\n}", `{"handler":"kestra_api","namespaces":["a.b","c.*","d"],"unauthenticated":true}`, false},
		{"in front of what answers all", "respond hi\nkestra_api\nkestra_webhook", `[{"handler":"kestra_webhook"},{"handler":"kestra_api"},{"body":"hi"`, false},
		{"in a handle", "handle /api/* {\nkestra_api\n}", `"handler":"kestra_api"`, false},
		{"in a route", "route {\nkestra_api\n}", `"handler":"kestra_api"`, false},
		{"argument", "kestra_api company.team", "kestra_api takes no argument but a matcher: write `namespaces company.team` in its block", true},
		{"option", "kestra_api {\nflows x\n}", `unrecognized option "flows" of kestra_api: there are namespaces and unauthenticated`, true},
		{"no namespace", "kestra_api {\nnamespaces\n}", "wrong argument count", true},
		{"value", "kestra_api {\nunauthenticated yes\n}", "unauthenticated takes no argument", true},
		{"twice", "kestra_api {\nunauthenticated\nunauthenticated\n}", "unauthenticated is given twice", true},
	} {
		config, err := adapt(t, "Caddyfile", "http://:8080 {\n"+tt.site+"\n}\n")
		got := strings.Join(strings.Fields(config), "")
		if tt.fails {
			got = ""
			if err != nil {
				got = err.Error()
			}
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	s := newServer(t)
	if err := s.load("", "kestra_api {\nnamespaces a.*.b\n}"); err == nil || !strings.Contains(err.Error(), `kestra_api: namespaces: "a.*.b" is neither a namespace`) {
		t.Errorf("bad pattern: %v", err)
	}
}
