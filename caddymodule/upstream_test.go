package caddymodule

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func TestUpstreamProvision(t *testing.T) {
	t.Setenv("UPSTREAM", "https://kestra.example.com/base")
	t.Setenv("CERTIFICATE", "missing.pem")
	for _, tt := range []struct {
		upstream Upstream
		want     string // part of the error; empty: there is none
	}{
		{Upstream{URL: "{env.UPSTREAM}", Header: map[string][]string{"x-a": {"1", "{env.UPSTREAM}"}}, BasicAuth: &UpstreamAuth{"u", "p"}}, ""},
		{Upstream{URL: "kestra:8080"}, "upstream must be the URL of the root of a Kestra, as in http://kestra:8080"},
		{Upstream{URL: "ftp://kestra"}, "upstream must be the URL"},
		{Upstream{URL: "http://kestra/?a=1"}, "upstream must be the URL"},
		{Upstream{URL: "http://u:p@kestra"}, "upstream must not hold a user and password: write `basic_auth`"},
		{Upstream{URL: "http://kestra", Timeout: -1}, "must not be negative"},
		{Upstream{URL: "http://kestra", Header: map[string][]string{"a b": {"1"}}}, `header "a b": the name, or its value, has characters that no header may have`},
		{Upstream{URL: "http://kestra", Header: map[string][]string{"A": {"1\n2"}}}, `header "A": the name, or its value, has characters`},
		{Upstream{URL: "http://kestra", Header: map[string][]string{"authorization": {"x"}}, BasicAuth: &UpstreamAuth{"u", "p"}}, "exclude each other"},
		{Upstream{URL: "https://kestra", TLS: &UpstreamTLS{CA: []string{"missing.pem"}}}, "tls: open missing.pem"},
		{Upstream{URL: "https://kestra", TLS: &UpstreamTLS{CA: []string{"upstream_test.go"}}}, "upstream_test.go holds no certificate in PEM"},
		{Upstream{URL: "https://kestra", TLS: &UpstreamTLS{Key: "k"}}, "a certificate needs its key, and the key its certificate"},
		{Upstream{URL: "https://kestra", TLS: &UpstreamTLS{Certificate: "{env.CERTIFICATE}", Key: "{env.CERTIFICATE}.key"}}, "tls: open missing.pem: "},
	} {
		err := tt.upstream.provision()
		if tt.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want one with %q", tt.upstream, err, tt.want)
		}
		if err != nil {
			continue
		}
		o := tt.upstream.engine()
		if o.URL.Host != "kestra.example.com" || strings.Join(o.Header["X-A"], " ") != "1 https://kestra.example.com/base" || o.Header.Get("Authorization") != "Basic dTpw" {
			t.Errorf("options are %+v", o)
		}
	}
}

// TestUpstreamTLS trusts the authority of a server that is in a file, under the name that is written.
func TestUpstreamTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AUTHORITY", file)
	t.Setenv("NAME", "example.com")
	for name, tt := range map[string]struct {
		tls  *UpstreamTLS
		want bool
	}{
		"as usual":      {&UpstreamTLS{}, false},
		"the authority": {&UpstreamTLS{CA: []string{"{env.AUTHORITY}"}}, true},
		"its name":      {&UpstreamTLS{CA: []string{file}, ServerName: "{env.NAME}"}, true},
		"another name":  {&UpstreamTLS{CA: []string{file}, ServerName: "example.net"}, false},
		"any":           {&UpstreamTLS{InsecureSkipVerify: true}, true},
	} {
		config, err := tt.tls.config(caddy.NewReplacer())
		if err != nil {
			t.Fatal(err)
		}
		transport := &http.Transport{TLSClientConfig: config}
		r, err := (&http.Client{Transport: transport}).Get(s.URL)
		if (err == nil) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			_ = r.Body.Close()
		}
		transport.CloseIdleConnections()
	}
}

// TestTypesAreMarked prints the types of a configuration with a Kestra behind the server, and without.
func TestTypesAreMarked(t *testing.T) {
	specs := []*flow.Spec{
		{Kind: flow.KindTask, Type: "here.Task", Compile: func(*flow.Component) (any, error) { return nil, nil }},
		{Kind: flow.KindTask, Type: "there.Task"},
		{Kind: flow.KindTrigger, Type: "there.Trigger"},
	}
	print := func(handsOn bool) string {
		var out bytes.Buffer
		for _, err := range []error{printTypes(&out, specs, handsOn), printTypesWhole(&out, specs, handsOn), printTypesJSON(&out, specs, handsOn)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return out.String()
	}
	marked, plain := print(true), print(false)
	for _, want := range []string{"here.Task (here)\n", "Kestra's (handed on): there.Task\n", pluginsToo, firesBehind + ": there.Trigger\n", "there.Task, a task (handed on)\n", `"runs": "handed on"`} {
		if !strings.Contains(marked, want) {
			t.Errorf("%q is missing in\n%s", want, marked)
		}
		if strings.Contains(plain, want) {
			t.Errorf("without a Kestra behind there is %q in\n%s", want, plain)
		}
	}
	if !strings.Contains(plain, notSupported+": there.Task\n") || !strings.Contains(plain, `"runs": "nowhere"`) {
		t.Errorf("without a Kestra behind:\n%s", plain)
	}
}

// TestTypeOfAPlugin asks for types that are not here.
func TestTypeOfAPlugin(t *testing.T) {
	const handedOn, unknown = "if a plugin of Kestra has it, a flow with it is handed on", "`caddy kestra types` lists them"
	for _, tt := range []struct {
		name    string
		catalog *engine.Catalog
		want    string
	}{
		{"io.kestra.plugin.aws.s3.Download", engine.Core().HandingOn(), handedOn},
		{"io.kestra.plugin.aws.s3.Download", engine.Core(), unknown},
		{"Lgo", engine.Core().HandingOn(), unknown},
	} {
		_, err := chosenTypes(tt.catalog, []string{tt.name})
		if want := "there is no type " + tt.name + " here: " + tt.want; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestCatalogFollowsUpstream loads the types of a configuration with a Kestra behind the server, after one without.
func TestCatalogFollowsUpstream(t *testing.T) {
	ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
	defer cancel()
	var before *App
	var catalogs []*engine.Catalog
	for _, u := range []*Upstream{nil, {URL: "http://x"}, {URL: "http://y"}, nil} {
		app := &App{Upstream: u}
		if err := app.loadTypes(ctx, before); err != nil {
			t.Fatal(err)
		}
		if app.types.catalog.HandsOn() != (u != nil) {
			t.Errorf("with %+v it hands on: %t", u, app.types.catalog.HandsOn())
		}
		before = app
		catalogs = append(catalogs, app.types.catalog)
	}
	if catalogs[1] != catalogs[2] {
		t.Error("flows are compiled anew although the types are the same")
	}
}
