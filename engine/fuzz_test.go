package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// fuzzFlows are flows that no request can make fail: what is wrong with a request is answered before anything runs.
func fuzzFlows() []string {
	return []string{
		webhookFlow("plain", ""),
		webhookFlow("pebble", expressionCondition("{{ trigger.body.n > 1 or trigger.headers['x-a'] is defined or (trigger.parameters.q ?? [''])[0] | replace({'^[a-c]+$': 'y'}, regexp=true) == 'y' }}")),
		webhookFlow("cel", celCondition(`body.n > 1 || headers["x-a"][0].startsWith("b") || body.list.exists(x, x == "y") || parameters["q"][0].matches("^[a-c]+$")`)),
		webhookFlow("respond", "respond:\n  - when: \"{{ trigger.body.challenge is defined }}\"\n    headers: {X-Seen: \"{{ trigger.body.challenge | toJson | abbreviate(9) | urlencode }}\"}\n    body: \"{{ trigger.body.challenge }}\"\n  - conditions: [{type: cel, expression: \"method == 'GET'\"}]\n    status: 204"),
		webhookFlow("signed", "signature: {header: X-Signature, secret: hush, encoding: hex}"),
		webhookFlow("dedupe", "wait: true\ndeduplicate: {key: \"{{ trigger.headers['x-id'] | first }}\"}"),
		webhookFlow("waits", "wait: true\nreturnOutputs: true", "outputs: [{id: o, type: STRING, required: false, value: \"{{ trigger.body ?? 'none' }}\"}, {id: p, type: JSON, value: '{{ trigger.parameters | toJson }}'}]"),
		webhookFlow("text", "wait: true\nreturnOutputs: true\nresponseContentType: text/plain", "outputs: [{id: o, type: STRING, value: \"{{ trigger.headers | toJson }}\"}]"),
		webhookFlow("answer", "wait: true\nresponse: {status: 201, headers: {X-Length: \"{{ (trigger.body ?? '') | toJson | length }}\"}, contentType: application/xml, body: \"{{ (trigger.body ?? '') | toJson | base64encode }}\"}"),
		webhookFlow("inputs", "wait: true\ninputs: {n: '{{ trigger.body.n }}', day: '{{ trigger.body.day }}'}", "inputs: [{id: n, type: INT, max: 9}, {id: day, type: DATE, required: false}]"),
		webhookFlow("form", "fetchType: STORE\nwait: true\ninputsFrom: body", "inputs: [{id: a, type: STRING, required: false}, {id: f, type: FILE, required: false}]"),
	}
}

