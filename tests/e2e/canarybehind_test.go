package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// behind are what flows that are handed on are answered with by the Kestra behind, which all quote the URL where they can.
var behind = map[string]func(w http.ResponseWriter, r *http.Request){
	"taken": func(w http.ResponseWriter, r *http.Request) {
		key, _ := url.PathUnescape(path.Base(r.URL.EscapedPath()))
		w.Header().Set("X-Url", r.RequestURI)
		fmt.Fprintf(w, `{"url": %q, "key": %q}`, r.RequestURI, key)
	},
	"refused": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.RequestURI)
		w.WriteHeader(http.StatusTemporaryRedirect)
	},
	"down":   func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no "+r.RequestURI, http.StatusBadGateway) },
	"broken": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
	"odd": func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 "+r.RequestURI+"\r\n"+r.RequestURI+"\r\n\r\n")
			_ = conn.Close()
		}
	},
}

// startBehind starts a Kestra behind a server, and returns its URL.
func startBehind(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		id := strings.Split(r.URL.Path, "/")[6] // /api/v1/executions/webhook/<namespace>/<flow>/<key>
		answer, _, _ := strings.Cut(id, "_")
		behind[answer](w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// behindFiles returns flows that are handed on, with the keys that stand in files.
func behindFiles(files map[string]string) map[string]string {
	for _, c := range canaries {
		for id := range behind {
			if !c.inline {
				files["flows/behind_"+id+"_"+c.name+".yaml"] = "handOn: true\n" + echoFlow(id+"_"+c.name, c.property)
			}
		}
	}
	return files
}

// fetchBehind has requests handed on with all keys, and returns what the commands show of them, when all were tried.
func fetchBehind(t *testing.T, s *harness.Server, host string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	shown := func(args ...string) string {
		out, err := s.Command(append(args, "--address", fmt.Sprintf("127.0.0.1:%d", s.AdminPort))...).CombinedOutput()
		if err != nil && args[1] != "logs" { // whose status is that of the execution
			t.Errorf("%q: %v\n%s", args, err, out)
		}
		texts[strings.Join(args, " ")] = string(out)
		return string(out)
	}
	ids := map[string]string{}
	for _, c := range canaries {
		for id := range behind {
			if c.inline {
				continue
			}
			key := c.spellings[0]
			a := s.Fetch(t, "POST", webhook(id+"_"+c.name, key)+"?key="+url.QueryEscape(key), "x", "Host", host, "X-Key", key)
			if a.Status != 200 || canaryTrace(a.Body) != nil {
				t.Errorf("%s of %s: %d %s", id, c.name, a.Status, a.Body)
			}
			ids[a.Header.Get("X-Kestra-Execution-Id")] = id
		}
	}
	tried := map[string]string{
		"taken": "the Kestra behind answered 200", "refused": "the Kestra behind answered 307, which is final", "down": "the Kestra behind answered 502; the request is sent again at ",
		"broken": "the request is sent again at ", "odd": "the request is sent again at ",
	}
	for execution, id := range ids {
		harness.Eventually(t, time.Minute, id+" was tried", func() bool {
			for line := range strings.Lines(s.Output()) {
				if strings.Contains(line, execution) && strings.Contains(line, tried[id]) {
					return true
				}
			}
			return false
		})
	}
	for execution, id := range ids {
		if id == "taken" {
			if out := shown("kestra", "show", execution, "--json"); !strings.Contains(out, "REDACTED") || !strings.Contains(out, "sealed") {
				t.Errorf("the answer is not shown: %s", out)
			}
			shown("kestra", "show", execution)
			shown("kestra", "logs", execution)
			break
		}
	}
	shown("kestra", "executions", "--json")
	return texts
}
