package tests

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/flowtest"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestExamples loads all flows of flows.example and docs/scripts, without a finding, and sends what the comment of each says: every execution must
// end with SUCCESS, but for those that are answered before one is started. There is a task of every type among what they run, or among those
// that need another server.
func TestExamples(t *testing.T) {
	sources, err := flow.ReadDir("../flows.example")
	scripts, err2 := flow.ReadDir("../docs/scripts")
	if err != nil || err2 != nil || len(sources) == 0 || len(scripts) == 0 {
		t.Fatal("no examples", err, err2)
	}
	sources = append(sources, scripts...)
	var site *engine.Site
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r, site) }))
	defer own.Close()
	for _, source := range sources { // some send requests to the server itself
		source.YAML = bytes.ReplaceAll(source.YAML, []byte("http://localhost:8080"), []byte(own.URL))
	}
	e, served, set := serve(t, sources) // together: some start others
	site = served
	for _, source := range sources {
		t.Run(filepath.Base(source.Name), func(t *testing.T) {
			calls := curls(string(source.YAML))
			if len(calls) == 0 {
				t.Fatal("the comment shows no call")
			}
			if isElsewhere(source.Name) {
				return
			}
			for _, call := range calls {
				answer, release := site.Webhook(t.Context(), call.request(t))
				body := string(answer.Body)
				release()
				if answer.Outcome == webhook.OutcomeResponded { // the cases of the flow compare it
					continue
				}
				if answer.ExecutionID == "" {
					t.Errorf("%v starts nothing: %d %s", call, answer.Status, body)
					continue
				}
				ended, err := e.Wait(t.Context(), answer.ExecutionID)
				if err != nil || ended.Status() != "SUCCESS" {
					t.Errorf("%v: %s, %v", call, body, err)
				}
			}
		})
	}
	types := ran(t, e, set)
	for f := range set.All() {
		for _, task := range slices.Concat(f.Tasks, f.Errors) {
			types[task.Spec.Type] = types[task.Spec.Type] || isElsewhere(f.Source.Name)
		}
	}
	for _, spec := range running(t, flow.KindTask) {
		if !types[spec.Type] {
			t.Errorf("no example runs %s", spec.Type)
		}
	}
}

// isElsewhere reports whether an example needs another server than this one. It is loaded, and not run: the tests of its group of tasks
// do that.
func isElsewhere(name string) bool { return strings.HasPrefix(filepath.Base(name), "elsewhere-") }

