package caddymodule

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// badFlow has an error at 3:1.
const badFlow = "id: bad\nnamespace: company.team\nnonsense: 1\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\n"

// provision does with a configuration of an app and of handlers what `caddy validate` does, and returns the log.
func provision(t *testing.T, app map[string]any, handlers ...map[string]any) (log string, err error) {
	t.Helper()
	logFile := filepath.Join(t.TempDir(), "log")
	var routes []any
	for _, handler := range handlers {
		if handler["handler"] == nil {
			handler["handler"] = "kestra_webhook"
		}
		routes = append(routes, map[string]any{"handle": []any{handler}})
	}
	apps := map[string]any{
		"http": map[string]any{"servers": map[string]any{"srv": map[string]any{"listen": []string{"127.0.0.1:0"}, "routes": routes}}},
	}
	if app != nil {
		apps["kestra"] = app
	}
	text, err := json.Marshal(map[string]any{
		"admin":   map[string]any{"disabled": true},
		"logging": map[string]any{"logs": map[string]any{"default": map[string]any{"level": "DEBUG", "writer": map[string]any{"output": "file", "filename": logFile}, "encoder": map[string]any{"format": "json"}}}},
		"apps":    apps,
	})
	if err != nil {
		t.Fatal(err)
	}
	var config caddy.Config
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	err = caddy.Validate(&config)
	noEngine(t)
	return readLog(t, logFile), err
}

type m = map[string]any

// neverFires has a trigger of a type that only Kestra runs.
var neverFires = webhookFlow("never_fires", "  - id: daily\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: \"0 0 * * *\"\n")

// alwaysMet has a condition with text beside its braces.
var alwaysMet = webhookFlow("always_met", "    conditions:\n      - type: io.kestra.plugin.core.condition.Expression\n        expression: \"{{ trigger.body.x }} == 1\"\n")

