package cel

import (
	"errors"
	"net/http"
	"testing"
)

var (
	github = request{
		body: "github_pull_request.json",
		header: http.Header{
			"X-Github-Event": {"pull_request"}, "X-Github-Delivery": {"72d3162e-cc78-11e3-81ab-4c9367dc0958"},
			"Content-Type": {"application/json"}, "Accept": {"*/*"}, "X-Forwarded-For": {"198.51.100.1", "192.0.2.7"},
			"X-Token": {"s3cr3t-token"},
		},
		query: "env=prod&tag=a&tag=b&flag=",
	}
	stripe = request{
		body:   "stripe_charge.json",
		header: http.Header{"Stripe-Signature": {"t=1795400000,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"}},
	}
	eventbridge = request{body: "eventbridge_ec2.json", header: http.Header{"User-Agent": {"Amazon/EventBridge/ApiDestinations"}}, method: "PUT"}
	form        = request{
		body: `payload={"action":"closed","n":5}&team=red`, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		form: map[string][]string{"payload": {`{"action":"closed","n":5}`}, "team": {"red"}},
	}
	get     = request{method: "GET", query: "validationToken=abc%20def"}
	text    = request{body: "hello world"}
	numbers = request{body: `{"one":1,"onef":1.0,"half":0.5,"big":9007199254740993,"huge":123456789012345678901234567890,"neg":-3,"exp":1e3,"list":[1,2.0,3],"s":"12"}`}
)

