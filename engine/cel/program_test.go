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
		{`path.endsWith('/company.team/deploy/REDACTED')`, github, true},
		{`flow.namespace == 'company.team' && flow.id == 'deploy' && flow.revision == 3 && flow.tenantId == 'main'`, github, true},
		{`rawBody.startsWith('{') && rawBody.contains('"action": "opened"')`, github, true},

		// The URL as Tekton has it.
		{`requestURL == '/api/v1/executions/webhook/company.team/deploy/REDACTED?env=prod&tag=a&tag=b&flag='`, github, true},
		{`requestURL.parseURL().path == path && requestURL.parseURL().queryStrings.tag == ['a', 'b']`, github, true},

		// Two names in a macro, over lists and maps of the body and of the expression.
		{`body.pull_request.labels.exists(i, l, i == 1 && l.name == 'parser')`, github, true},
		{`body.pull_request.labels.all(i, l, i < 2 && l.name != '')`, github, true},
		{`body.pull_request.labels.all(i, l, i < 1)`, github, false},
		{`body.detail.tags.exists(k, v, k == 'env' && v == 'prod')`, eventbridge, true},
		{`body.detail.tags.existsOne(k, v, v == 'prod') && body.detail.tags.exists_one(k, v, k == 'env')`, eventbridge, true},
		{`body.detail.tags.transformList(k, v, k == 'env', k + '=' + v) == ['env=prod']`, eventbridge, true},
		{`body.pull_request.labels.transformList(i, l, string(i) + l.name) == ['0bug', '1parser']`, github, true},
		{`body.pull_request.labels.transformMap(i, l, l.name) == {0: 'bug', 1: 'parser'}`, github, true},
		{`body.detail.tags.transformMap(k, v, v.size()) == body.detail.tags.map(k, k).transformMapEntry(i, k, {k: size(body.detail.tags[k])})`, eventbridge, true},
		{`body.pull_request.labels.transformMapEntry(i, l, i > 0, {l.name: i}) == {'parser': 1}`, github, true},
		{`{2: 'b', 1: 'a'}.transformList(k, v, v) == ['a', 'b']`, get, true},

		// Sets compare numbers exactly, of lists of the body and of the expression.
		{`sets.contains(body.repository.topics, ['webhooks']) && !sets.contains(['go'], body.repository.topics)`, github, true},
		{`sets.equivalent(body.repository.topics, ['webhooks', 'go', 'go']) && !sets.equivalent(body.repository.topics, ['go'])`, github, true},
		{`sets.intersects(body.repository.topics, ['x', 'go']) && !sets.intersects(body.repository.topics, [])`, github, true},
		{`sets.contains([9007199254740992.0], [body.big]) || sets.intersects([body.big], [9007199254740992.0])`, numbers, false},
		{`sets.contains(body.list, [2, 1.0, 3u]) && sets.contains(body.list, [])`, numbers, true},
		{`sets.intersects([[1], body.list], [[1, 2, 3]]) && !sets.intersects([[1]], [[2]])`, numbers, true},

		// Addresses.
		{`['198.51.100.0/24', '192.0.2.0/24'].exists(r, cidr(r).containsIP(remoteAddr))`, github, true},
		{`headers['x-forwarded-for'].all(a, cidr('192.0.2.0/24').containsIP(a))`, github, false},
		{`cidr('192.0.2.0/24').containsIP(ip(remoteAddr)) && cidr('2001:db8::/32').containsIP('2001:db8::7')`, github, true},
		{`cidr('192.0.2.0/24').containsIP('2001:db8::7') || isIP('192.0.2.7:443')`, github, false},
		{`string(ip(remoteAddr)) == remoteAddr && string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8'`, github, true},

		// Tekton's other functions.
		{`body.repository.topics.firstItem() == 'go' && body.repository.topics.lastItem() == 'webhooks'`, github, true},
		{`[1, 2].lastItem() + body.list.firstItem() == 3`, numbers, true},
		{`body.list.marshalJSON() == '[1,2.0,3]' && dyn(body.s).marshalJSON() == '"12"'`, numbers, true},
		{`{'b': b'hi', 'a': now, 'c': [1u, 1.5, null, optional.none(), optional.of(2)], 'd': duration('90s'), 7: ip('::1')}.marshalJSON() == '{"7":"::1","a":"2026-11-23T10:30:00Z","b":"aGk=","c":[1,1.5,null,null,2],"d":"90s"}'`, get, true},
		{`[18446744073709551615u, type(1)].marshalJSON() == '[18446744073709551615,"int"]'`, get, true},
		{`body.pull_request.labels.marshalJSON().parseJSON() == body.pull_request.labels`, github, true},
		{`'a: &x [1, 2.5, yes]\nb: *x\nc: 2026-01-01\n---\nsecond'.parseYAML() == {'a': [1, 2.5, true], 'b': [1, 2.5, true], 'c': '2026-01-01'}`, get, true},
		{`'This is $an Invalid5String'.translate('[^A-Za-z]+', '') == 'ThisisanInvalidString'`, get, true},
		{`body.pull_request.head.ref.translate('^(.+)/(.+)$', '$2.${1}$$') == 'parser.feature$'`, github, true},
		{`'abab'.translate(body.repository.topics.map(x, 'b').first().value(), 'c') == 'acac'`, github, true},

		// Secrets and signatures; the first is from RFC 4231, the second as GitHub documents it.
		{`hmac('SHA-512', b'Jefe', 'what do ya want for nothing?').startsWith('164b7a7bfcf819e2e395fbe73b56e0a3')`, get, true},
		{`hmac('sha256', "It's a Secret to Everybody", 'Hello, World!') == '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'`, get, true},
		{`hmac('sha1', 'key', b'The quick brown fox jumps over the lazy dog') == 'de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9'`, get, true},
		{`hmac('md5', 'key', 'The quick brown fox jumps over the lazy dog', 'base64') == base64.encode(b'\x80\x07\x07\x13\x46\x3e\x77\x49\xb9\x0c\x2d\xc2\x49\x11\xe2\x75')`, get, true},
		{`hmac(method == 'GET' ? 'sha384' : 'md5', secret('TOKEN'), rawBody, 'hex').size() == 96`, get, true},
		{`secret('TOKEN') == 's3cr3t-token' && constantTimeEquals(secret('TOKEN'), headers.header('x-token'))`, github, true},
		{`constantTimeEquals('a', 'b') || constantTimeEquals(b'a', b'ab') || constantTimeEquals(body.action, '')`, github, false},
		{`constantTimeEquals(b'ab', bytes('ab')) && constantTimeEquals('', '')`, get, true},
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
		{`secret('NOPE') == ''`, github, Error{ReasonError, 1, 7, "failed: secret: there is no such secret"}},
		{`hmac(body.action, 'k', '') == ''`, github, Error{ReasonError, 1, 5, "failed: hmac: the algorithm is none of md5, sha1, sha256, sha384 and sha512"}},
		{`hmac('md5', 'k', '', body.action) == ''`, github, Error{ReasonError, 1, 5, "failed: hmac: the encoding is neither hex nor base64"}},
		{`hmac('md5', '', body.action) == ''`, github, Error{ReasonError, 1, 5, "failed: hmac: the secret is empty"}},
		{`hmac('md5', 'k', body.number) == ''`, github, Error{ReasonError, 1, 5, "failed: no such overload"}},
		{`constantTimeEquals(body.action, b'opened')`, github, Error{ReasonError, 1, 19, "failed: no such overload"}},
		{`body.data.object.refunds.firstItem() == ''`, stripe, Error{ReasonError, 1, 35, "failed: firstItem: the list is empty"}},
		{`body.action.lastItem() == ''`, github, Error{ReasonError, 1, 21, "failed: no such overload"}},
		{`'a: [1'.parseYAML() == 1`, github, Error{ReasonError, 1, 18, "failed: parseYAML: the text is no YAML"}},
		{`''.parseYAML() == 1`, github, Error{ReasonError, 1, 13, "failed: parseYAML: the text holds no value"}},
		{`ip(body.action) == ip(remoteAddr)`, github, Error{ReasonError, 1, 3, "failed: the text is no IP address"}},
		{`cidr('10.0.0.0/8').containsIP(body.action)`, github, Error{ReasonError, 1, 30, "failed: the text is no IP address"}},
		{`cidr('10.0.0.0/8').containsIP('::ffff:10.0.0.1')`, github, Error{ReasonError, 1, 30, "failed: an IPv4 address that is written as one of IPv6 cannot be compared"}},
		{`cidr('10.0.0.0/8').containsIP('fe80::1%eth0')`, github, Error{ReasonError, 1, 30, "failed: an IP address with a zone cannot be compared"}},
		{`cidr(body.action).isMask()`, github, Error{ReasonError, 1, 5, "failed: the text is no range of IP addresses"}},
		{`body.pull_request.labels.transformMapEntry(i, l, {'x': i}).size() == 1`, github, Error{ReasonError, 1, 43, "failed: a key comes twice"}},
		{`'abc'.translate(body.action + '(', '') == ''`, github, Error{ReasonError, 1, 16, "failed: the evaluation ended with an error"}},
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
