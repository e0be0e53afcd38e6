package github

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

func TestExamples(t *testing.T) { tasktest.Examples(t, Specs(Options{})) }

// TestPost compares what the API receives, and what tasks make of its answers.
func TestPost(t *testing.T) {
	hook := tasktest.NewHook(t, "Authorization", "Accept", "X-GitHub-Api-Version")
	hook.Answer = func(w http.ResponseWriter, r *http.Request, _ string) {
		answer, code := "{}", http.StatusCreated
		switch {
		case strings.Contains(r.URL.Path, "missing"):
			answer, code = `{"message":"Not Found"}`, http.StatusNotFound
		case strings.HasSuffix(r.URL.Path, "/field-definitions"):
			answer, code = `[{"id":"IF_one","name":"Customer"},{"id":12,"name":"Stage"},{"id":"x"}]`, http.StatusOK
			if strings.HasPrefix(r.URL.Path, "/orgs/wrapped/") {
				answer = `{"field_definitions":` + answer + `}`
			}
		case strings.HasSuffix(r.URL.Path, "/field-values"), strings.HasSuffix(r.URL.Path, "/requested_reviewers"):
			if strings.HasPrefix(r.URL.Path, "/repos/o/full/") {
				code = http.StatusUnprocessableEntity
			}
		case strings.HasSuffix(r.URL.Path, "/comments"):
			answer = `{"html_url":"https://github.com/o/r/issues/7#issuecomment-1"}`
		case strings.HasSuffix(r.URL.Path, "/issues"):
			answer = `{"html_url":"https://github.com/o/r/issues/7","number":7}`
		case strings.HasSuffix(r.URL.Path, "/pulls"):
			answer = `{"number":8,"html_url":"https://github.com/o/r/pull/8","issue_url":"https://api.github.com/repos/o/r/issues/8"}`
		case strings.HasSuffix(r.URL.Path, "/dispatches"):
			answer, code = "", http.StatusNoContent
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, answer)
	}
	c := outbound.New()
	t.Cleanup(c.Close)
	const as = " Authorization= Accept=application/vnd.github+json X-GitHub-Api-Version=2022-11-28 "
	asNew := strings.TrimRight(strings.Replace(as, "2022-11-28", "2026-03-10", 1), " ")
	asToken := strings.Replace(as, "Authorization=", "Authorization=Bearer T", 1)
	for _, test := range []struct{ task, want, outputs, err string }{
		{`issues.Create, repository: o/r, title: "{{ x }}"`, "POST /repos/o/r/issues" + as + `{"title":"a\"b"}`, `{"issueUrl":"https://github.com/o/r/issues/7","issueNumber":7}`, ""},
		{`issues.Create, repository: "{{ 'o/r' }}", login: me, oauthToken: "{{ t }}", title: t, body: b, labels: [a, "{{ x }}"], assignees: "{{ ['m'] | toJson }}"`, "POST /repos/o/r/issues" + asToken + `{"title":"t","body":"b","labels":["a","a\"b"],"assignees":["m"]}`, `{"issueUrl":"https://github.com/o/r/issues/7","issueNumber":7}`, ""},
		{`issues.Create, repository: o/r, title: t, fields: {Customer: "{{ x }}", IF_0123456789abcdefghij: 3}`, "GET /orgs/o/issues/field-definitions" + asNew + "\nPOST /repos/o/r/issues" + as + `{"title":"t"}` + "\nPUT /repos/o/r/issues/7/field-values" + asNew + ` {"field_values":{"IF_one":"a\"b","IF_0123456789abcdefghij":3}}`, `{"issueUrl":"https://github.com/o/r/issues/7","issueNumber":7}`, ""},
		{`issues.Create, repository: wrapped/r, title: t, fields: "{{ {'Stage': 'new'} | toJson }}"`, "GET /orgs/wrapped/issues/field-definitions" + asNew + "\nPOST /repos/wrapped/r/issues" + as + `{"title":"t"}` + "\nPUT /repos/wrapped/r/issues/7/field-values" + asNew + ` {"field_values":{"12":"new"}}`, `{"issueUrl":"https://github.com/o/r/issues/7","issueNumber":7}`, ""},
		{`issues.Create, repository: o/r, title: t, fields: {Nope: 1}`, "GET /orgs/o/issues/field-definitions" + asNew, "", `the organisation has no field "Nope": it has Customer, Stage`},
		{`issues.Create, repository: missing/r, title: t, fields: {Nope: 1}`, "GET /orgs/missing/issues/field-definitions" + asNew, "", "the fields of missing cannot be had; their ids do without: "},
		{`issues.Create, repository: o/full, title: t, fields: {IF_0123456789abcdefghij: 3}`, "POST /repos/o/full/issues" + as + `{"title":"t"}` + "\nPUT /repos/o/full/issues/7/field-values" + asNew + ` {"field_values":{"IF_0123456789abcdefghij":3}}`, "", "the issue 7 is open, and has not got its fields: "},
		{`issues.Comment, repository: o/r, jwtToken: "{{ t }}", issueNumber: 7, body: "{{ x }}"`, "POST /repos/o/r/issues/7/comments" + asToken + `{"body":"a\"b"}`, `{"issueUrl":"https://github.com/o/r/issues/7","commentUrl":"https://github.com/o/r/issues/7#issuecomment-1"}`, ""},
		{`issues.Comment, repository: o/r, issueNumber: "{{ x }}", body: b`, "", "", "issueNumber must be a whole number above 0"},
		{`pulls.Create, repository: o/r, appInstallationToken: "{{ t }}", sourceBranch: s, targetBranch: main, title: t`, "POST /repos/o/r/pulls" + asToken + `{"title":"t","head":"s","base":"main","maintainer_can_modify":false,"draft":false}`, `{"issueUrl":"https://api.github.com/repos/o/r/issues/8","pullRequestUrl":"https://github.com/o/r/pull/8"}`, ""},
		{`pulls.Create, repository: o/r, sourceBranch: s, targetBranch: main, title: t, body: b, draft: true, maintainerCanModify: "{{ 'true' }}"`, "POST /repos/o/r/pulls" + as + `{"title":"t","head":"s","base":"main","body":"b","maintainer_can_modify":true,"draft":true}`, `{"issueUrl":"https://api.github.com/repos/o/r/issues/8","pullRequestUrl":"https://github.com/o/r/pull/8"}`, ""},
		{`pulls.Create, repository: o/r, sourceBranch: s, targetBranch: main, title: t, reviewers: [a, "team:{{ 'b' }}", c]`, "POST /repos/o/r/pulls" + as + `{"title":"t","head":"s","base":"main","maintainer_can_modify":false,"draft":false}` + "\nPOST /repos/o/r/pulls/8/requested_reviewers" + as + `{"reviewers":["a","c"],"team_reviewers":["b"]}`, `{"issueUrl":"https://api.github.com/repos/o/r/issues/8","pullRequestUrl":"https://github.com/o/r/pull/8"}`, ""},
		{`pulls.Create, repository: o/full, sourceBranch: s, targetBranch: main, title: t, reviewers: ["team:b"]`, "POST /repos/o/full/pulls" + as + `{"title":"t","head":"s","base":"main","maintainer_can_modify":false,"draft":false}` + "\nPOST /repos/o/full/pulls/8/requested_reviewers" + as + `{"team_reviewers":["b"]}`, "", "the pull request 8 is open, and nobody was asked to review it: "},
		{`actions.RunWorkflow, repository: o/r, workflowId: a b.yml, ref: main, inputs: {k: "{{ x }}"}`, "POST /repos/o/r/actions/workflows/a%20b.yml/dispatches" + as + `{"ref":"main","inputs":{"k":"a\"b"}}`, `null`, ""},
		{`actions.RunWorkflow, repository: o/r, workflowId: 12, ref: main`, "POST /repos/o/r/actions/workflows/12/dispatches" + as + `{"ref":"main"}`, `null`, ""},
		{`actions.RunWorkflow, repository: o/r, workflowId: "{{ '..' }}", ref: main`, "", "", "workflowId must be"},
		{`issues.Create, repository: o/missing, title: t, oauthToken: "{{ t }}"`, "POST /repos/o/missing/issues" + asToken + `{"title":"t"}`, "", "Failed http request with response code '404' and body:"},
		{`issues.Create, repository: "{{ 'o/../../user' }}", title: t`, "", "", "must be the repository as owner/name"},
		{`issues.Create, repository: o/r, title: t, endpoint: "{{ 'ftp://x' }}"`, "", "", "the endpoint must be an address"},
	} {
		r := tasktest.RunServed(t, Specs(Options{Endpoint: hook.URL}), &task.Services{HTTP: c}, `{type: io.kestra.plugin.github.`+test.task+`}`, `{"x":"a\"b","t":"T"}`)
		if got := strings.Join(hook.Received(), "\n"); got != test.want {
			t.Errorf("%s sends\n%s, want\n%s", test.task, got, test.want)
		}
		if (r.Err == "") != (test.err == "") || !strings.Contains(r.Err, test.err) {
			t.Errorf("%s: %s, want %s", test.task, r.Err, test.err)
		}
		if diff := cmp.Diff(test.outputs, r.Outputs); test.err == "" && diff != "" {
			t.Errorf("%s: %s", test.task, diff)
		}
	}
	// the endpoint of a task comes before that of the server
	r := tasktest.RunServed(t, Specs(Options{Endpoint: "http://127.0.0.1:1"}), &task.Services{HTTP: c}, `{type: io.kestra.plugin.github.issues.Create, repository: o/r, title: t, endpoint: "`+hook.URL+`/api/v3/"}`, "{}")
	if got := hook.Received(); r.Err != "" || len(got) != 1 || !strings.HasPrefix(got[0], "POST /api/v3/repos/o/r/issues ") {
		t.Errorf("%s %s", got, r.Err)
	}
}

