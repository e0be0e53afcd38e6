package engine

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// TestRateLimit sends more requests than triggers take in a day.
func TestRateLimit(t *testing.T) {
	e := openEngine(t)
	limited := "rateLimit: {limit: 2, window: PT24H"
	core, logs := observer.New(zap.WarnLevel)
	site := newSite(t, e, SiteOptions{Logger: zap.New(core)},
		webhookFlow("all", limited+"}"),
		webhookFlow("keyed", limited+", key: \"{{ trigger.body.tenant }}\"}"),
		webhookFlow("unmet", limited+"}\n"+expressionCondition("{{ false }}")),
		webhookFlow("signed", limited+"}\nsignature: {header: X-Signature, secret: s}"),
	)
	for i, step := range []struct {
		flow, body string
		want       int
	}{
		{"all", "{}", 200},
		{"all", "{}", 200},
		{"all", "{}", 429},
		{"all", "{}", 429},
		{"keyed", `{"tenant":"a"}`, 200},
		{"keyed", `{"tenant":"a"}`, 200},
		{"keyed", `{"tenant":"a"}`, 429},
		{"keyed", `{"tenant":"b"}`, 200},
		{"keyed", "none", 200}, // its key fails, and counts as empty
		{"keyed", "none", 200},
		{"keyed", "none", 429},
		{"unmet", "{}", 204}, // it counts before conditions
		{"unmet", "{}", 204},
		{"unmet", "{}", 429},
		{"signed", "{}", 401}, // and after the signature: nobody else can use the limit up
		{"signed", "{}", 401},
		{"signed", "{}", 401},
	} {
		r := send(site, step.flow, step.body)
		if r.Status != step.want {
			t.Errorf("step %d: %d %s, want %d", i, r.Status, r.Body, step.want)
		}
		if step.want == http.StatusTooManyRequests && (r.RetryAfter < 12*3600-60 || r.RetryAfter > 12*3600 || r.Outcome != webhook.OutcomeLimited || r.ExecutionID != "" ||
			string(r.Body) != `{"message":"Too Many Requests: the webhook's rate limit is reached"}`) {
			t.Errorf("step %d: %+v %s", i, r, r.Body)
		}
	}
	if n := logs.FilterMessage("the key of rateLimit could not be evaluated, so it counts as empty").Len(); n != 3 {
		t.Errorf("the log says %d times that a key has failed", n)
	}
	again := newSite(t, e, SiteOptions{}, webhookFlow("all", limited+"}"))
	if r := send(again, "all", "{}"); r.Status != http.StatusTooManyRequests {
		t.Errorf("after a reload: %d", r.Status)
	}
}

// TestAllow calls webhooks from addresses that may, and others: for those there is no webhook.
func TestAllow(t *testing.T) {
	e := openEngine(t)
	network := webhook.Networks{netip.MustParsePrefix("192.0.2.0/24")}
	flows := []string{webhookFlow("open", ""), webhookFlow("closed", "allow: [192.0.2.1, 198.51.100.0/24]")}
	unknown := send(newSite(t, e, SiteOptions{}, flows...), "nowhere", "{}")
	for _, test := range []struct {
		site             SiteOptions
		flow, address    string
		method           string
		want             int
		unmatched, known bool
	}{
		{SiteOptions{}, "open", "203.0.113.9", "POST", 200, false, true},
		{SiteOptions{}, "closed", "192.0.2.1", "POST", 200, false, true},
		{SiteOptions{}, "closed", "198.51.100.77", "POST", 200, false, true},
		{SiteOptions{}, "closed", "203.0.113.9", "POST", 404, false, false},
		{SiteOptions{}, "closed", "203.0.113.9", "DELETE", 405, false, false},
		{SiteOptions{Allow: network}, "open", "192.0.2.200", "POST", 200, false, true},
		{SiteOptions{Allow: network}, "open", "203.0.113.9", "POST", 404, false, false},
		{SiteOptions{Allow: network}, "open", "203.0.113.9", "DELETE", 404, false, false},
		{SiteOptions{Allow: network}, "closed", "198.51.100.77", "POST", 404, false, false},
		{SiteOptions{Allow: network, PassUnknown: true}, "open", "203.0.113.9", "POST", 0, true, false},
	} {
		site := newSite(t, e, test.site, flows...)
		r := send(site, test.flow, "{}", func(r *webhook.Request) { r.RemoteAddr, r.Method = test.address, test.method })
		if r.Status != test.want || r.Unmatched != test.unmatched || (r.FlowID != "") != test.known {
			t.Errorf("%s from %s: %+v %s", test.flow, test.address, r, r.Body)
		}
		if r.Status == http.StatusNotFound && string(r.Body) != string(unknown.Body) {
			t.Errorf("%s from %s: another 404: %s", test.flow, test.address, r.Body)
		}
	}
}

// TestAllowStatus asks for the status of an execution from addresses that may, and others.
func TestAllowStatus(t *testing.T) {
	e := openEngine(t)
	site := newSite(t, e, SiteOptions{Allow: webhook.Networks{netip.MustParsePrefix("192.0.2.0/24")}}, webhookFlow("f", "wait: true"))
	token := e.tokens.Make("company.team", "f", send(site, "f", "{}").ExecutionID)
	for address, want := range map[string]int{"192.0.2.7": 200, "203.0.113.9": 404} {
		if r := status(site, "f", token, func(r *webhook.Request) { r.RemoteAddr = address }); r.Status != want {
			t.Errorf("from %s: %d %s, want %d", address, r.Status, r.Body, want)
		}
	}
}

// TestMaxBody sends bodies that one flow takes and another does not.
func TestMaxBody(t *testing.T) {
	site := newSite(t, openEngine(t), SiteOptions{MaxBody: 100}, webhookFlow("small", "maxBody: 10B"), webhookFlow("large", "maxBody: 1MiB"), webhookFlow("any", ""))
	for _, test := range []struct {
		flow  string
		bytes int
		want  int
	}{
		{"small", 10, 200}, {"small", 11, 413}, {"large", 100, 200}, {"large", 101, 413}, {"any", 100, 200}, {"any", 101, 413},
	} {
		if r := send(site, test.flow, strings.Repeat("x", test.bytes)); r.Status != test.want {
			t.Errorf("%d bytes to %s: %d, want %d", test.bytes, test.flow, r.Status, test.want)
		}
	}
}