// FuzzRequest sends requests through all that the engine does with them: method, path, query, headers and body are the sender's. None is
// answered with a 5xx but 503 for want of a place, what says that it is JSON is, the answer has no header that splits it, and all that was begun ends.
func FuzzRequest(f *testing.F) {
	const url = webhook.Prefix + "company.team/"
	const signed = `{"n":2}`
	mac := hmac.New(sha256.New, []byte("hush"))
	_, _ = io.WriteString(mac, signed)
	for _, seed := range []struct{ method, path, query, header, body string }{
		{"POST", url + "plain/abc", "", "Content-Type: application/json", `{"a":[1,2.5,"x",null,{"b":true}]}`},
		{"PUT", webhook.PrefixMain + "company.team/plain/abc", "q=a+b&q=%zz&=x", "Content-Type: text/plain; charset=latin1", "h\xe9"},
		{"GET", url + "pebble/abc", "q=abc", "X-A: b", ""},
		{"POST", url + "pebble/abc", "", "Content-Type: application/xml", "<a>1</a>"},
		{"POST", url + "cel/abc", "q=d", "X-A: c\nX-A: b", `{"n":1,"list":["y"]}`},
		{"POST", url + "respond/abc", "", "Content-Type: application/json", `{"challenge":"a\r\nSet-Cookie: b"}`},
		{"POST", url + "respond/abc", "", "Content-Type: application/json", `{"challenge":1}`},
		{"GET", url + "respond/abc", "", "", ""},
		{"POST", url + "signed/abc", "", "X-Signature: " + hex.EncodeToString(mac.Sum(nil)), signed},
		{"POST", url + "signed/abc", "", "X-Signature: 00", signed},
		{"POST", url + "dedupe/abc", "", "X-Id: 1", ""},
		{"POST", url + "waits/abc", "a=1", "Content-Encoding: gzip", "\x1f\x8b\x08\x00"},
		{"POST", url + "waits/abc", "a=1", "Content-Encoding: zstd, br, deflate", "\x28\xb5\x2f\xfd"},
		{"POST", url + "text/abc", "", "X-Kestra-Test-Event: true\nAccept: text/html\nCookie: a=b; c", "\xef\xbb\xbf[1]"},
		{"POST", url + "answer/abc", "", "Content-Type: application/json", `{"a":"\ud800","b":1e999,"a":2}`},
		{"POST", url + "answer/abc", "", "C ntent-Type: application/json", ""},
		{"POST", url + "inputs/abc", "", "Content-Type: application/json", `{"n":"7","day":"2026-02-29"}`},
		{"POST", url + "form/abc", "", "Content-Type: multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../x\"\r\n\r\ntext\r\n--b--\r\n"},
		{"POST", url + "form/abc", "", "Content-Type: application/x-www-form-urlencoded", "a=1&f=2&a=%"},
		{"OPTIONS", url + "plain/abc", "", "WebHook-Request-Origin: example.com", ""},
		{"HEAD", url + "plain/abc", "", "", ""},
		{"GET", url + "plain/-/4l2JVojEEhPeBt9ltMlan5.AAAA", "wait=10s", "", ""},
		{"POST", url + "plain/abc/", "", "", ""},
		{"get", url + "%2e%2e/plain/abc", "", "", ""},
		{"POST", "/elsewhere", "", "", ""},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.header, seed.body)
	}
	e := openEngineOn(f, StoreOptions{Kind: StoreMemory, Files: f.TempDir()})
	e.Configure(Options{Capacity: 100})
	site := newSite(f, e, SiteOptions{MaxBody: 64 << 10}, fuzzFlows()...)
	most := runtime.NumGoroutine() + 200
	f.Fuzz(func(t *testing.T, method, path, query, header, body string) {
		if !webhook.IsURL(path) {
			return
		}
		r := fuzzRequest(method, path, query, header, body)
		answer, release := site.Webhook(context.Background(), r)
		checkAnswer(t, &answer)
		id, started := answer.ExecutionID, answer.ExecutionID != "" && answer.Status < 300 && answer.Outcome != webhook.OutcomeReplayed
		release()
		if started {
			if s, err := e.Wait(t.Context(), id); err != nil || !s.Over() {
				t.Fatalf("what %s %s started has not ended: %v", method, path, err)
			}
		}
		if n := runtime.NumGoroutine(); n > most {
			t.Fatalf("%d goroutines", n)
		}
	})
}

// fuzzRequest returns the request that a handler would make of these.
func fuzzRequest(method, path, query, header, body string) *webhook.Request {
	target, ok := webhook.ParseURL(path)
	token := ""
	if !ok {
		target, token, ok = webhook.ParseStatusURL(path)
	}
	r := &webhook.Request{
		Method: method, Target: target, Token: token, Malformed: !ok, Path: path, RawQuery: query, Scheme: "https", URI: path + "?" + query,
		Header: http.Header{}, Host: "example.com", ContentLength: int64(len(body)), RemoteAddr: "192.0.2.1",
	}
	for line := range strings.Lines(header) {
		if name, text, found := strings.Cut(strings.TrimSpace(line), ":"); found {
			r.Header.Add(name, strings.TrimSpace(text))
		}
	}
	r.ReadBody = func(limit int64, account webhook.Account) ([]byte, error) {
		if int64(len(body)) > limit {
			return nil, &webhook.BodyError{Status: http.StatusRequestEntityTooLarge}
		}
		if err := account.Take(int64(len(body))); err != nil {
			return nil, err
		}
		if r.Hash != nil {
			_, _ = io.WriteString(r.Hash, body)
		}
		return []byte(body), nil
	}
	return r
}

// checkAnswer checks what holds for every answer.
func checkAnswer(t *testing.T, a *webhook.Response) {
	t.Helper()
	switch {
	case a.Unmatched:
		return
	case a.Status < 200 || a.Status > 599 || a.Status >= 500 && a.Status != http.StatusServiceUnavailable || a.Outcome == webhook.OutcomeUnstored:
		t.Fatalf("status %d: %s", a.Status, a.Body)
	case strings.HasPrefix(a.ContentType, "application/json") && !json.Valid(a.Body):
		t.Fatalf("%d is no JSON: %q", a.Status, a.Body)
	}
	for name, texts := range a.Header {
		for _, text := range texts {
			if strings.ContainsAny(name+text, "\r\n\x00") {
				t.Fatalf("header %q: %q", name, text)
			}
		}
	}
}
