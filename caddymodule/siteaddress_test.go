package caddymodule

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"
)

// TestSiteURL finds where a site is that serves a namespace.
func TestSiteURL(t *testing.T) {
	t.Setenv("SITE", "env.example.com")
	for _, tt := range []struct{ caddyfile, want string }{
		{"example.com {\n\tkestra_webhook\n}", "https://example.com"},
		{"example.com:8443 {\n\tkestra_webhook\n}", "https://example.com:8443"},
		{"http://example.com {\n\tkestra_webhook\n}", "http://example.com"},
		{"http://example.com:8080 {\n\tkestra_webhook\n}", "http://example.com:8080"},
		{":8080 {\n\tkestra_webhook\n}", "http://localhost:8080"},
		{":80 {\n\tkestra_webhook\n}", "http://localhost"},
		{"localhost {\n\tkestra_webhook\n}", "https://localhost"},
		{"{\n\thttp_port 8090\n}\nhttp://example.com {\n\tkestra_webhook\n}", "http://example.com:8090"},
		{"{\n\thttps_port 8444\n}\nexample.com {\n\tkestra_webhook\n}", "https://example.com:8444"},
		{"{\n\tauto_https off\n}\nexample.com:8080 {\n\tkestra_webhook\n}", "https://example.com:8080"}, // by certificates that are loaded
		{":8443 {\n\ttls internal {\n\t\ton_demand\n\t}\n\tkestra_webhook\n}", "https://localhost:8443"},
		{"http://:8080 {\n\tbind 127.0.0.2\n\tkestra_webhook\n}", "http://127.0.0.2:8080"},
		{"http://:8080 {\n\tbind ::1\n\tkestra_webhook\n}", "http://[::1]:8080"},
		{"{$SITE} {\n\tkestra_webhook\n}", "https://env.example.com"},
		{"*.example.com, example.org {\n\ttls internal\n\tkestra_webhook\n}", "https://example.org"},
		{"*.example.com {\n\ttls internal\n\tkestra_webhook\n}", ""},
		{"example.com {\n\trespond ok\n}", ""},
		{"example.com {\n\thandle_path /k/* {\n\t\tkestra_webhook\n\t}\n}", "https://example.com/k"},
		{"example.com {\n\thandle /api/* {\n\t\tkestra_webhook\n\t}\n\thandle {\n\t\troot /srv\n\t\ttry_files {path} /index.html\n\t\tfile_server\n\t}\n}", "https://example.com"},
		{"example.com {\n\thandle_path /hooks/* {\n\t\trewrite * /api/v1/executions/webhook{uri}\n\t\tkestra_webhook\n\t}\n\tkestra_webhook\n}", "https://example.com"},
		{"example.com {\n\thandle_path /hooks/* {\n\t\trewrite * /api/v1/executions/webhook{uri}\n\t\tkestra_webhook\n\t}\n}", ""},
		{"example.com {\n\trewrite /old /new\n\tkestra_webhook\n}", "https://example.com"},
		{"one.example.com {\n\tkestra_webhook {\n\t\tnamespaces other.*\n\t}\n}\ntwo.example.com {\n\tkestra_webhook {\n\t\tnamespaces company.*\n\t}\n}", "https://two.example.com"},
	} {
		config, err := adapt(t, "Caddyfile", tt.caddyfile)
		if err != nil {
			t.Errorf("%s: %v", tt.caddyfile, err)
			continue
		}
		got, err := siteURL([]byte(config), func(h *Handler) (bool, error) {
			return len(h.Namespaces) == 0 || h.Namespaces[0] == "company.*", nil
		})
		if err != nil || got != tt.want {
			t.Errorf("%s\n%q, %v, want %q", tt.caddyfile, got, err, tt.want)
		}
	}
}

// TestSendFindsTheSite sends to where the configuration of a file, or of a running server, has the site that serves the flow.
func TestSendFindsTheSite(t *testing.T) {
	dir := writeFlows(t, map[string]string{"echo.yml": webhookFlow("echo", "")})
	s := newServer(t)
	global := "kestra {\n\t\tflows " + dir + "\n\t}"
	s.serve(global, "kestra_webhook")
	file := func(config []byte) string {
		name := filepath.Join(t.TempDir(), "caddy.json")
		if err := os.WriteFile(name, config, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	config := file(s.config(global, "kestra_webhook"))
	hidden := file(s.config(global, "rewrite * /api/v1/executions/webhook{uri}\n\tkestra_webhook"))
	other := file(s.config("kestra {\n\t\tflows "+t.TempDir()+"\n\t}", "kestra_webhook"))
	based := file(s.config("kestra {\n\t\tbase_url http://127.0.0.1:1\n\t\tflows "+dir+"\n\t}", "kestra_webhook"))
	admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/config/" {
			_, _ = w.Write(s.config(global, "kestra_webhook"))
		}
	}))
	defer admin.Close()
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = zap.NewStdLog(zap.NewNop())
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	defer secure.Close()
	sent := "POST " + s.url + "/api/"
	for name, tt := range map[string]struct {
		args      []string
		want, err string // parts
	}{
		"a configuration":                 {[]string{"--config", config}, sent, ""},
		"flows and a configuration":       {[]string{"--config", config, dir}, sent, ""},
		"flows and a running server":      {[]string{"--address", admin.Listener.Addr().String(), dir}, sent, ""},
		"a server that does not run":      {[]string{"--address", "127.0.0.1:1", dir}, "", "nothing answers at 127.0.0.1:1, the server's admin endpoint"},
		"a rewrite in front":              {[]string{"--config", hidden}, "", "the configuration does not say under which URL flow company.team/echo is served: --base does, as in --base https://example.com"},
		"a site that has not the flow":    {[]string{"--config", other}, "", "no flow found"},
		"base_url":                        {[]string{"--config", based, dir}, "", "http://127.0.0.1:1: "},
		"another URL":                     {[]string{"--config", hidden, "--base", s.url}, "POST " + s.url, ""},
		"a certificate that nobody knows": {[]string{"--base", secure.URL, dir}, "", "--insecure takes any certificate, as that of a local site"},
		"and that is taken":               {[]string{"--base", secure.URL, "--insecure", dir}, "POST " + secure.URL, ""},
	} {
		stdout, stderr, err := runCommand(nil, append([]string{"send", "company.team/echo"}, tt.args...)...)
		if (err == nil && stderr == "") != (tt.err == "") || !strings.Contains(stderr, tt.err) || !strings.Contains(stdout, tt.want) {
			t.Errorf("%s: %v\n%s%s", name, err, stdout, stderr)
		}
	}
	stdout, _, err := runCommand(nil, "curl", "company.team/echo", "--config", config)
	if err != nil || !strings.Contains(stdout, strings.TrimPrefix(sent, "POST ")) {
		t.Errorf("curl: %v %s", err, stdout)
	}
}
