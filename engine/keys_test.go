package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

const keyFlow = "id: f\nnamespace: company.team\nvariables: {v: x}\nlabels: {team: red}\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: hi}]\ntriggers:\n"

func keyTrigger(id, key string) string {
	return "  - {id: " + id + ", type: " + webhook.Type + ", key: " + quoteYAML(key) + "}\n"
}

func TestKeys(t *testing.T) {
	environ := []string{"ENV_FOO=bar", "SECRET_KEY=IHMzY3IzdCAK"}
	for key, want := range map[string]string{
		"abc": "abc", " abc ": "abc", "{{ flow.id }}-{{ flow.namespace }}-{{ flow.revision }}-{{ flow.tenantId }}": "f-company.team-1-main",
		"{{ vars.v }}{{ envs.foo }}": "xbar", "{{ secret('KEY') }}": "s3cr3t", "{{ labels.team }}": "red",
		"{{ trigger.id }} {{ trigger.type }}": "hook " + webhook.Type, "{{ kestra.url }}": "https://example.com",
	} {
		site := newSite(t, openEngine(t), SiteOptions{Environ: environ, BaseURL: "https://example.com/"}, keyFlow+keyTrigger("hook", key))
		if r := send(site, "f", "{}", func(r *webhook.Request) { r.Target.Key = want }); r.Status != 200 {
			t.Errorf("%q: %q is answered with %d", key, want, r.Status)
		}
	}
}

// TestKeysThatCannotBeRendered checks that a key that cannot be rendered switches off its trigger alone, with a finding for
// the flow's author.
func TestKeysThatCannotBeRendered(t *testing.T) {
	for key, want := range map[string]string{
		"{{ secret('NOPE') }}": "there is no secret 'NOPE'", "{{ secret('BAD') }}": "SECRET_BAD is not valid Base64", "{{ envs.nope }}": "`nope`",
		"{{ trigger.body.x }}": "`body`", "{{ execution.id }}": "`execution`", "{{ kestra.url }}": "`kestra`", "{{ '' }}": "is empty",
	} {
		set := loadFlows(t, keyFlow+keyTrigger("hook", key)+keyTrigger("other", "abc"))
		site, found := openSite(t, openEngine(t), set, SiteOptions{Environ: []string{"SECRET_BAD=?"}})
		found = found.Errors()
		if len(found) != 1 || !strings.Contains(found[0].Message, want) || found[0].Path != "triggers[0].key" {
			t.Errorf("%s: findings are %v, want %s", key, found, want)
		}
		if r := send(site, "f", "{}"); r.Status != 200 || site.Len() != 1 {
			t.Errorf("%s: the other trigger answers %d", key, r.Status)
		}
	}
}

func TestURLs(t *testing.T) {
	set := loadFlows(t,
		keyFlow+keyTrigger("plain", "a/b?c d%")+keyTrigger("same", "a/b?c d%")+keyTrigger("needs", "{{ secret('NOPE') }}{{ envs.nope }}"),
		strings.Replace(keyFlow, "id: f", "id: g\ndisabled: true", 1)+keyTrigger("idle", "{{ secret('KEY') }}"))
	urls := URLs(set, SiteOptions{Environ: []string{"SECRET_KEY=czNjcjN0"}})
	type row struct {
		flow, trigger, key, path string
		needs                    []string
		finding, disabled        bool
	}
	var got []row
	for _, u := range urls {
		if !slices.Equal(u.Methods, []string{"GET", "POST", "PUT"}) {
			t.Errorf("methods are %v", u.Methods)
		}
		got = append(got, row{u.FlowID, u.TriggerID, u.Key, u.Path(u.Key), u.Needs, u.Finding != nil, u.Disabled})
	}
	const prefix = "/api/v1/main/executions/webhook/company.team/"
	want := []row{
		{"f", "plain", "a/b?c d%", prefix + "f/a%2Fb%3Fc%20d%25", nil, false, false},
		{"f", "same", "a/b?c d%", prefix + "f/a%2Fb%3Fc%20d%25", nil, true, false},
		{"f", "needs", "", prefix + "f/", []string{"SECRET_NOPE", "ENV_NOPE"}, true, false},
		{"g", "idle", "s3cr3t", prefix + "g/s3cr3t", nil, false, true},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("URLs (-want +got):\n%s", diff)
	}
	if target, ok := webhook.ParseURL(urls[0].Path(urls[0].Key)); !ok || target != (webhook.Target{Namespace: "company.team", FlowID: "f", Key: "a/b?c d%"}) {
		t.Errorf("the path names %+v, %v", target, ok)
	}
}
