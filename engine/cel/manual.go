package cel

import (
	"fmt"
	"strings"
)

// manualEntry describes a variable or a function of CEL conditions.
type manualEntry struct {
	name    string // of the variable, function or macro
	usage   string // how it is written, where the name alone does not say
	summary string
	example string // true for the request of TestManual
}

// manualSections are what `caddy kestra functions --cel` prints.
var manualSections = []struct {
	title   string
	entries []manualEntry
}{
	{"Variables", []manualEntry{
		{"body", "", "the body: a JSON object or list, else its text; null without one", `body.action == 'opened'`},
		{"rawBody", "", "the body as text, before it was read as JSON", `rawBody.contains('"opened"')`},
		{"headers", "", "the lists of values of the headers by name, in any case", `'push' in headers['X-GitHub-Event']`},
		{"header", "", "the same, under Tekton's name", `header.canonical('X-GitHub-Event') == 'push'`},
		{"parameters", "", "the lists of values of the query's parameters by name", `parameters['env'] == ['prod']`},
		{"formFields", "", "the lists of values of a form's fields by name", `formFields['team'][0] == 'red'`},
		{"method", "", "GET, POST or PUT", `method == 'POST'`},
		{"path", "", "the path of the URL, with REDACTED for the key", `path.endsWith('/deploy/REDACTED')`},
		{"requestURL", "", "the same with the query, under Tekton's name", `requestURL.parseURL().query.env == 'prod'`},
		{"remoteAddr", "", "the address of the client", `remoteAddr.startsWith('192.0.2.')`},
		{"flow", "", "id, namespace, revision and tenantId of the flow", `flow.namespace == 'company.team'`},
		{"trigger", "", "body, headers and parameters, as in Kestra's expressions, and what else they have: formFields, parts, bodyBase64, uri, event, deliveryId", `trigger.body.action == 'opened'`},
		{"vars", "", "the variables of the flow", `body.ref.endsWith(vars.branch)`},
		{"now", "", "the time of the request", `now - timestamp(body.created_at) < duration('96h')`},
	}},
	{"Functions of headers and parameters", []manualEntry{
		{"header", "headers.header(name)", "the first value of a header, or ''", `headers.header('X-GitHub-Event') == 'push'`},
		{"canonical", "headers.canonical(name)", "the same, under Tekton's name", `headers.canonical('x-github-event') == 'push'`},
		{"match", "headers.match(name, value)", "whether the first value of a header is this", `headers.match('X-GitHub-Event', 'push')`},
		{"param", "parameters.param(name)", "the first value of a parameter, or ''", `parameters.param('env') == 'prod'`},
	}},
	{"Secrets and signatures", []manualEntry{
		{"compareSecret", "text.compareSecret(name)", "whether a text is the secret with this name; how long it takes tells nothing", `headers.header('X-Token').compareSecret('TOKEN')`},
		{"secret", "secret(name)", "the secret with this name, as in Kestra's expressions", `size(secret('TOKEN')) > 8`},
		{"hmac", "hmac(algorithm, secret, text), hmac(algorithm, secret, text, encoding)", "the HMAC of a text or of bytes, by md5, sha1, sha256, sha384 or sha512, in hex or base64; the secret may be bytes, too", `headers.header('X-Signature') == 'sha256=' + hmac('sha256', secret('TOKEN'), 'hello')`},
		{"constantTimeEquals", "constantTimeEquals(a, b)", "whether two texts, or bytes, are equal; how long it takes tells nothing but their lengths", `constantTimeEquals(headers.header('X-Signature'), 'sha256=' + hmac('sha256', secret('TOKEN'), 'hello'))`},
	}},
	{"Addresses", []manualEntry{
		{"ip", "ip(text), cidr.ip()", "an address of IPv4 or IPv6, or that of a range", `ip(remoteAddr) == ip('192.0.2.7')`},
		{"cidr", "cidr(text)", "a range of addresses", `['10.0.0.0/8', '192.0.2.0/24'].exists(r, cidr(r).containsIP(remoteAddr))`},
		{"containsIP", "cidr.containsIP(address)", "whether an address, also as a text, is in a range", `cidr('192.0.2.0/24').containsIP(remoteAddr)`},
		{"containsCIDR", "cidr.containsCIDR(range)", "whether a range, also as a text, is in another", `cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')`},
		{"isIP", "isIP(text)", "whether a text is an address", `isIP(remoteAddr) && !isIP('nowhere')`},
		{"isCIDR", "isCIDR(text)", "whether a text is a range", `isCIDR('10.0.0.0/8')`},
		{"ip.isCanonical", "ip.isCanonical(text)", "whether an address is written as RFC 5952 has it", `ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1')`},
		{"family", "ip.family()", "4 or 6", `ip(remoteAddr).family() == 4`},
		{"isLoopback", "ip.isLoopback()", "whether it is of this machine", `ip('127.0.0.1').isLoopback()`},
		{"isUnspecified", "ip.isUnspecified()", "whether it is 0.0.0.0 or ::", `ip('::').isUnspecified()`},
		{"isGlobalUnicast", "ip.isGlobalUnicast()", "whether it names one machine, private networks included", `ip(remoteAddr).isGlobalUnicast()`},
		{"isLinkLocalUnicast", "ip.isLinkLocalUnicast()", "whether it names one machine of this network segment", `ip('fe80::1').isLinkLocalUnicast()`},
		{"isLinkLocalMulticast", "ip.isLinkLocalMulticast()", "whether it names many of this network segment", `ip('224.0.0.1').isLinkLocalMulticast()`},
		{"isMask", "cidr.isMask()", "whether a range is written with its first address", `cidr('10.0.0.0/8').isMask() && !cidr('10.1.2.3/8').isMask()`},
		{"masked", "cidr.masked()", "a range with its first address", `cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')`},
		{"prefixLength", "cidr.prefixLength()", "how many bits all addresses of a range have alike", `cidr('10.0.0.0/8').prefixLength() == 8`},
	}},
	{"Members that may be missing", []manualEntry{
		{"has", "has(x.name)", "whether there is a member", `has(body.user.name) && !has(body.nope)`},
		{"orValue", "x.?name.orValue(other)", "a member, or another value when it is missing", `body.?user.?mail.orValue('none') == 'none'`},
		{"hasValue", "x.?name.hasValue()", "whether an optional value is there", `body.?user.?name.hasValue()`},
		{"value", "x.?name.value()", "the value of an optional; an error when it is missing", `body.?action.value() == 'opened'`},
		{"or", "x.?name.or(optional)", "an optional, or another one when it is missing", `body.?nope.or(body.?action).value() == 'opened'`},
		{"optMap", "optional.optMap(v, e)", "an expression over the value, when it is there", `body.?user.optMap(u, u.name).orValue('') == 'octo'`},
		{"optFlatMap", "optional.optFlatMap(v, e)", "the same for an expression that is an optional", `body.?user.optFlatMap(u, u.?mail).hasValue() == false`},
		{"optional.of", "optional.of(x)", "an optional with a value", `optional.of(body.action).hasValue()`},
		{"optional.ofNonZeroValue", "optional.ofNonZeroValue(x)", "an optional that is missing for '', 0, false, [] and {}", `!optional.ofNonZeroValue('').hasValue()`},
		{"optional.none", "optional.none()", "an optional without a value", `!optional.none().hasValue()`},
		{"optional.unwrap", "optional.unwrap(list)", "the values of a list of optionals", `optional.unwrap([body.?action, body.?nope]).size() == 1`},
		{"unwrapOpt", "list.unwrapOpt()", "the same", `[body.?action, body.?nope].unwrapOpt().size() == 1`},
	}},
	{"Lists and maps", []manualEntry{
		{"exists", "list.exists(x, condition), list.exists(i, x, condition)", "whether a condition holds for an item, or for a key of a map; with two names, for an index and its item, or a key and its value", `body.labels.exists(l, l == 'bug')`},
		{"all", "list.all(x, condition), list.all(i, x, condition)", "whether it holds for all", `body.labels.all(l, l != '')`},
		{"exists_one", "list.exists_one(x, condition), list.exists_one(i, x, condition)", "whether it holds for exactly one", `body.labels.exists_one(l, l.startsWith('u'))`},
		{"filter", "list.filter(x, condition)", "the items that it holds for", `body.labels.filter(l, l != 'bug') == ['urgent']`},
		{"map", "list.map(x, expression)", "what an expression makes of each item; with a condition between them, of those that it holds for", `body.labels.map(l, l.size()) == [3, 6]`},
		{"existsOne", "list.existsOne(i, x, condition)", "the same with two names", `body.labels.existsOne(i, l, i > 0 && l.startsWith('u'))`},
		{"transformList", "list.transformList(i, x, expression)", "the list of what an expression makes of each index and item, or key and value; with a condition between them, of those that it holds for", `body.user.transformList(k, v, v == 'octo', k) == ['name']`},
		{"transformMap", "map.transformMap(k, v, expression)", "a map with the same keys, or indexes, and what an expression makes; with a condition between them, of those that it holds for", `{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10) == {'b': 20}`},
		{"transformMapEntry", "map.transformMapEntry(k, v, {key: value})", "a map of the members that an expression makes; no key may come twice", `body.labels.transformMapEntry(i, l, {l: i}) == {'bug': 0, 'urgent': 1}`},
		{"size", "size(x), x.size()", "how many items or members; the characters of a text", `size(body.labels) == 2 && body.action.size() == 6`},
		{"first", "list.first()", "the first item, as an optional", `body.labels.first().orValue('') == 'bug'`},
		{"last", "list.last()", "the last item, as an optional", `body.labels.last().orValue('') == 'urgent'`},
		{"firstItem", "list.firstItem()", "the first item itself, as Tekton's first(); an error for an empty list", `body.labels.firstItem() == 'bug'`},
		{"lastItem", "list.lastItem()", "the last item itself, as Tekton's last()", `body.labels.lastItem() == 'urgent'`},
		{"sets.contains", "sets.contains(list, items)", "whether a list has all items of another", `sets.contains(body.labels, ['urgent'])`},
		{"sets.equivalent", "sets.equivalent(a, b)", "whether two lists have the same items, in any order and number", `sets.equivalent(body.labels, ['urgent', 'bug', 'bug'])`},
		{"sets.intersects", "sets.intersects(a, b)", "whether two lists have an item that is in both", `sets.intersects(body.labels, ['bug', 'feature'])`},
		{"sort", "list.sort()", "a list in order, up to about 20,000 items", `[3, 1, 2].sort() == [1, 2, 3]`},
		{"sortBy", "list.sortBy(x, key)", "a list in the order of keys", `body.labels.sortBy(l, -l.size())[0] == 'urgent'`},
		{"distinct", "list.distinct()", "a list without equal items, up to 1,000 items", `[1, 2, 1].distinct() == [1, 2]`},
		{"flatten", "list.flatten(), list.flatten(depth)", "a list with the items of the lists in it", `[[1], [2, 3]].flatten() == [1, 2, 3]`},
		{"reverse", "list.reverse(), text.reverse()", "the other way round", `body.labels.reverse()[0] == 'urgent'`},
		{"slice", "list.slice(from, to)", "a part of a list, without the item at to", `[1, 2, 3].slice(0, 2) == [1, 2]`},
		{"join", "list.join(), list.join(separator)", "the texts of a list in one", `body.labels.join(', ') == 'bug, urgent'`},
		{"lists.range", "lists.range(n)", "the numbers from 0 to n-1", `lists.range(3) == [0, 1, 2]`},
		{"bind", "cel.bind(name, value, expression)", "an expression with a name for a value", `cel.bind(u, body.user, u.name == 'octo' && !u.admin)`},
	}},
	{"Texts", []manualEntry{
		{"contains", "text.contains(part)", "whether a text holds another", `body.title.contains('parser')`},
		{"startsWith", "text.startsWith(part)", "whether it begins with another", `body.ref.startsWith('refs/heads/')`},
		{"endsWith", "text.endsWith(part)", "whether it ends with another", `body.ref.endsWith('/main')`},
		{"matches", "text.matches(pattern)", "whether a regular expression of RE2, without look-around, is found", `body.ref.matches('^refs/heads/[a-z]+$')`},
		{"indexOf", "text.indexOf(part), text.indexOf(part, from)", "where a text is found, or -1", `body.title.indexOf('parser') == 8`},
		{"lastIndexOf", "text.lastIndexOf(part), text.lastIndexOf(part, from)", "where it is found last", `body.ref.lastIndexOf('/') == 10`},
		{"charAt", "text.charAt(i)", "one character", `body.action.charAt(0) == 'o'`},
		{"substring", "text.substring(from), text.substring(from, to)", "a part of a text", `body.ref.substring(11) == 'main'`},
		{"truncate", "text.truncate(n)", "the first n characters", `body.title.truncate(3) == 'Fix'`},
		{"lowerAscii", "text.lowerAscii()", "ASCII letters in lower case", `body.title.lowerAscii() == 'fix the parser'`},
		{"upperAscii", "text.upperAscii()", "ASCII letters in upper case", `body.action.upperAscii() == 'OPENED'`},
		{"trim", "text.trim()", "without white space at both ends", `' a '.trim() == 'a'`},
		{"replace", "text.replace(old, new), text.replace(old, new, n)", "with other text in its places", `body.ref.replace('refs/heads/', '') == 'main'`},
		{"split", "text.split(separator), text.split(separator, n)", "its parts as a list", `body.ref.split('/')[2] == 'main'`},
		{"format", "text.format(list)", "a text with values for %s, %d, %f, %x and so on", `'%s #%d'.format([body.action, body.number]) == 'opened #42'`},
		{"strings.quote", "strings.quote(text)", "a text in quotes, with escapes", `strings.quote('a') == '"a"'`},
		{"regex.extract", "regex.extract(text, pattern)", "the first match, or its group, as an optional", `regex.extract(body.ref, 'heads/(.+)$').orValue('') == 'main'`},
		{"regex.extractAll", "regex.extractAll(text, pattern)", "all matches, or their group", `regex.extractAll('a1b22', '[0-9]+') == ['1', '22']`},
		{"regex.replace", "regex.replace(text, pattern, new), regex.replace(text, pattern, new, n)", "with other text for the matches; \\1 in it is the first group", `regex.replace(body.ref, '^refs/heads/', '') == 'main'`},
		{"translate", "text.translate(pattern, new)", "Tekton's: other text for the matches; $1 in it is the first group", `body.title.translate('[^A-Za-z]+', '-') == 'Fix-the-parser'`},
		{"parseJSON", "text.parseJSON()", "the value of a JSON text of at most 1 MiB", `formFields.payload[0].parseJSON().n == 5`},
		{"parseYAML", "text.parseYAML()", "the value of the first document of a YAML text", `'a: [1, 2]'.parseYAML().a[1] == 2`},
		{"marshalJSON", "x.marshalJSON()", "the JSON text of a value", `body.labels.marshalJSON() == '["bug","urgent"]'`},
		{"parseURL", "text.parseURL()", "scheme, host, path, rawQuery, fragment, query, queryStrings and auth of a URL", `body.url.parseURL().host == 'git.example.com' && body.url.parseURL().query.tab == 'files'`},
		{"base64.encode", "base64.encode(bytes)", "Base64 of bytes", `base64.encode(b'hi') == 'aGk='`},
		{"base64.decode", "base64.decode(text)", "the bytes that Base64 says", `string(base64.decode('aGk=')) == 'hi'`},
	}},
	{"Numbers", []manualEntry{
		{"math.greatest", "math.greatest(a, b, …), math.greatest(list)", "the greatest number", `math.greatest(body.number, 5) == 42`},
		{"math.least", "math.least(a, b, …), math.least(list)", "the least number", `math.least([3, 1, 2]) == 1`},
		{"math.abs", "math.abs(x)", "without its sign", `math.abs(-3) == 3`},
		{"math.sign", "math.sign(x)", "-1, 0 or 1", `math.sign(-3) == -1`},
		{"math.ceil", "math.ceil(double)", "the next whole number above", `math.ceil(1.2) == 2.0`},
		{"math.floor", "math.floor(double)", "the next whole number below", `math.floor(1.8) == 1.0`},
		{"math.round", "math.round(double)", "the nearest whole number", `math.round(1.5) == 2.0`},
		{"math.trunc", "math.trunc(double)", "without its fraction", `math.trunc(-1.8) == -1.0`},
		{"math.sqrt", "math.sqrt(x)", "the square root", `math.sqrt(9) == 3.0`},
		{"math.isNaN", "math.isNaN(double)", "whether it is no number", `!math.isNaN(1.5)`},
		{"math.isInf", "math.isInf(double)", "whether it is infinite", `math.isInf(1.0 / 0.0)`},
		{"math.isFinite", "math.isFinite(double)", "whether it is neither", `math.isFinite(1.5)`},
		{"math.bitAnd", "math.bitAnd(a, b)", "the bits that both have", `math.bitAnd(6, 3) == 2`},
		{"math.bitOr", "math.bitOr(a, b)", "the bits that one has", `math.bitOr(6, 3) == 7`},
		{"math.bitXor", "math.bitXor(a, b)", "the bits that exactly one has", `math.bitXor(6, 3) == 5`},
		{"math.bitNot", "math.bitNot(a)", "the bits that it does not have", `math.bitNot(0) == -1`},
		{"math.bitShiftLeft", "math.bitShiftLeft(a, n)", "the bits moved up", `math.bitShiftLeft(1, 3) == 8`},
		{"math.bitShiftRight", "math.bitShiftRight(a, n)", "the bits moved down", `math.bitShiftRight(8, 3) == 1`},
	}},
	{"Times", []manualEntry{
		{"timestamp", "timestamp(text)", "the time that RFC 3339 says, or seconds since 1970", `timestamp('2026-11-20T08:00:00Z') < now`},
		{"duration", "duration(text)", "a duration, as in 1h30m", `duration('90m') == duration('1h30m')`},
		{"getFullYear", "time.getFullYear(), time.getFullYear(zone)", "the year", `now.getFullYear() == 2026`},
		{"getMonth", "time.getMonth(), time.getMonth(zone)", "the month, from 0", `now.getMonth() == 10`},
		{"getDate", "time.getDate(), time.getDate(zone)", "the day of the month, from 1", `now.getDate() == 23`},
		{"getDayOfMonth", "time.getDayOfMonth(), time.getDayOfMonth(zone)", "the day of the month, from 0", `now.getDayOfMonth() == 22`},
		{"getDayOfWeek", "time.getDayOfWeek(), time.getDayOfWeek(zone)", "the day of the week, Sunday is 0", `now.getDayOfWeek() == 1`},
		{"getDayOfYear", "time.getDayOfYear(), time.getDayOfYear(zone)", "the day of the year, from 0", `now.getDayOfYear() == 326`},
		{"getHours", "time.getHours(), time.getHours(zone)", "the hour; of a duration, all of it in hours", `now.getHours('Europe/Berlin') == 11`},
		{"getMinutes", "time.getMinutes(), time.getMinutes(zone)", "the minute; of a duration, all of it in minutes", `duration('90m').getMinutes() == 90`},
		{"getSeconds", "time.getSeconds(), time.getSeconds(zone)", "the second; of a duration, all of it in seconds", `now.getSeconds() == 0`},
		{"getMilliseconds", "time.getMilliseconds(), time.getMilliseconds(zone)", "the millisecond; of a duration, what it has beside seconds", `now.getMilliseconds() == 0`},
	}},
	{"Types", []manualEntry{
		{"int", "int(x)", "a whole number of a number, a text or a time", `int('42') == body.number`},
		{"uint", "uint(x)", "a whole number that is not negative", `uint(42) == 42u`},
		{"double", "double(x)", "a number with a fraction", `double(body.number) / 4.0 == 10.5`},
		{"string", "string(x)", "the text of a number, a boolean, a time or bytes", `string(body.number) == '42'`},
		{"bool", "bool(x)", "true or false, of a boolean or a text", `bool('true') && !bool(body.user.admin)`},
		{"bytes", "bytes(text)", "the bytes of a text in UTF-8", `size(bytes('é')) == 2`},
		{"type", "type(x)", "the type of a value", `type(body.number) == int`},
		{"dyn", "dyn(x)", "a value whose type is not checked before", `dyn(body.number) == 42.0`},
	}},
}

// Manual describes the variables and functions that CEL conditions have, one on each line, with examples.
func Manual() string {
	var b strings.Builder
	for i, section := range manualSections {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n\n", section.title)
		for _, e := range section.entries {
			fmt.Fprintf(&b, "  - %s: %s; %s\n", e.usageOrName(), e.summary, e.example)
		}
	}
	return b.String()
}

func (e manualEntry) usageOrName() string {
	if e.usage == "" {
		return e.name
	}
	return e.usage
}

// Describe says all that is known about the variables and functions with a name; "" when there are none.
func Describe(name string) string {
	var b strings.Builder
	for _, section := range manualSections {
		for _, e := range section.entries {
			if e.name == name {
				fmt.Fprintf(&b, "%s\n    %s\n    %s\n", e.usageOrName(), e.summary, e.example)
			}
		}
	}
	return b.String()
}
