package engine

import (
	"strings"
	"testing"
)

func TestEvalCEL(t *testing.T) {
	event := []byte(`{"trigger": {"body": {"name": "Alice", "l": [1, 2.5, null]}, "headers": {"X-Event": ["push"], "Y": "one"}},
		"parameters": {"env": "prod"}, "flow": {"id": "f", "namespace": "a.b"}, "vars": {"v": 1}, "remoteAddr": "192.0.2.7",
		"path": "/p/REDACTED", "requestURL": "/p/REDACTED?env=prod", "now": "2026-11-23T10:30:00Z", "method": "PUT"}`)
	for _, c := range []struct {
		name, expression string
		options          EvalOptions
		want             string
	}{
		{"boolean", "1 < 2", EvalOptions{}, "true"},
		{"text", "body.name", EvalOptions{Context: event}, "Alice"},
		{"text as JSON", "body.name", EvalOptions{Context: event, JSON: true}, `"Alice"`},
		{"list", "body.l", EvalOptions{Context: event}, "[1,2.5,null]"},
		{"what is made", "{'b': now, 'a': [b'hi', 1u, body.?x, duration('1500ms')]}", EvalOptions{Context: event}, `{"a":["aGk=",1,null,"1.5s"],"b":"2026-11-23T10:30:00Z"}`},
		{"null", "body", EvalOptions{}, "null"},
		{"headers in any case", "headers.header('x-event') + header['y'][0] + trigger.headers['X-EVENT'][0]", EvalOptions{Context: event}, "pushonepush"},
		{"beside trigger", "[parameters.param('env'), flow.id, string(vars.v), method, path, requestURL, remoteAddr].join(' ')", EvalOptions{Context: event}, "prod f 1 PUT /p/REDACTED /p/REDACTED?env=prod 192.0.2.7"},
		{"the body beside trigger", "[body, rawBody, formFields.a[0], string(size(headers)), method].join(' ')", EvalOptions{Context: []byte(`{"body": "x", "formFields": {"a": ["1"]}}`)}, "x x 1 0 POST"},
		{"the raw body of a tree", "rawBody", EvalOptions{Context: []byte(`{"body": {"a": [1]}}`)}, `{"a":[1]}`},
		{"the raw body that is given", "rawBody", EvalOptions{Context: []byte(`{"body": {"a": [1]}, "rawBody": "{ }"}`)}, `{ }`},
		{"environment", "secret('a') + hmac('md5', secret('A'), '') + string('x'.compareSecret('A'))", EvalOptions{Environ: []string{"SECRET_A=eA=="}}, "x197cf37961819444d1a46c8d4e7c2fdctrue"},
	} {
		if got, err := EvalCEL(c.expression, c.options); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	for _, c := range []struct {
		expression, context string
		want                string
	}{
		{"body.x == 1 &&\n\tbdoy.y", "", "cel expression, line 2, column 2: undeclared reference to 'bdoy'; did you mean `body`?\n  \tbdoy.y\n  \t^"},
		{"1 + body.nope", `{"body": {"a": 1}}`, "condition failed: no such key: nope (expression line 1, column 9)\n  1 + body.nope\n          ^"},
		{"body.s + 1", `{"body": {"s": "hunter2"}}`, "condition failed: no such overload"},
		{"", "", "cel expression: it must not be empty"},
		{"lists.range(60000).map(x, lists.range(60000)).size()", "", "condition took too many steps"},
		{"lists.range(1000).map(x, lists.range(1000))", "", "condition took too many steps"},
		{"true", `[1]`, "context: is a list, not an object with the variables"},
		{"true", `{"a"`, "context: JSON is invalid at line 1, column 5"},
		{"true", `{"headers": []}`, "context: headers is a list, not an object of lists of texts"},
		{"true", `{"headers": {"a": 1}}`, "context: headers.a is a integer, not a list of texts"},
		{"true", `{"parameters": {"a": [null]}}`, "context: parameters.a has a null, not texts alone"},
		{"true", `{"trigger": 1}`, "context: trigger is a integer, not a map"},
		{"true", `{"method": 1}`, "context: method is a integer, not a string"},
		{"true", `{"now": "today"}`, `context: now is "today" and no time as in 2026-11-23T10:30:00Z`},
	} {
		o := EvalOptions{}
		if c.context != "" {
			o.Context = []byte(c.context)
		}
		if _, err := EvalCEL(c.expression, o); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", c.expression, err, c.want)
		}
	}
}
