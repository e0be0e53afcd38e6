package http

import (
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/meter"
	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// ask calls the function with arguments as JSON, in which AT/ stands for the address of a server.
func ask(t *testing.T, s *task.Services, at, arguments string, limits meter.Limits) (string, error) {
	t.Helper()
	given, err := value.DecodeJSONText(strings.ReplaceAll(arguments, "AT/", at+"/"))
	if err != nil {
		t.Fatal(err)
	}
	args := make([]value.Value, argAccept+1)
	for i, name := range []string{"uri", "method", "query", "body", "contentType", "headers", "options", "accept"} {
		args[i], _ = given.Map().Get(name)
	}
	m := new(meter.Meter)
	m.Reset(&limits, nil)
	v, err := Ask(t.Context(), s, m, args)
	return value.JSON(v), err
}

func TestAsk(t *testing.T) {
	at, s := serve(t), services(t, outbound.Options{})
	limits := meter.Limits{Steps: 1_000_000, Memory: 1 << 20}
	for _, tt := range []struct{ name, arguments, want, err string }{
		{"JSON", `{"uri": "AT/gzip"}`, `{"zipped":true}`, ""},
		{"text", `{"uri": "AT/status/200"}`, `"status 200"`, ""},
		{"nothing", `{"uri": "AT/status/204"}`, `null`, ""},
		{"echo", `{"uri": "AT/echo"}`, `"GET /echo\nAccept: application/json\n\n"`, ""},
		{"method", `{"uri": "AT/echo", "method": "put"}`, `"PUT /echo\nAccept: application/json\n\n"`, ""},
		{"query", `{"uri": "AT/echo", "query": {"a": "é", "b": [1, 2], "c": null}}`, `"GET /echo?a=%C3%A9&b=1&b=2\nAccept: application/json\n\n"`, ""},
		{"body", `{"uri": "AT/echo", "method": "POST", "body": {"a": 1}}`, `"POST /echo\nAccept: application/json\nContent-Type: application/json\n\n{\"a\":1}"`, ""},
		{"contentType", `{"uri": "AT/echo", "method": "POST", "body": "x", "contentType": "text/plain"}`, `"POST /echo\nAccept: application/json\nContent-Type: text/plain\n\nx"`, ""},
		{"headers", `{"uri": "AT/echo", "headers": {"X-A": "1", "X-B": ["2", "3"], "X-C": null, "content-type": "no", "accept": "no"}}`, `"GET /echo\nAccept: application/json\nX-A: 1\nX-B: 2\nX-B: 3\n\n"`, ""},
		{"accept", `{"uri": "AT/echo", "accept": "text/plain"}`, `"GET /echo\nAccept: text/plain\n\n"`, ""},
		{"options", `{"uri": "AT/echo", "options": {"auth": {"type": "BEARER", "token": "t"}, "timeout": {"connectTimeout": "PT5S", "readIdleTimeout": "5s"}, "followRedirects": "true", "ssl": null}}`, `"GET /echo\nAccept: application/json\nAuthorization: Bearer t\n\n"`, ""},
		{"options.allowFailed", `{"uri": "AT/status/500", "options": {"allowFailed": true}}`, `"status 500"`, ""},
		{"options.allowedResponseCodes", `{"uri": "AT/status/404", "options": {"allowedResponseCodes": [404]}}`, `"status 404"`, ""},
		{"options.followRedirects", `{"uri": "AT/redirect/302", "options": {"followRedirects": false}}`, `""`, ""},

		{"404", `{"uri": "AT/status/404"}`, "", "Failed to execute HTTP Request, server respond with status 404 : Not Found"},
		{"no answer", `{"uri": "AT/panic"}`, "", "HOST failed to respond"},
		{"no address", `{"uri": "x"}`, "", "x is no address of a server: it must begin with http:// or https://"},
		{"wrong query", `{"uri": "AT/", "query": 5}`, "", "query must be a map"},
		{"wrong headers", `{"uri": "AT/", "headers": 5}`, "", "headers must be a map"},
		{"wrong options", `{"uri": "AT/", "options": 5}`, "", "options must be a map"},
		{"unknown option", `{"uri": "AT/", "options": {"timeout": {"x": 1}}}`, "", "options.timeout has no member x"},
		{"unknown scheme", `{"uri": "AT/", "options": {"auth": {"type": "OAUTH"}}}`, "", "options.auth.type must be one of BASIC, BEARER, DIGEST"},
		{"wrong duration", `{"uri": "AT/", "options": {"readTimeout": "soon"}}`, "", "readTimeout: "},
		{"refused", `{"uri": "http://169.254.169.254/"}`, "", "requests to 169.254.169.254:80 are refused: it is a link-local address"},
	} {
		got, err := ask(t, s, at, tt.arguments, limits)
		failure := ""
		if err != nil {
			failure, got = strings.ReplaceAll(err.Error(), strings.TrimPrefix(at, "http://"), "HOST"), ""
		}
		if got != tt.want || !strings.HasPrefix(failure, tt.err) || (failure == "") != (tt.err == "") {
			t.Errorf("%s: %s %s, want %s %s", tt.name, got, failure, tt.want, tt.err)
		}
	}
	if _, err := ask(t, s, at, `{"uri": "AT/big"}`, meter.Limits{Steps: 1000, Memory: 50_000}); err == nil {
		t.Error("an answer larger than the memory of the evaluation is read")
	}
	if _, err := ask(t, nil, at, `{"uri": "AT/big"}`, limits); err == nil || err.Error() != "function http cannot be called here: it needs a server" {
		t.Errorf("without a server: %v", err)
	}
}