func TestConfigurationErrors(t *testing.T) {
	good := writeFlows(t, map[string]string{"a.yml": webhookFlow("a", "")})
	again := writeFlows(t, map[string]string{"sub/b.yaml": webhookFlow("a", "")})
	twice := writeFlows(t, map[string]string{"a.yml": webhookFlow("a", ""), "b.yml": webhookFlow("a", "")})
	bad := writeFlows(t, map[string]string{"bad.yml": badFlow, "worse.yml": "id: [\n"})
	noKey := writeFlows(t, map[string]string{"a.yml": strings.Replace(webhookFlow("a", ""), key, `"{{ secret('NOWHERE') }}"`, 1)})
	missing := filepath.Join(good, "missing")
	t.Setenv("KESTRA_TEST_EMPTY", "")

	for _, tc := range []struct {
		name     string
		app      m
		handlers []m
		want     []string
	}{
		{"missing folder of the app", m{"flow_dirs": []string{missing}}, []m{{}}, []string{missing}},
		{"missing folder of a site", nil, []m{{"flow_dirs": []string{missing}}}, []string{missing}},
		{"missing relative folder", nil, []m{{"flow_dirs": []string{"no_such_folder"}}}, []string{absolute(t, "no_such_folder")}},
		{"file as folder", nil, []m{{"flow_dirs": []string{filepath.Join(good, "a.yml")}}}, []string{"a.yml: not a directory"}},
		{"empty placeholder", nil, []m{{"flow_dirs": []string{"{env.KESTRA_TEST_EMPTY}"}}}, []string{`"{env.KESTRA_TEST_EMPTY}" is empty`}},
		{"strict", m{"strict": true, "flow_dirs": []string{bad}}, []m{{}}, []string{filepath.Join(bad, "bad.yml:3:1"), filepath.Join(bad, "worse.yml:")}},
		{"strict, site's folder", m{"strict": true}, []m{{"flow_dirs": []string{bad}}}, []string{filepath.Join(bad, "bad.yml:3:1"), filepath.Join(bad, "worse.yml:")}},
		{"strict, inline flow", m{"strict": true, "inline_flows": []m{{"source": "Caddyfile:14", "yaml": badFlow}}}, []m{{}}, []string{"Caddyfile:14 (inline flow, line 3)"}},
		{"strict, inline flow without source", m{"strict": true, "inline_flows": []m{{"yaml": badFlow}}}, []m{{}}, []string{"inline_flows[0] (inline flow, line 3)"}},
		{"strict, key that cannot be rendered", m{"strict": true}, []m{{"flow_dirs": []string{noKey}}}, []string{"a.yml:", "key"}},
		{"strict, trigger that never fires", m{"strict": true, "inline_flows": []m{{"yaml": neverFires}}}, []m{{}}, []string{"inline_flows[0] (inline flow, line 16): triggers[1].type: the trigger type `io.kestra.plugin.core.trigger.Schedule` never fires here"}},
		{"strict, condition that is always met", m{"strict": true, "inline_flows": []m{{"yaml": alwaysMet}}}, []m{{}}, []string{"inline_flows[0] (inline flow, line 17): triggers[0].conditions[0].expression: always met: "}},
		{"strict, condition of a site that is never met", m{"strict": true}, []m{{"conditions": []string{"trigger.headers.a == 'b'"}}}, []string{"condition #1: trigger.headers"}},
		{"two flows of one name in one folder", nil, []m{{"flow_dirs": []string{twice}}}, []string{"company.team/a is already defined at " + filepath.Join(twice, "a.yml")}},
		{"two flows of one name in one site", nil, []m{{"flow_dirs": []string{good, again}}}, []string{"company.team/a is already defined at " + filepath.Join(good, "a.yml")}},
		{"two flows of one name in app and site", m{"flow_dirs": []string{good}}, []m{{"flow_dirs": []string{again}}}, []string{"company.team/a is already defined"}},
		{"two flows of one name in two sites", nil, []m{{"flow_dirs": []string{good}}, {"flow_dirs": []string{again}}}, []string{"company.team/a is already defined"}},
		{"two inline flows of one name", m{"inline_flows": []m{{"yaml": webhookFlow("a", "")}, {"yaml": webhookFlow("a", "")}}}, []m{{}}, []string{"company.team/a is already defined at inline_flows[0]"}},
		{"store that does not exist", m{"store": m{"store": "redis"}}, []m{{}}, []string{"kestra.stores.redis"}},
		{"empty path of the store", m{"store": m{"store": "sqlite", "path": "{env.KESTRA_TEST_EMPTY}"}}, []m{{}}, []string{`path "{env.KESTRA_TEST_EMPTY}" is empty text`}},
		{"lock_timeout", m{"store": m{"store": "sqlite", "lock_timeout": -1}}, []m{{}}, []string{"lock_timeout must not be negative"}},
		{"retention in memory", m{"store": m{"store": "memory"}, "retention": m{"age": "1d"}}, []m{{}}, []string{"retention is for a store that is a file"}},
		{"retention of a state", m{"store": m{"store": "sqlite"}, "retention": m{"states": m{"failed": m{"age": "1d"}}}}, []m{{}}, []string{`no execution ends in state "failed"`}},
		{"age", m{"store": m{"store": "sqlite"}, "retention": m{"age": -2}}, []m{{}}, []string{"age and size must not be negative"}},
		{"size", m{"store": m{"store": "sqlite"}, "retention": m{"size": -2}}, []m{{}}, []string{"age and size must not be negative"}},
		{"count of a state", m{"store": m{"store": "sqlite"}, "retention": m{"states": m{"FAILED": m{"count": -1}}}}, []m{{}}, []string{"count must not be negative"}},
		{"base URL", m{"base_url": "example.com"}, []m{{}}, []string{`base_url must be as in https://example.com, is "example.com"`}},
		{"watch", m{"watch": "1ms"}, []m{{}}, []string{`watch must be off, or a time of at least 100ms as in 2s, is "1ms"`}},
		{"workers", m{"workers": -1}, []m{{}}, []string{"workers and capacity must not be negative"}},
		{"capacity", m{"capacity": -1}, []m{{}}, []string{"workers and capacity must not be negative"}},
		{"option of the app", m{"flows": "x"}, []m{{}}, []string{"flows"}},
		{"option of a site", nil, []m{{"flows": "x"}}, []string{"flows"}},
		{"unknown", nil, []m{{"unknown": "410"}}, []string{`unknown must be 404 or pass, is "410"`}},
		{"max_body", nil, []m{{"max_body": -1}}, []string{"max_body must not be negative"}},
		{"memory_limit", m{"memory_limit": 1 << 20}, []m{{}}, []string{"memory_limit must be at least 67108864 bytes (64MiB)"}},
		{"evaluation_wait", m{"evaluation_wait": -1}, []m{{}}, []string{"evaluation_wait must not be negative"}},
		{"flow_share", m{"flow_share": 101}, []m{{}}, []string{"flow_share must be a percentage from 1 to 100"}},
		{"max_pending", m{"max_pending": -1}, []m{{}}, []string{"max_pending must not be negative"}},
		{"drain_timeout", m{"drain_timeout": -1}, []m{{}}, []string{"drain_timeout must not be negative"}},
		{"files_limit", m{"files_limit": -1}, []m{{}}, []string{"files_limit and files_per_execution must not be negative"}},
		{"files_per_execution", m{"files_per_execution": -1}, []m{{}}, []string{"files_limit and files_per_execution must not be negative"}},
		{"empty folder of files", m{"files": "{env.KESTRA_TEST_EMPTY}"}, []m{{}}, []string{`files folder "{env.KESTRA_TEST_EMPTY}" is empty text`}},
		{"body_timeout", nil, []m{{"body_timeout": -1}}, []string{"body_timeout must not be negative"}},
		{"wait_timeout", nil, []m{{"wait_timeout": -1}}, []string{"wait_timeout must not be negative"}},
		{"namespace pattern", nil, []m{{"namespaces": []string{"a.*.b"}}}, []string{`"a.*.b" is neither a namespace, as in a.b, nor a.b.*`}},
		{"namespace pattern of all", nil, []m{{"namespaces": []string{"*"}}}, []string{`"*" is neither`}},
		{"condition", nil, []m{{"conditions": []string{"true", "headers.x ==="}}}, []string{"condition #2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := provision(t, tc.app, tc.handlers...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error does not contain %q:\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), key) {
				t.Errorf("error holds the key: %v", err)
			}
		})
	}
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	name, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestConfigurationLogs(t *testing.T) {
	good := writeFlows(t, map[string]string{"a.yml": webhookFlow("a", "")})
	nested := writeFlows(t, map[string]string{"sub/a.yml": webhookFlow("a", "")})
	bad := writeFlows(t, map[string]string{"bad.yml": badFlow, "good.yml": webhookFlow("good", "")})
	noTrigger := writeFlows(t, map[string]string{"a.yml": "id: a\nnamespace: b\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\n"})
	short := writeFlows(t, map[string]string{"a.yml": strings.Replace(webhookFlow("a", ""), key, key[:15], 1)})
	empty := t.TempDir()
	t.Setenv("KESTRA_TEST_FLOWS", good)

	for _, tc := range []struct {
		name     string
		app      m
		handlers []m
		level    string // "": nothing above info
		want     string
	}{
		{"all is well", nil, []m{{"flow_dirs": []string{good}}}, "", ""},
		{"placeholder", nil, []m{{"flow_dirs": []string{"{env.KESTRA_TEST_FLOWS}"}}}, "", ""},
		{"one folder in two sites", nil, []m{{"flow_dirs": []string{good}}, {"flow_dirs": []string{good + "/."}}}, "", ""},
		{"one folder in app and site", m{"flow_dirs": []string{good}}, []m{{"flow_dirs": []string{good}}}, "", ""},
		{"nested folders", nil, []m{{"flow_dirs": []string{nested, filepath.Join(nested, "sub")}}}, "", ""},
		{"namespaces", nil, []m{{"flow_dirs": []string{good}, "namespaces": []string{"company.*"}}}, "", ""},
		{"empty folder", m{"flow_dirs": []string{good}}, []m{{"flow_dirs": []string{empty}}}, "warn", "flow directory holds no *.yml or *.yaml file"},
		{"no trigger", nil, []m{{"flow_dirs": []string{noTrigger}}}, "warn", "every webhook URL is unknown"},
		{"no trigger in namespace", nil, []m{{"flow_dirs": []string{good}, "namespaces": []string{"company"}}}, "warn", "every webhook URL is unknown"},
		{"nothing at all", nil, []m{{}}, "warn", "every webhook URL is unknown"},
		{"condition that is always met", m{"inline_flows": []m{{"yaml": alwaysMet}}}, []m{{}}, "warn", "always met: "},
		{"trigger that never fires", m{"inline_flows": []m{{"yaml": neverFires}}}, []m{{}}, "warn", "never fires here"},
		{"short key, strict", m{"strict": true}, []m{{"flow_dirs": []string{short}}}, "warn", "a.yml:14:10: triggers[0].key: has fewer than 16 characters"},
		{"condition of a site that is never met", nil, []m{{"flow_dirs": []string{good}, "conditions": []string{"trigger.headers.a == 'b'"}}}, "warn", "condition #1: trigger.headers[\"a\"] is a list of values and never equal to a text"},
		{"bad flow", nil, []m{{"flow_dirs": []string{bad}}}, "error", filepath.Join(bad, "bad.yml:3:1: ")},
		{"bad flow in two sites", nil, []m{{"flow_dirs": []string{bad}}, {"flow_dirs": []string{bad}}}, "error", filepath.Join(bad, "bad.yml:3:1: ")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			log, err := provision(t, tc.app, tc.handlers...)
			if err != nil {
				t.Fatal(err)
			}
			var found []logLine
			for text := range strings.Lines(log) {
				var line logLine
				if err := json.Unmarshal([]byte(text), &line); err != nil {
					t.Fatal(err)
				}
				if (line.Level == "warn" || line.Level == "error") && strings.Contains(line.Logger, "kestra") {
					found = append(found, line)
				}
			}
			if tc.level == "" {
				if len(found) != 0 {
					t.Errorf("logged %+v", found)
				}
				return
			}
			if len(found) != 1 || found[0].Level != tc.level || !strings.Contains(found[0].Msg, tc.want) {
				t.Errorf("want one line of level %s with %q, got %+v", tc.level, tc.want, found)
			}
			if strings.Contains(log, key[:15]) {
				t.Errorf("the log holds the key:\n%s", log)
			}
		})
	}
}

