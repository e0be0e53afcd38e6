package cel

import "testing"

// TestNumbers: integers and doubles compare by their exact values, also beyond 2^53, where neighbouring integers are the same
// double.
func TestNumbers(t *testing.T) {
	big := request{body: `{"max":9223372036854775807,"min":-9223372036854775808,"odd":9007199254740993,"even":9007199254740992,
		"f":9007199254740992.0,"top":9223372036854775808.0,"half":2251799813685248.5,"list":[9007199254740993,1.5],"m":{"x":9007199254740993},
		"huge":1e300,"n":2251799813685248}`}
	tests := []struct {
		expression string
		want       bool
	}{
		{`body.max < 9223372036854775808.0`, true},
		{`body.max >= 9223372036854775808.0`, false},
		{`body.max < body.top`, true},
		{`body.top > body.max`, true},
		{`body.max == body.top`, false},
		{`body.top != body.max`, true},
		{`body.min == -9223372036854775808.0`, true},
		{`body.min <= -9223372036854775808.0`, true},
		{`body.min < -9223372036854775808.0`, false},
		{`body.odd == body.f`, false},
		{`body.odd == 9007199254740992.0`, false},
		{`9007199254740992.0 == body.odd`, false},
		{`body.odd > body.f && body.f < body.odd && body.odd >= body.f`, true},
		{`body.even == body.f && body.f == body.even && body.even <= body.f`, true},
		{`body.f == 9007199254740993`, false},
		{`body.n < body.half && body.half > body.n && body.half != body.n`, true},
		{`body.max < body.huge && body.huge > 5 && -body.huge < body.min`, true},
		{`body.odd in [9007199254740992.0]`, false},
		{`body.f in [9007199254740993]`, false},
		{`body.f in [1, 9007199254740992]`, true},
		{`body.f in body.list || 9007199254740992.0 in body.list`, false},
		{`body.odd in body.list && 9007199254740993 in body.list`, true},
		{`9007199254740992.0 in body.list.map(x, x)`, false},
		{`body.list == [9007199254740992.0, 1.5]`, false},
		{`body.list != [9007199254740992.0, 1.5]`, true},
		{`body.list == [9007199254740993, 1.5]`, true},
		{`[[body.odd]] == [[body.f]] || [body.list] == [[9007199254740992.0, 1.5]]`, false},
		{`body.m == {'x': 9007199254740992.0}`, false},
		{`body.m == {'x': 9007199254740993}`, true},
		{`dyn(uint(body.max)) == 9223372036854775808.0`, false},
		{`18446744073709551615u < 18446744073709551616.0 && 18446744073709551615u > body.max`, true},
		{`body.min < 0u && body.min < uint(5) && -1.0 < uint(5)`, true},
		{`optional.of(body.odd) == optional.of(body.f)`, false},
		{`body.f == 0.0/0.0 || body.odd == 0.0/0.0 || 0.0/0.0 == 0.0/0.0`, false},
		{`body.odd < 0.0/0.0 || body.odd >= 0.0/0.0`, false},
		{`body.l.x.y < 1.0 || body.odd < 1.0/0.0`, true},
	}
	for _, test := range tests {
		got, err := compile(t, test.expression).Eval(newRequest(t, big, nil))
		if err != nil || got != test.want {
			t.Errorf("%s: Eval = %v, %v; want %v", test.expression, got, err, test.want)
		}
	}
}
