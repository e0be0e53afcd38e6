package http

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that answers by path: /echo tells what it received.
func serve(t testing.TB) (address string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		kind, rest, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
		switch kind {
		case "echo":
			w.Header().Set("Content-Type", "application/json")
			echo(w, r)
		case "status":
			code, _ := strconv.Atoi(rest)
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(code)
			if code != http.StatusNoContent && code != http.StatusNotModified {
				_, _ = fmt.Fprint(w, "status ", code)
			}
		case "redirect":
			code, _ := strconv.Atoi(rest)
			w.Header().Set("Location", "/echo")
			w.WriteHeader(code)
		case "latin":
			w.Header().Set("Content-Type", "text/plain; charset=ISO-8859-1")
			_, _ = io.WriteString(w, "h\xe9llo")
		case "binary":
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = io.WriteString(w, "a\xff\xfe\x00")
		case "gzip":
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "application/json")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, `{"zipped":true}`)
			_ = z.Close()
		case "headers":
			w.Header()["X-Multi"] = []string{"a", "b"}
			w.Header()["x-lower"] = []string{"h\xe9"}
			w.Header().Set("Content-Type", "text/plain")
		case "big":
			_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
		case "sse":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, strings.ReplaceAll(r.URL.Query().Get("stream"), "|", "\n"))
		case "file":
			w.Header().Set("Content-Disposition", r.URL.Query().Get("as"))
			_, _ = io.WriteString(w, "file body")
		case "panic":
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// echo writes a line for the request, one for each header but those that every request has, and the body.
func echo(w io.Writer, r *http.Request) {
	_, _ = fmt.Fprintln(w, r.Method, r.RequestURI)
	var lines []string
	for name, values := range r.Header {
		switch name {
		case "User-Agent", "Accept-Encoding", "Connection", "Content-Length":
			continue
		}
		for _, v := range values {
			lines = append(lines, name+": "+v+"\n")
		}
	}
	slices.Sort(lines)
	body, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprint(w, strings.Join(lines, ""), "\n", string(body))
}

// services returns services with a client of requests.
func services(t testing.TB, o outbound.Options) *task.Services {
	t.Helper()
	c := outbound.New()
	c.Configure(o)
	t.Cleanup(c.Close)
	return &task.Services{HTTP: c}
}

// run runs a task with the members of a mapping in flow style beside its type, in which AT stands for the address of the server,
// and shows that address so in the result.
func run(t testing.TB, typ, members, variables string) tasktest.Result {
	t.Helper()
	at := serve(t)
	return runAt(t, services(t, outbound.Options{}), at, typ, members, variables)
}

func runAt(t testing.TB, s *task.Services, at, typ, members, variables string) tasktest.Result {
	t.Helper()
	yaml := "{type: io.kestra.plugin.core.http." + typ + ", " + strings.ReplaceAll(members, "AT/", at+"/") + "}"
	got := tasktest.RunServed(t, Specs(), s, yaml, variables)
	show := func(text string) string {
		return strings.NewReplacer(at, "AT", strings.TrimPrefix(at, "http://"), "HOST").Replace(text)
	}
	got.Outputs, got.Err = show(got.Outputs), show(got.Err)
	for i := range got.Log {
		got.Log[i] = show(got.Log[i])
	}
	return got
}