// TestCleanupOfUnprovisionedApp checks that an app whose provisioning fails half way can be cleaned up, and that it does not
// take the engine from another configuration.
func TestCleanupOfUnprovisionedApp(t *testing.T) {
	other, err := acquireEngine(MemoryStore{}.StoreOptions())
	if err != nil {
		t.Fatal(err)
	}
	identity := MemoryStore{}.StoreOptions().Identity()
	if err := new(App).Cleanup(); err != nil {
		t.Error(err)
	}
	if refs, _ := engines.References(identity); refs != 1 {
		t.Errorf("%d references to the engine, want 1", refs)
	}
	if _, err := engines.Delete(identity); err != nil {
		t.Error(err)
	}
	<-other.closed
}

// TestValidateLeavesNothing validates a configuration that is good and one that fails late, and looks for files.
func TestValidateLeavesNothing(t *testing.T) {
	flows := writeFlows(t, map[string]string{"a.yml": webhookFlow("a", "")})
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, home)
	}
	for _, condition := range []string{"true", "==="} {
		_, err := provision(t, m{"flow_dirs": []string{flows}}, m{"conditions": []string{condition}})
		if (err == nil) != (condition == "true") {
			t.Errorf("condition %s: %v", condition, err)
		}
	}
	entries, err := os.ReadDir(home)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.Contains(fmt.Sprint(entry), "kestra") {
			t.Errorf("validation left %s", entry)
		}
	}
	if found, err := filepath.Glob(filepath.Join(home, "*", "kestra*")); err != nil || len(found) != 0 {
		t.Errorf("validation left %v (%v)", found, err)
	}
}