func TestEval(t *testing.T) {
	tests := []struct {
		expression string
		request    request
		want       bool
	}{
		// Fields.
		{`body.action == 'opened'`, github, true},
		{`body.action == 'closed'`, github, false},
		{`body["pull_request"].user.login == "octo-dev"`, github, true},
		{`body.pull_request.draft == false && !bool(body.pull_request.draft)`, github, true},
		{`body.pull_request.merged_at == null`, github, true},
		{`body.pull_request.title.contains('[urgent]')`, github, true},
		{`body.pull_request.title.size() == 35`, github, true},
		{`body.pull_request.base.ref in ['main', 'develop']`, github, true},
		{`body.pull_request.base.ref == vars.branch`, github, true},
		{`body['detail-type'] == 'EC2 Instance State-change Notification'`, eventbridge, true},
		{`body.detail['instance-id'].startsWith('i-')`, eventbridge, true},
		{`body.detail.state == "terminated" && body.region.startsWith("us-")`, eventbridge, true},
		{`trigger.body.detail.tags.env == 'prod'`, eventbridge, true},
		{`body.type == 'charge.succeeded' && body.data.object.paid == true`, stripe, true},
		{`type(body) == map && type(body.number) == int`, github, true},
		{`body.pull_request.user == {"site_admin": false, "type": "User", "login": "octo-dev"}`, github, true},

		// What is not there.
		{`has(body.pull_request.merged_by)`, github, false},
		{`has(body.pull_request.merged_at)`, github, true},
		{`has(body.missing) && body.missing == 1`, github, false},
		{`body.?pull_request.?milestone.?title.orValue('none') == 'none'`, github, true},
		{`body.?data.?object.?metadata.?order.hasValue()`, stripe, true},
		{`body.?data.object.metadata[?'nope'].orValue('x') == 'x'`, stripe, true},
		{`body.missing == 'x' || body.action == 'opened'`, github, true},
		{`body == null && !has(body.x)`, get, true},
		{`body.?x.orValue('none') == 'none'`, get, true},
		{`has(trigger.body)`, get, false},
		{`body == 'hello world' && rawBody == body`, text, true},
		{`has(body.x)`, text, false},

		// Headers in any case, several values.
		{`headers['X-GitHub-Event'][0] == 'pull_request'`, github, true},
		{`headers['x-github-event'][0] == 'pull_request'`, github, true},
		{`header['X-GITHUB-EVENT'][0] == 'pull_request'`, github, true},
		{`headers.header('x-gitHub-event') == 'pull_request'`, github, true},
		{`header.canonical('X-Github-Event') == 'pull_request'`, github, true},
		{`headers.match('x-github-event', 'pull_request')`, github, true},
		{`headers.match('x-github-event', 'push')`, github, false},
		{`headers.header('nope') == ''`, github, true},
		{`'x-github-delivery' in headers && !('x-nope' in headers)`, github, true},
		{`headers[?'x-nope'][?0].orValue('none') == 'none'`, github, true},
		{`headers[?'X-GITHUB-EVENT'][?0].orValue('none') == 'pull_request'`, github, true},
		{`'192.0.2.7' in headers['x-forwarded-for']`, github, true},
		{`trigger.headers['user-agent'][0].startsWith('Amazon/')`, eventbridge, true},
		{`headers['stripe-signature'][0].split(',').exists(p, p.startsWith('v1='))`, stripe, true},
		{`headers.exists(name, name == 'X-Github-Event')`, github, true},

		// Parameters and form fields.
		{`parameters.param('env') == 'prod'`, github, true},
		{`parameters['tag'] == ['a', 'b']`, github, true},
		{`parameters.flag[0] == '' && parameters.param('nope') == ''`, github, true},
		{`parameters.validationToken[0] == 'abc def'`, get, true},
		{`trigger.parameters.env[0] == 'prod'`, github, true},
		{`formFields.payload[0].parseJSON().action == 'closed'`, form, true},
		{`formFields['team'] == ['red'] && size(formFields) == 2`, form, true},
		{`size(formFields) == 0`, github, true},

		// Lists and macros.
		{`body.pull_request.labels.exists(l, l.name == 'bug')`, github, true},
		{`body.pull_request.labels.all(l, l.color.size() == 6)`, github, true},
		{`body.pull_request.labels.exists_one(l, l.name.startsWith('p'))`, github, true},
		{`body.pull_request.labels.map(l, l.name) == ['bug', 'parser']`, github, true},
		{`body.pull_request.labels.filter(l, l.name != 'bug').size() == 1`, github, true},
		{`'go' in body.repository.topics`, github, true},
		{`body.repository.topics.first().value() == 'go' && body.repository.topics.last().orValue('') == 'webhooks'`, github, true},
		{`body.data.object.refunds.first().hasValue()`, stripe, false},
		{`body.data.object.metadata.exists(k, k == 'order')`, stripe, true},
		{`cel.bind(pr, body.pull_request, pr.additions + pr.deletions == 127)`, github, true},
		{`body.pull_request.labels.map(l, l.name).join('-') == 'bug-parser'`, github, true},
		{`body.repository.topics.map(x, x.upperAscii()).sort() == ['GO', 'WEBHOOKS']`, github, true},
		{`body.repository.topics + ['x'] == ['go', 'webhooks', 'x']`, github, true},
		{`body.pull_request.labels.sortBy(l, l.color)[0].name == 'parser'`, github, true},
		{`[1, 2, 2, 1].distinct() == [1, 2] && lists.range(3) == [0, 1, 2]`, get, true},

		// Regular expressions and text.
		{`body.pull_request.head.ref.matches('^feature/[a-z]+$')`, github, true},
		{`body.pull_request.head.sha.matches('^[0-9a-f]{40}$')`, github, true},
		{`'abc'.matches(body.action + '|a.c')`, github, true},
		{`regex.extract(body.resources[0], 'instance/(.+)$') == optional.of('i-1234567890abcdef0')`, eventbridge, true},
		{`regex.replace(body.repository.full_name, '/', '-') == 'acme-app'`, github, true},
		{`body.source.split('.')[1] == 'ec2'`, eventbridge, true},
		{`body.pull_request.title.lowerAscii().indexOf('parser') == 8`, github, true},
		{`body.pull_request.title.substring(0, 3) == 'Fix' && body.id.truncate(2) == 'Fi'`, request{body: `{"pull_request":{"title":"Fix"},"id":"Fill"}`}, true},
		{`'naïve'.truncate(4) == 'naïv' && 'x'.truncate(5) == 'x'`, get, true},
		{`'%s is %d'.format([body.action, body.number]) == 'opened is 42'`, github, true},
		{`string(base64.decode('aGk=')) == 'hi' && base64.encode(b'hi') == 'aGk='`, get, true},
		{`body.pull_request.html_url.parseURL().host == 'git.example.com'`, github, true},
		{`body.pull_request.html_url.parseURL().query.tab == 'files' && body.pull_request.html_url.parseURL().fragment == 'diff'`, github, true},
		{`body.pull_request.html_url.parseURL().queryStrings.page == ['1']`, github, true},
		{`'https://u:p@h/x'.parseURL().auth.username == 'u'`, get, true},

		// Numbers of both kinds.
		{`body.one == 1 && body.onef == 1 && body.one == 1.0`, numbers, true},
		{`body.half < 1 && body.half > 0.25 && body.neg < 0`, numbers, true},
		{`body.big == 9007199254740993`, numbers, true},
		{`body.big == 9007199254740992`, numbers, false},
		{`body.huge > 1e29 && type(body.huge) == double`, numbers, true},
		{`body.exp == 1000 && type(body.exp) == double && type(body.one) == int`, numbers, true},
		{`2 in body.list && body.list == [1, 2, 3.0]`, numbers, true},
		{`body.onef in [1, 2]`, numbers, true},
		{`body.list in ['a', 'b'] || body in ['a', 'b']`, numbers, false},
		{`base64.decode('aGk=') in [b'hi']`, get, true},
		{`body.one + 1 == 2 && body.onef + 1.0 == 2.0 && double(body.one) + 0.5 == 1.5`, numbers, true},
		{`int(body.s) == 12 && body.one + body.neg == -2`, numbers, true},
		{`body.pull_request.id == 9007199254740993 && body.repository.stargazers_count == 1500`, github, true},
		{`body.data.object.amount > vars.limit && body.data.object.fee_rate * 100.0 < 3.0`, stripe, true},
		{`body.pull_request.additions > 100 && body.pull_request.changed_files <= 3`, github, true},
		{`math.greatest(body.pull_request.additions, 5) == 120`, github, true},

		// Times.
		{`now == timestamp('2026-11-23T10:30:00Z') && now.getDayOfWeek() == 1`, get, true},
		{`now - timestamp(body.pull_request.created_at) < duration('96h')`, github, true},
		{`timestamp(body.created) < now && now.getHours('Europe/Berlin') == 11`, stripe, true},

		// The request itself and its flow.
		{`method == 'PUT' && remoteAddr == '192.0.2.7'`, eventbridge, true},
		{`path.endsWith('/company.team/deploy/***')`, github, true},
		{`flow.namespace == 'company.team' && flow.id == 'deploy' && flow.revision == 3 && flow.tenantId == 'main'`, github, true},
		{`rawBody.startsWith('{') && rawBody.contains('"action": "opened"')`, github, true},

		// Secrets.
		{`headers.header('x-token').compareSecret('TOKEN')`, github, true},
		{`'other'.compareSecret('TOKEN')`, github, false},
		{`''.compareSecret('TOKEN')`, github, false},
		{`headers['x-token'].exists(t, t.compareSecret('TOKEN'))`, github, true},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			got, err := compile(t, test.expression).Eval(newRequest(t, test.request, nil))
			if err != nil || got != test.want {
				t.Errorf("Eval = %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestFails(t *testing.T) {
	tests := []struct {
		expression string
		request    request
		want       Error
	}{
		{`body.missing == 'x'`, github, Error{ReasonError, 1, 5, "failed: no such key: missing"}},
		{`body.pull_request.head.ref.size() > 0 && body.user.login == 'x'`, github, Error{ReasonError, 1, 51, "failed: no such key: user"}},
		{`body.x == 1`, get, Error{ReasonError, 1, 5, "failed: no such key: x"}},
		{`body.x == 1`, text, Error{ReasonError, 1, 5, "failed: no such key: x"}},
		{`body[body.action] == 1`, github, Error{ReasonError, 1, 5, "failed: no such key"}},
		{`body.pull_request.labels[7].name == 'x'`, github, Error{ReasonError, 1, 28, "failed: index out of bounds"}},
		{`headers['nope'][0] == 'x'`, github, Error{ReasonError, 1, 16, "failed: no such key: nope"}},
		{`body.action > 5`, github, Error{ReasonError, 0, 0, "failed: no such overload"}},
		{`body.number / 0 == 1`, github, Error{ReasonError, 1, 13, "failed: division by zero"}},
		{`int(body.action) == 1`, github, Error{ReasonError, 1, 4, "failed: type conversion error"}},
		{`bool(body.action)`, github, Error{ReasonError, 1, 5, "failed: type conversion error"}},
		{`body.action.parseJSON().x == 1`, github, Error{ReasonError, 1, 22, "failed: parseJSON: the text is no JSON"}},
		{`body.?nope.value() == 1`, github, Error{ReasonError, 1, 17, "failed: optional.none() dereference"}},
		{`'x'.compareSecret('NOPE')`, github, Error{ReasonError, 1, 18, "failed: compareSecret: there is no such secret"}},
		{`'abc'.matches(body.action + '(')`, github, Error{ReasonError, 1, 14, "failed: the evaluation ended with an error"}},
		{`'abc'.substring(5) == ''`, github, Error{ReasonError, 1, 16, "failed: out of range"}},
		{`'abc'.truncate(-1) == ''`, github, Error{ReasonError, 1, 15, "failed: truncate: the number of characters is negative"}},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			got, err := compile(t, test.expression).Eval(newRequest(t, test.request, nil))
			var failure *Error
			if got || !errors.As(err, &failure) {
				t.Fatalf("Eval = %v, %v; want false and an error", got, err)
			}
			if *failure != test.want {
				t.Errorf("error = %+v\nwant    %+v", *failure, test.want)
			}
		})
	}
}
