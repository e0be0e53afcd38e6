package caddymodule

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestShortURLs rewrites public URLs to those of webhooks, in every form that Caddy has, with the key in it alone. Neither
// the access line nor the execution holds it.
func TestShortURLs(t *testing.T) {
	flows := writeFlows(t, map[string]string{
		"fire.yml": webhookFlow("fire", ""),
		"odd.yml":  strings.Replace(webhookFlow("odd", ""), key, "'"+oddKey+"'", 1),
		"hi.yml":   strings.Replace(webhookFlow("hi", ""), key, "'ry'", 1),
	})
	odd := url.PathEscape(oddKey)
	twice := strings.ReplaceAll(odd, "%", "%25")
	const to = "/api/v1/executions/webhook/company.team/"
	const handlePath = "handle_path /hooks/* {\nrewrite * /api/v1/executions/webhook{uri}\nHOOK\n}"
	for name, tc := range map[string]struct {
		site, path string
		header     []string
		status     int
	}{
		"handle_path":       {handlePath, "/hooks/company.team/fire/" + key, nil, 200},
		"handle_path, odd":  {handlePath, "/hooks/company.team/odd/" + odd, nil, 404}, // Caddy decodes the slash in it
		"uri replace, odd":  {"uri replace /h/ " + to + "\nHOOK", "/h/odd/" + odd, nil, 200},
		"wrong shape":       {handlePath, "/hooks/company.team/odd/" + odd + "/", nil, 404},
		"segment missing":   {handlePath, "/hooks/" + key, nil, 404},
		"uri replace":       {"uri replace /h/ " + to + "\nHOOK", "/h/fire/" + key + "?a=" + key, nil, 200},
		"query":             {"rewrite * " + to + "fire/{query.key}\nHOOK", "/go?key=" + key, nil, 200},
		"query, letters":    {"rewrite * " + to + "fire/{query.key}\nHOOK", "/go?key=%63anary" + strings.TrimPrefix(key, "canary"), nil, 200},
		"header":            {"rewrite * " + to + "fire/{header.X-Key}\nHOOK", "/go", []string{"X-Key", key}, 200},
		"other headers":     {"uri replace /h/ " + to + "\nHOOK", "/h/odd/" + odd + "?to=" + twice, []string{"Referer", "http://x/hooks/" + odd, "X-Forwarded-Uri", "/?to=" + twice, "X-Original-Url", oddKey}, 200},
		"response header":   {"header X-Echo {http.request.orig_uri}\nhandle_path /hooks/* {\nrewrite * /api/v1/executions/webhook{uri}\nHOOK\n}", "/hooks/company.team/fire/" + key, nil, 200},
		"short key":         {handlePath, "/hooks/company.team/hi/ry?a=ry&b=very", []string{"X-Key", "ry"}, 200},
		"passed":            {"handle_path /hooks/* {\nrewrite * /api/v1/executions/webhook{uri}\nkestra_webhook * FLOWS {\nunknown pass\n}\nrespond next\n}", "/hooks/company.team/nowhere/" + key, []string{"X-Key", key}, 200},
		"passed, redirects": {"handle_path /hooks/* {\nroute {\nrewrite * /api/v1/executions/webhook{uri}\nkestra_webhook * FLOWS {\nunknown pass\n}\nredir * /to{http.request.orig_uri}\n}\n}", "/hooks/company.team/nowhere/" + key, nil, 302},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			site := strings.ReplaceAll(tc.site, "HOOK", "kestra_webhook * FLOWS")
			s.format += "\nexclude http.handlers.rewrite" // which prints every step at debug level
			s.serve("", "log\n"+strings.ReplaceAll(site, "FLOWS", flows))
			got := s.do("POST", tc.path, "", tc.header...)
			got.want(t, tc.status, "")
			if holdsCanary(got.body) || strings.Contains(got.body, `"ry"`) {
				t.Errorf("the answer holds the key: %s", got.body)
			}
			s.accessLines(1)
			var access string
			for line := range strings.Lines(s.log()) {
				if strings.Contains(line, `"logger":"http.log.access"`) {
					access += line
				}
			}
			if holdsCanary(access) || strings.Contains(access, `ry?`) || strings.Contains(access, `["ry"]`) || strings.Count(access, "\n") != 1 {
				t.Errorf("the access log holds the key, or not one line: %s", access)
			}
			if !strings.Contains(access, webhook.Redacted) {
				t.Errorf("nothing was redacted: %s", access)
			}
		})
	}
}

// bodyWatch is a handler that hands on a body which counts what is read of it, or panics at the first read.
type bodyWatch struct {
	Panics bool `json:"panics,omitempty"`
}

// watchedReads gets what was read of the watched bodies, once per request, when the request is over.
var watchedReads = make(chan int, 100)

func init() {
	caddy.RegisterModule(new(bodyWatch))
	httpcaddyfile.RegisterHandlerDirective("body_watch", func(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		h.Next()
		return &bodyWatch{Panics: h.NextArg()}, nil
	})
}

func (*bodyWatch) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.body_watch", New: func() caddy.Module { return new(bodyWatch) }}
}

func (b *bodyWatch) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	watched := &watchedBody{ReadCloser: r.Body, panics: b.Panics}
	r.Body = watched
	defer func() { watchedReads <- watched.read }()
	return next.ServeHTTP(w, r)
}

type watchedBody struct {
	io.ReadCloser
	panics bool
	read   int
}

func (b *watchedBody) Read(p []byte) (int, error) {
	if b.panics {
		panic("of the body")
	}
	n, err := b.ReadCloser.Read(p)
	b.read += n
	return n, err
}

// TestPanicPrintsNoKey has the body of a request panic, and the handler after the webhooks.
func TestPanicPrintsNoKey(t *testing.T) {
	flows := writeFlows(t, map[string]string{"fire.yml": webhookFlow("fire", "")})
	for name, tc := range map[string]struct{ site, path string }{
		"body":       {"route {\nbody_watch panics\nkestra_webhook * FLOWS\n}", webhookPath("fire")},
		"short URL":  {"handle_path /hooks/* {\nroute {\nrewrite * /api/v1/executions/webhook{uri}\nbody_watch panics\nkestra_webhook * FLOWS\n}\n}", "/hooks/company.team/fire/" + key},
		"after us":   {"route {\nkestra_webhook * FLOWS {\nunknown pass\n}\nbody_watch panics\nrespond {http.request.body}\n}", webhookPath("nowhere")},
		"other path": {"route {\nkestra_webhook * FLOWS\nbody_watch panics\nrespond {http.request.body}\n}", "/x" + webhookPath("fire")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.format += "\nexclude http.handlers.rewrite" // which prints every step at debug level
			s.serve("", "log\n"+strings.ReplaceAll(tc.site, "FLOWS", flows))
			response, err := client.Post(s.url+tc.path, "", strings.NewReader("body"))
			if err == nil {
				response.Body.Close()
			} else if !errors.Is(err, io.EOF) {
				t.Fatal(strings.ReplaceAll(err.Error(), key, "KEY"))
			}
			<-watchedReads
			s.accessLines(1)
			log := s.log()
			if holdsCanary(log) || !strings.Contains(log, webhook.Redacted) {
				t.Errorf("the log holds the key, or nothing redacted:\n%s", log)
			}
			for line := range strings.Lines(log) {
				if !json.Valid([]byte(line)) {
					t.Errorf("no line of JSON: %s", line)
				}
			}
		})
	}
}