// probe is a handler that looks for engines while a configuration is provisioned.
type probe struct{ engines *int }

func (probe) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.engine_probe", New: func() caddy.Module { return &probe{&probed} }}
}

var probed int // engines, by all probes

func init() { caddy.RegisterModule(probe{}) }

func (p *probe) Provision(caddy.Context) error {
	engines.Range(func(any, any) bool { *p.engines++; return true })
	return nil
}

func (*probe) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	return next.ServeHTTP(w, r)
}

// TestProvisionOpensNothing looks for an engine after the module was provisioned, and before `caddy validate` cleans up.
func TestProvisionOpensNothing(t *testing.T) {
	probed = 0
	flows := writeFlows(t, map[string]string{"a.yml": webhookFlow("a", "")})
	if _, err := provision(t, nil, m{"flow_dirs": []string{flows}}, m{"handler": "engine_probe"}); err != nil {
		t.Fatal(err)
	}
	if probed != 0 {
		t.Error("an engine is open after Provision")
	}
	s := newServer(t)
	s.serve("", "kestra_webhook * "+flows)
	var config caddy.Config
	if err := json.Unmarshal([]byte(`{"admin":{"disabled":true},"apps":{"http":{"servers":{"srv":{"routes":[{"handle":[{"handler":"engine_probe"}]}]}}}}}`), &config); err != nil {
		t.Fatal(err)
	}
	if err := caddy.Validate(&config); err != nil {
		t.Fatal(err)
	}
	if probed != 1 {
		t.Errorf("the probe saw %d engines of a server that runs, want 1", probed)
	}
}