// TestExampleCases runs the cases of flows.example, of which every flow has some beside it.
func TestExampleCases(t *testing.T) {
	sources, err := flow.ReadCases("../flows.example")
	if err != nil {
		t.Fatal(err)
	}
	files, found := flowtest.Load(sources)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	flows, err := flow.ReadDir("../flows.example")
	if err != nil || len(flows) == 0 {
		t.Fatal("no examples", err)
	}
	set, _ := catalog(t).Load(flows)
	suite := flowtest.NewSuite(set, []string{"../flows.example"})
	tested := map[string]bool{}
	for _, file := range files {
		for _, c := range file.Cases {
			for _, name := range c.Flows() {
				tested[filepath.Base(file.Source.Name)+" "+name] = true
			}
			failures, err := suite.Run(t.Context(), c, filepath.Join(t.TempDir(), "files"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range failures {
				t.Errorf("%s: %v: %s: %s\n%s", c.Name, f.Pos, f.Path, f.Message, f.Diff)
			}
		}
	}
	for f := range set.All() {
		file := strings.TrimSuffix(filepath.Base(f.Source.Name), ".yml") + ".test.yml"
		if !tested[file+" "+f.Namespace+"/"+f.ID] {
			t.Errorf("%s has no case that calls %s/%s", file, f.Namespace, f.ID)
		}
	}
}

// answer answers a request of a flow to the server itself, as the handler of the Caddy module does.
func answer(w http.ResponseWriter, r *http.Request, site *engine.Site) {
	asked := &webhook.Request{
		Method: r.Method, Header: r.Header, Host: r.Host, RemoteAddr: "127.0.0.1", ContentLength: r.ContentLength,
		Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery,
		ReadBody: func(int64, webhook.Account) ([]byte, error) { return io.ReadAll(r.Body) },
	}
	target, ok := webhook.ParseURL(asked.Path)
	asked.Target, asked.Malformed = target, !ok
	answer, release := site.Webhook(r.Context(), asked)
	defer release()
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body)
}

// ran returns the types of all tasks that executions have run.
func ran(t *testing.T, e *engine.Engine, set *flow.Set) map[string]bool {
	t.Helper()
	types := map[string]bool{}
	for before := int64(0); ; {
		found, next, err := e.List(t.Context(), execution.Query{Before: before, Limit: execution.MaxListLimit})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range found {
			s, err := e.Get(t.Context(), l.ID)
			if err != nil {
				t.Fatal(err)
			}
			plan := execution.NewPlan(set.Flow(l.Namespace, l.FlowID), l.Revision)
			for i := range s.Runs {
				types[plan.Node(s.Runs[i].Node).Task.Spec.Type] = true
			}
		}
		if before = next; next == 0 {
			return types
		}
	}
}

// serve loads flows that must have no findings.
func serve(t *testing.T, sources []*flow.Source) (*engine.Engine, *engine.Site, *flow.Set) {
	t.Helper()
	set, found := catalog(t).Load(sources)
	site, more, err := engine.NewSite(set, engine.SiteOptions{})
	if err != nil || len(found)+len(more) > 0 {
		t.Fatal(found, more, err)
	}
	return openOn(t, site), site, set
}

// openOn returns an engine that serves a site.
func openOn(t *testing.T, site *engine.Site) *engine.Engine {
	t.Helper()
	e, err := engine.Open(context.Background(), engine.StoreOptions{Kind: engine.StoreMemory, Files: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	e.Configure(engine.Options{FlowDirs: []string{"../flows.example", "testdata/documented"}, NamespaceFiles: t.TempDir(), Commands: new(engine.CommandOptions), EvaluationWait: 10 * time.Minute})
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := site.Open(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return e
}

// curl is a call as a comment shows it: the words after the command.
type curl []string

var (
	shownCurl = regexp.MustCompile(`(?m)^#   curl ((?:.*\\\n#)*.*)$`)
	shellWord = regexp.MustCompile(`'[^']*'|[^\s']+`)
)

// curls returns the calls in the comment of a flow. A backslash at the end of a line joins it with the next.
func curls(text string) []curl {
	var calls []curl
	for _, found := range shownCurl.FindAllStringSubmatch(text, -1) {
		var call curl
		for _, word := range shellWord.FindAllString(strings.ReplaceAll(found[1], "\\\n#", ""), -1) {
			call = append(call, strings.Trim(word, "'"))
		}
		calls = append(calls, call)
	}
	return calls
}

// request returns what curl would send.
func (c curl) request(t *testing.T) *webhook.Request {
	t.Helper()
	r := &webhook.Request{Method: http.MethodGet, Header: http.Header{"User-Agent": {"curl/8"}}, Host: "localhost:8080", RemoteAddr: "127.0.0.1"}
	body := ""
	var parts bytes.Buffer
	form := multipart.NewWriter(&parts) // of the options -F
	for i := 0; i < len(c); i++ {
		switch c[i] {
		case "-F":
			i++
			addPart(t, form, c[i])
		case "-d":
			i++
			body, r.Method = c[i], http.MethodPost
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		case "-X":
			i++
			r.Method = c[i]
		case "-H":
			i++
			name, text, _ := strings.Cut(c[i], ": ")
			r.Header.Set(name, text)
		default:
			u, err := url.Parse(c[i])
			if err != nil {
				t.Fatal(err)
			}
			target, ok := webhook.ParseURL(u.EscapedPath())
			r.Target, r.Malformed, r.Path, r.RawQuery = target, !ok, u.EscapedPath(), u.RawQuery
		}
	}
	if parts.Len() > 0 {
		_ = form.Close() // into memory
		body, r.Method = parts.String(), http.MethodPost
		r.Header.Set("Content-Type", form.FormDataContentType())
	}
	r.ContentLength = int64(len(body))
	r.ReadBody = func(int64, webhook.Account) ([]byte, error) {
		if r.Hash != nil {
			_, _ = io.WriteString(r.Hash, body) // never fails
		}
		return []byte(body), nil
	}
	return r
}

// addPart adds what an option -F says to a form: a field, or behind an at sign a file.
func addPart(t *testing.T, form *multipart.Writer, option string) {
	t.Helper()
	name, text, _ := strings.Cut(option, "=")
	file, isFile := strings.CutPrefix(text, "@")
	if !isFile {
		_ = form.WriteField(name, text) // into memory
		return
	}
	content, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	part, _ := form.CreateFormFile(name, file)
	_, _ = part.Write(content)
}
