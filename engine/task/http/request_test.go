package http

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

const variables = `{"s": "text", "n": 1, "list": ["a", "b"], "nothing": null, "headers": {"X-A": "1", "X-B": null}}`

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs()) }

// TestRequest has a row for each property of http.Request: what the server receives.
func TestRequest(t *testing.T) {
	const jsonType = "Content-Type: application/json\n"
	for _, tt := range []struct{ name, members, want string }{
		{"uri", `uri: "AT/echo/{{ s }}?n={{ n }}"`, "GET /echo/text?n=1\n" + jsonType + "\n"},
		{"uri with a blank", `uri: "AT/echo?a b"`, "GET /echo?a%20b\n" + jsonType + "\n"},
		{"uri with other characters", `uri: "AT/echo/é?ü=1"`, "GET /echo/%C3%A9?ü=1\n" + jsonType + "\n"},
		{"method", `uri: AT/echo, method: PATCH`, "PATCH /echo\n" + jsonType + "\n"},
		{"method as it is written", `uri: AT/echo, method: Post`, "Post /echo\n" + jsonType + "\n"},
		{"method as an expression", `uri: AT/echo, method: "{{ 'PUT' }}", body: x`, "PUT /echo\nContent-Type: application/json; charset=UTF-8\n\nx"},
		{"no method", `uri: AT/echo, method: "{{ nothing }}"`, "GET /echo\n" + jsonType + "\n"},

		{"params", `uri: "AT/echo?q=1#f", params: {a: é b, "{{ s }}": "{{ n }}", l: [1, x], e: ""}`, "GET /echo?q=1&a=%C3%A9%20b&text=1&l=1&l=x&e=\n" + jsonType + "\n"},
		{"params that are null", `uri: AT/echo, params: {a: "{{ nothing }}", b: null, c: "{{ list }}"}`, "GET /echo?c=a&c=b\n" + jsonType + "\n"},
		{"params as an expression", `uri: AT/echo, params: "{{ {'a': 1} }}"`, "GET /echo?a=1\n" + jsonType + "\n"},

		{"headers", `uri: AT/echo, headers: {X-A: "{{ s }}", x-b: 5, X-C: true, X-D: [1, 2]}`, "GET /echo\nX-A: text\nX-B: 5\nX-C: true\nX-D: 1\nX-D: 2\n\n"},
		{"headers that are null or empty", `uri: AT/echo, headers: {X-A: "{{ nothing }}", X-B: "", X-C: "{{ '' }}"}`, "GET /echo\nX-B: \nX-C: \n\n"},
		{"headers as an expression", `uri: AT/echo, headers: "{{ headers }}"`, "GET /echo\nX-A: 1\n\n"},
		{"content type among the headers", `uri: AT/echo, method: POST, headers: {content-type: a/b}, body: x`, "POST /echo\nContent-Type: a/b\n\nx"},

		{"body", `uri: AT/echo, method: POST, body: "text {{ n }}"`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\ntext 1"},
		{"body of DELETE", `uri: AT/echo, method: DELETE, body: x`, "DELETE /echo\nContent-Type: application/json; charset=UTF-8\n\nx"},
		{"body that is a map", `uri: AT/echo, method: POST, body: {a: 1, b: "{{ s }} \"", c: [true]}`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\n" + `{"a":1,"b":"text \"","c":[true]}`},
		{"body that is a list", `uri: AT/echo, method: POST, body: [1, "{{ n }}"]`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\n" + `[1,"1"]`},
		{"body that is a number", `uri: AT/echo, method: POST, body: 1.50`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\n1.5"},
		{"body that is null", `uri: AT/echo, method: POST, body: "{{ nothing }}"`, "POST /echo\n" + jsonType + "\n"},
		{"empty body", `uri: AT/echo, method: POST, body: ""`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\n"},

		{"contentType", `uri: AT/echo, method: POST, contentType: "text/{{ 'plain' }}", body: é`, "POST /echo\nContent-Type: text/plain; charset=UTF-8\n\né"},
		{"contentType with a charset", `uri: AT/echo, method: POST, contentType: text/plain; charset=ISO-8859-1, body: é`, "POST /echo\nContent-Type: text/plain; charset=ISO-8859-1\n\n\xe9"},
		{"options.defaultCharset", `uri: AT/echo, method: POST, contentType: text/plain, body: é, options: {defaultCharset: ISO-8859-1}`, "POST /echo\nContent-Type: text/plain; charset=ISO-8859-1\n\n\xe9"},

		{"formData", `uri: AT/echo, method: POST, formData: {a: 1, b: "x y&z=é", c: "{{ s }}", d: "{{ nothing }}", e: {k: v}}`, "POST /echo\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\n\na=1&b=x+y%26z%3D%C3%A9&c=text&e=%7B%22k%22%3A%22v%22%7D"},
		{"formData wins over body", `uri: AT/echo, method: POST, formData: {a: 1}, body: x`, "POST /echo\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\n\na=1"},
		{"empty formData", `uri: AT/echo, method: POST, formData: {}, body: x`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\nx"},

		{"options.followRedirects", `uri: AT/redirect/302, method: POST, body: x`, "GET /echo\n\n"},
		{"options.followRedirects, 307", `uri: AT/redirect/307, method: POST, body: x`, "POST /echo\nContent-Type: application/json; charset=UTF-8\n\nx"},
		{"options.auth BASIC", `uri: AT/echo, options: {auth: {type: BASIC, username: "{{ s }}", password: p}}`, "GET /echo\nAuthorization: Basic dGV4dDpw\n" + jsonType + "\n"},
		{"options.auth BEARER", `uri: AT/echo, options: {auth: {type: BEARER, token: "t{{ n }}"}}`, "GET /echo\nAuthorization: Bearer t1\n" + jsonType + "\n"},
		{"options.basicAuthUser and basicAuthPassword", `uri: AT/echo, options: {basicAuthUser: "{{ s }}", basicAuthPassword: p}`, "GET /echo\nAuthorization: Basic dGV4dDpw\n" + jsonType + "\n"},
		{"options.timeout", `uri: AT/echo, options: {timeout: {connectTimeout: PT1M, readIdleTimeout: "{{ 'PT1M' }}"}}`, "GET /echo\n" + jsonType + "\n"},
		{"older timeouts", `uri: AT/echo, options: {connectTimeout: PT1M, readTimeout: PT1M, readIdleTimeout: PT1M, connectionPoolIdleTimeout: PT1M}`, "GET /echo\n" + jsonType + "\n"},
		{"options.ssl and sslOptions", `uri: AT/echo, options: {ssl: {insecureTrustAllCertificates: true}}, sslOptions: {insecureTrustAllCertificates: false}`, "GET /echo\n" + jsonType + "\n"},
		{"options.proxy that is none", `uri: AT/echo, options: {proxy: {type: DIRECT, address: x, port: 1}}`, "GET /echo\n" + jsonType + "\n"},
		{"options.proxy without an address", `uri: AT/echo, options: {proxy: {address: "{{ nothing }}", port: 1}}`, "GET /echo\n" + jsonType + "\n"},
		{"alias", `type: io.kestra.plugin.fs.http.Request, uri: AT/echo`, "GET /echo\n" + jsonType + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			members := tt.members
			got := run(t, "Request", strings.TrimPrefix(members, "type: io.kestra.plugin.fs.http.Request, "), variables)
			out, err := value.DecodeJSONText(got.Outputs)
			if err != nil || got.Err != "" {
				t.Fatalf("%s %v", got.Err, err)
			}
			body, _ := out.Map().Get("body")
			if want := strings.ToValidUTF8(tt.want, "\ufffd"); body.Str() != want {
				t.Errorf("got %q, want %q", body.Str(), want)
			}
		})
	}
}

// TestAnswers has a row for each output of http.Request, for what options say of answers, and for failures.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct{ name, members, outputs, err string }{
		{"headers", `uri: AT/headers`, `{"uri":"AT/headers","code":200,"headers":{"content-length":["0"],"content-type":["text/plain"],"x-lower":["hé"],"x-multi":["a","b"]},"body":""}`, ""},
		{"uri", `uri: "AT/redirect/301"`, ``, ""},
		{"201", `uri: AT/status/201`, `{"uri":"AT/status/201","code":201,"headers":{"content-length":["10"],"content-type":["text/plain"]},"body":"status 201"}`, ""},
		{"204", `uri: AT/status/204`, `{"uri":"AT/status/204","code":204,"headers":{"content-type":["text/plain"]}}`, ""},
		{"304", `uri: AT/status/304`, `{"uri":"AT/status/304","code":304,"headers":{}}`, ""},
		{"HEAD", `uri: AT/status/200, method: HEAD`, `{"uri":"AT/status/200","code":200,"headers":{"content-length":["10"],"content-type":["text/plain"]}}`, ""},
		{"gzip", `uri: AT/gzip`, `{"uri":"AT/gzip","code":200,"headers":{"content-type":["application/json"]},"body":"{\"zipped\":true}"}`, ""},
		{"charset", `uri: AT/latin`, `{"uri":"AT/latin","code":200,"headers":{"content-length":["5"],"content-type":["text/plain; charset=ISO-8859-1"]},"body":"héllo"}`, ""},
		{"no text", `uri: AT/binary`, `{"uri":"AT/binary","code":200,"headers":{"content-length":["4"],"content-type":["application/octet-stream"]},"body":"a��\u0000"}`, ""},
		{"redirect that is not followed", `uri: AT/redirect/302, options: {followRedirects: false}`, `{"uri":"AT/redirect/302","code":302,"headers":{"content-length":["0"],"location":["/echo"]},"body":""}`, ""},

		{"404", `uri: AT/status/404`, "", "Failed http request with response code '404' and body:"},
		{"500", `uri: AT/status/500`, "", "Failed http request with response code '500' and body:"},
		{"HEAD that fails", `uri: AT/status/500, method: HEAD`, "", "Failed http request with response code '500'"},
		{"options.allowFailed", `uri: AT/status/500, options: {allowFailed: "{{ true }}"}`, `{"uri":"AT/status/500","code":500,"headers":{"content-length":["10"],"content-type":["text/plain"]},"body":"status 500"}`, ""},
		{"allowFailed", `uri: AT/status/404, allowFailed: true`, `{"uri":"AT/status/404","code":404,"headers":{"content-length":["10"],"content-type":["text/plain"]},"body":"status 404"}`, ""},
		{"options.allowFailed before allowFailed", `uri: AT/status/404, allowFailed: true, options: {allowFailed: false}`, "", "Failed http request with response code '404' and body:"},
		{"options.allowedResponseCodes", `uri: AT/status/404, options: {allowedResponseCodes: [200, 404]}`, `{"uri":"AT/status/404","code":404,"headers":{"content-length":["10"],"content-type":["text/plain"]},"body":"status 404"}`, ""},
		{"others than options.allowedResponseCodes", `uri: AT/status/500, options: {allowedResponseCodes: "{{ [404] }}", allowFailed: true}`, "", "Failed http request with response code '500' and body:"},
		{"success that is none of options.allowedResponseCodes", `uri: AT/status/200, options: {allowedResponseCodes: [201]}`, "", "Failed http request with response code '200' and body:"},
		{"options.maxContentLength", `uri: AT/big, options: {maxContentLength: 99999}`, "", "the answer has more than 99999 bytes, which is the limit"},

		{"no answer", `uri: AT/panic`, "", "HOST failed to respond"},
		{"no answer with allowFailed", `uri: AT/panic, options: {allowFailed: true}`, "", "HOST failed to respond"},
		{"no server", `uri: "http://127.0.0.1:1/x"`, "", "Connect to http://127.0.0.1:1 failed: Connection refused"},
		{"user in the uri", `uri: "http://u:secret@127.0.0.1/"`, "", "Request URI authority contains deprecated userinfo component"},
		{"uri without a scheme", `uri: "127.0.0.1:28090/echo"`, "", "Illegal character in scheme name at index 0: 127.0.0.1:28090/echo"},
		{"uri without a host", `uri: "http:///x"`, "", "http:///x is no address of a server: it must begin with http:// or https://"},
		{"uri of another scheme", `uri: "ftp://x/y"`, "", "ftp://x/y is no address of a server: it must begin with http:// or https://"},
		{"uri with braces", `uri: "http://127.0.0.1:28090/echo?x={y}"`, "", "Illegal character in query at index 30: http://127.0.0.1:28090/echo?x={y}"},
		{"uri with a broken escape", `uri: "http://h/%zz"`, "", "Malformed escape pair at index 9: http://h/%zz"},
		{"refused", `uri: "http://169.254.169.254/latest"`, "", "requests to 169.254.169.254:80 are refused: it is a link-local address"},
		{"invalid method", `uri: AT/echo, method: "A B"`, "", `AT: invalid method "A B"`},
		{"invalid header", `uri: AT/echo, headers: {X: "a\nb"}`, "", `AT: invalid header field value for "X"`},
		{"params that are maps", `uri: AT/echo, params: {a: {b: c}}`, "", "params.a must be text or a list of texts"},
		{"headers that are maps", `uri: AT/echo, headers: {a: {b: c}}`, "", "headers.a must be text"},
		{"headers that are none", `uri: AT/echo, headers: "{{ list }}"`, "", "headers must be a map, or JSON text of one"},
		{"unknown charset", `uri: AT/echo, body: x, options: {defaultCharset: "{{ 'x-y' }}"}`, "", `charset "x-y" is not known`},
		{"characters that a charset has not", `uri: AT/echo, body: ✓, options: {defaultCharset: ISO-8859-1}`, "", "the body has characters that the charset ISO-8859-1 has not"},
		{"timeout of nothing", `uri: AT/echo, options: {timeout: {connectTimeout: "{{ 'PT0S' }}"}}`, "", "connectTimeout must be longer than 0"},
		{"no token", `uri: AT/echo, options: {auth: {type: BEARER, token: "{{ nothing }}"}}`, "", "token of BEARER is empty"},
		{"port that is none", `uri: AT/echo, options: {proxy: {address: h, port: 65536}}`, "", "port of the proxy must be from 1 to 65535"},
		{"proxy that is none", `uri: AT/echo, options: {proxy: {type: "{{ s }}", address: h, port: 1}}`, "", `type of the proxy must be one of DIRECT, HTTP and SOCKS, is "text"`},
		{"proxy that is not there", `uri: AT/echo, options: {proxy: {address: 127.0.0.1, port: 1}}`, "", "Connect to AT by the proxy 127.0.0.1 failed: Connection refused"},
		{"older names of a proxy", `uri: AT/echo, options: {proxyType: SOCKS, proxyAddress: 127.0.0.1, proxyPort: 1, proxyUsername: u, proxyPassword: p}`, "", "Connect to AT by the proxy 127.0.0.1 failed: Connection refused"},
		{"allowFailed that is neither true nor false", `uri: AT/echo, options: {allowFailed: "{{ s }}"}`, "", "allowFailed must be true or false"},
		{"code that is none", `uri: AT/echo, options: {allowedResponseCodes: "{{ ['x'] }}"}`, "", `allowedResponseCodes has "x", which is no code of an answer`},
		{"unknown name", `uri: AT/echo, body: "{{ nope }}"`, "", "unable to find `nope`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, "Request", tt.members, variables)
			if !strings.HasPrefix(got.Err, tt.err) || (got.Err == "") != (tt.err == "") {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			if tt.err == "" && tt.outputs != "" {
				if diff := cmp.Diff(tt.outputs, got.Outputs); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestLoading checks what is refused when a flow is loaded.
func TestLoading(t *testing.T) {
	for _, tt := range []struct{ members, err string }{
		{`method: GET`, "uri: is missing"},
		{`uri: http://h, encryptBody: true`, "encryptBody: is not supported"},
		{`uri: http://h, encryptBody: "{{ true }}"`, "encryptBody: is not supported"},
		{`uri: http://h, encryptBody: false`, ""},
		{`uri: http://h, options: {auth: {type: BEARER}}`, "options.auth.token: BEARER needs a token"},
		{`uri: http://h, options: {auth: {type: DIGEST, password: x}}`, "options.auth.username: DIGEST needs a username"},
		{`uri: http://h, options: {auth: {username: x}}`, "options.auth.type: is missing"},
		{`uri: http://h, options: {auth: {type: OAUTH}}`, "options.auth.type: must be one of BASIC, BEARER, DIGEST"},
		{`uri: http://h, options: {proxy: {address: x}}`, "options.proxy: a proxy needs a port"},
		{`uri: http://h, options: {proxy: {type: FTP}}`, "options.proxy.type: must be one of DIRECT, HTTP, SOCKS"},
		{`uri: http://h, options: {defaultCharset: nope}`, `options.defaultCharset: charset "nope" is not known`},
		{`uri: http://h, options: {allowedResponseCodes: [200, x]}`, `options.allowedResponseCodes: allowedResponseCodes has "x"`},
		{`uri: http://h, options: {logs: [NOTHING]}`, "options.logs[0]: must be one of REQUEST_HEADERS"},
		{`uri: http://h, options: {readTimeout: soon}`, "options.readTimeout: "},
		{`uri: http://h, options: {retries: 3}`, "retries"},
		{`uri: "{{ http("`, "uri: "},
	} {
		_, found := tasktest.Load(t, Specs(), "{type: io.kestra.plugin.core.http.Request, "+tt.members+"}")
		err := found.Err()
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", tt.members, err, tt.err)
		}
	}
	c, found := tasktest.Load(t, Specs(), "{type: io.kestra.plugin.fs.http.Request, uri: http://h}")
	if c == nil || found.Err() != nil {
		t.Errorf("alias: %v", found)
	}
}