// TestRefused loads tasks that cannot be right.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ task, want string }{
		{`issues.Create, repository: nobody, title: t`, "must be the repository as owner/name"},
		{`issues.Create, repository: o/.., title: t`, "must be the repository as owner/name"},
		{`issues.Create, repository: o/r`, "title"},
		{`issues.Create, repository: o/r, title: t, fields: 3`, "fields"},
		{`issues.Create, repository: o/r, title: t, labels: bug`, "labels: must be a list, or text that is JSON of one"},
		{`actions.RunWorkflow, repository: o/r, workflowId: w, ref: main, inputs: "a:b"`, "inputs: must be a mapping, or text that is JSON of one; a blank is missing behind the colon"},
		{`issues.Create, repository: o/r, title: t, endpoint: github.example.com`, "the endpoint must be an address"},
	} {
		_, found := tasktest.Load(t, Specs(Options{}), `{type: io.kestra.plugin.github.`+test.task+`}`)
		if err := found.Err(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.task, err, test.want)
		}
	}
}

// TestTreeCounts checks that memory is taken for the tree of a text before it is made: a short text may have a large one.
func TestTreeCounts(t *testing.T) {
	const bytes = 1 << 20 // more than the text, and less than its tree
	text := "[" + strings.Repeat("[],", 20_000) + "[]]"
	hook := tasktest.NewHook(t)
	hook.Answer = func(w http.ResponseWriter, _ *http.Request, _ string) { _, _ = io.WriteString(w, text) }
	c := outbound.New()
	t.Cleanup(c.Close)
	r := tasktest.RunWithin(t, Specs(Options{Endpoint: hook.URL}), &task.Services{HTTP: c}, bytes, `{type: io.kestra.plugin.github.issues.Create, repository: o/r, title: t}`, "{}")
	if !strings.Contains(r.Err, tasktest.ErrMemory.Error()) {
		t.Errorf("%.200s", r.Err)
	}
}