// TestRequestBeforeStart serves a request before the app has started: Caddy starts apps in any order.
func TestRequestBeforeStart(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	flows := writeFlows(t, map[string]string{"a.yml": webhookFlow("a", "")})
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	app := &App{FlowDirs: []string{flows}}
	if err := app.loadStore(ctx); err != nil {
		t.Fatal(err)
	}
	app.logger = zap.NewNop()
	app.registry = ctx.GetMetricsRegistry()
	app.flows = newFlowLoader(app.logger, false, engine.Core())
	if err := app.flows.loadShared(app.FlowDirs, nil); err != nil {
		t.Fatal(err)
	}
	_, set, err := app.flows.loadSite(nil)
	if err != nil {
		t.Fatal(err)
	}
	site, _, err := engine.NewSite(set, engine.SiteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h := &Handler{logger: app.logger, access: app.logger, app: app}
	h.serve(&compiledSite{Site: site})
	app.sites = []*Handler{h}
	fire := func() int {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, webhookPath("a"), nil)
		if err := h.ServeHTTP(w, caddyhttp.PrepareRequest(r, caddy.NewReplacer(), w, nil), nil); err != nil {
			t.Error(err)
		}
		return w.Code
	}
	if status := fire(); status != 200 {
		t.Errorf("status %d before Start", status)
	}
	before := theEngine(t)
	if err := app.Start(); err != nil {
		t.Error(err)
	}
	if theEngine(t) != before {
		t.Error("Start opened another engine")
	}
	if err := app.Cleanup(); err != nil {
		t.Error(err)
	}
	noEngine(t)
	if err := app.Cleanup(); err != nil { // and once more, as after a failure
		t.Error(err)
	}

	late := &App{store: app.store}
	if err := late.Cleanup(); err != nil {
		t.Error(err)
	}
	h.app = late
	if status := fire(); status != 503 {
		t.Errorf("status %d of a site that was never opened, want 503", status)
	}
	noEngine(t)
}