func TestLogs(t *testing.T) {
	const asked = "debug Request 'AT/echo' from '/HOST' with the response code '200'"
	for _, tt := range []struct {
		name, members string
		want          []string
	}{
		{"none", `uri: AT/echo`, []string{asked}},
		{"redirect", `uri: AT/redirect/302`, []string{"debug Request 'AT/redirect/302' from '/HOST' with the response code '302'", asked}},
		{"failure", `uri: AT/status/404`, []string{"debug Request 'AT/status/404' from '/HOST' with the response code '404'"}},
		{"all", `uri: AT/echo, method: POST, body: sent, headers: {Authorization: secret, X-A: b}, options: {logs: [REQUEST_HEADERS, REQUEST_BODY, RESPONSE_HEADERS, RESPONSE_BODY]}`, []string{
			`debug request:\n    method: POST\n    uri: AT/echo`,
			`debug request headers:\n    Accept-Encoding: gzip, x-gzip, deflate\n    Authorization: ******\n    Connection: keep-alive\n    Content-Length: 4\n    Content-Type: application/json; charset=UTF-8\n    Host: HOST\n    User-Agent: Kestra\n    X-A: b`,
			`debug request payload:\n    sent`, `debug response:\n    reason: OK`,
			`debug response headers:\n    Content-Length: 91\n    Content-Type: application/json`, asked,
			`debug response payload:\n    POST /echo\nAuthorization: secret\nContent-Type: application/json; charset=UTF-8\nX-A: b\n\nsent`,
		}},
		{"logLevel", `uri: AT/echo, options: {logLevel: INFO}`, []string{`debug response:\n    reason: OK`, `debug response headers:\n    Content-Length: 42\n    Content-Type: application/json`, asked}},
		{"key of a webhook", `uri: "AT/api/v1/main/executions/webhook/ns/flow/secret?a"`, []string{"debug Request 'AT/api/v1/main/executions/webhook/ns/flow/******?a' from '/HOST' with the response code '200'"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, "Request", tt.members, variables)
			if diff := cmp.Diff(tt.want, got.Log); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got.Outputs, "/secret") {
				t.Errorf("the key is in the outputs: %s", got.Outputs)
			}
		})
	}
}

// TestPlaces checks that a task says so where it cannot run or where requests are refused.
func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		services *task.Services
		err      string
	}{
		{nil, "the task cannot run here: it needs a server"},
		{&task.Services{}, "the task cannot run here: it needs a server"},
		{services(t, outbound.Options{DenyPrivate: true}), "requests to HOST are refused: it is a private address"},
	} {
		for _, typ := range []string{"Request", "Download", "SseRequest"} {
			if got := runAt(t, tt.services, serve(t), typ, "uri: AT/echo", "{}"); got.Err != tt.err {
				t.Errorf("%s: %q, want %q", typ, got.Err, tt.err)
			}
		}
	}
}
