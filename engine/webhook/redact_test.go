package webhook

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeysOf(t *testing.T) {
	for _, test := range []struct {
		name, path string
		want       Keys
	}{
		{"the key", Prefix + "a/b/KEY", Keys{"KEY"}},
		{"decoded", PrefixMain + "a/b/K%2FE%25Y", Keys{"K/E%Y"}},
		{"blanks around are none of a key's", Prefix + "a/b/%20KEY%20", Keys{"KEY"}},
		{"trailing slash", Prefix + "a/b/K%2FEY/", Keys{"K/EY", "K", "EY"}},
		{"more segments", Prefix + "a/b/KEY/x", Keys{"KEY/x", "KEY", "x"}},
		{"empty segment", Prefix + "a/b//KEY", Keys{"KEY"}},
		{"two segments", Prefix + "b/KEY", Keys{"b/KEY", "b", "KEY"}},
		{"one segment", Prefix + "KEY", Keys{"KEY"}},
		{"two segments, one with a slash", Prefix + "b/K%2FEY", Keys{"b/K/EY", "b", "K", "EY"}},
		{"escaped slashes", Prefix + "a%2Fb%2FKEY", Keys{"a/b/KEY", "a", "b", "KEY"}},
		{"broken escape", Prefix + "a/b/KEY%zz", Keys{"KEY%zz"}},
		{"nothing", Prefix, Keys{""}},
		{"another path", "/hooks/a/b/KEY", nil},
		{"no more than some", Prefix + "a/b/" + strings.Repeat("x/", 100), Keys{strings.Repeat("x/", 99) + "x", "x", "x", "x", "x"}},
	} {
		target, _ := ParseURL(test.path)
		if diff := cmp.Diff(test.want, KeysOf(target, test.path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestKeysRedact(t *testing.T) {
	const odd = "se/cr%t key"
	for _, test := range []struct{ name, key, text, want string }{
		{"nothing", "secret", "other", "other"},
		{"alone", "secret", "secret", "REDACTED"},
		{"inside", "secret", "/hooks/xsecretx?a=secret&b", "/hooks/xREDACTEDx?a=REDACTED&b"},
		{"escaped", "secret", "/hooks/s%65cret?%73%65%63%72%65%74", "/hooks/REDACTED?REDACTED"},
		{"escaped twice", "secret", "to=%252Fs%2565cret%2526", "to=%252FREDACTED%2526"},
		{"the escape escaped", "secret", "%25%37%33ecret", "REDACTED"},
		{"escaped thrice is another text", "secret", "s%252565cret", "s%252565cret"},
		{"odd", odd, odd + "!", "REDACTED!"},
		{"odd, escaped", odd, "x=se%2Fcr%25t%20key", "x=REDACTED"},
		{"odd, plus", odd, "x=se%2fcr%25t+key&y", "x=REDACTED&y"},
		{"odd, escaped twice", odd, "x=se%252Fcr%2525t%2520key", "x=REDACTED"},
		{"looks escaped", "a%2Fbcd", "a%2Fbcd a%252Fbcd a/bcd", "REDACTED REDACTED a/bcd"},
		{"no UTF-8", "secret\xff", "/secret%ff", "/REDACTED"},
		{"overlaps itself", "ababab", "abababab", "REDACTEDab"},
		{"broken escapes", "secret", "%%zz%secret%", "%%zz%REDACTED%"},
		{"URL of another webhook", "secret", "/executions/webhook/a/b/other?x=secret", "/executions/webhook/a/b/REDACTED?x=REDACTED"},
		{"empty", "", "text", "text"},

		{"short, alone", "hi", "hi", "REDACTED"},
		{"short, segment", "hi", "/hooks/hi/a?x=hi&y=hi", "/hooks/REDACTED/a?x=REDACTED&y=REDACTED"},
		{"short, escaped", "hi", "x=h%69&y=%2Fhi%2F", "x=REDACTED&y=%2FREDACTED%2F"},
		{"short, inside", "hi", "/this/hit?x=chi&y=say hi", "/this/hit?x=chi&y=say hi"},
		{"five characters", "abcdé", "xabcdé", "xabcdé"},
		{"six characters", "abcdef", "xabcdef", "xREDACTED"},
	} {
		if got := (Keys{test.key}).Redact(test.text); got != test.want {
			t.Errorf("%s: %q in %q: %q, want %q", test.name, test.key, test.text, got, test.want)
		}
	}
	if got := (Keys{"first1", "second"}).Redact("first1/second"); got != "REDACTED/REDACTED" {
		t.Errorf("two keys: %q", got)
	}
	if got := Keys(nil).Redact("text"); got != "text" {
		t.Errorf("no key: %q", got)
	}
}

// FuzzKeysRedact checks that Redact leaves no spelling of a key in a text, and does not change a text without one.
func FuzzKeysRedact(f *testing.F) {
	f.Add("se/cr%t key", "GET /hooks/", "?a=b%", byte(1))
	f.Add("%2525", "%25", "%", byte(2))
	f.Add("REDACTED", "", "ACTED", byte(0))
	f.Fuzz(func(t *testing.T, key, before, after string, encodings byte) {
		spelled := key
		for range encodings % 3 {
			spelled = url.PathEscape(spelled)
		}
		keys := Keys{key}
		if keys.redactValue(before+"/"+spelled+"/"+after) == before+"/"+spelled+"/"+after && key != "" && key != Redacted && !strings.Contains(before, "%") {
			t.Errorf("%q is left in %q", key, before+"/"+spelled+"/"+after)
		}
		if got := keys.redactValue(before); got != before && key != "" && !strings.Contains(before, key) && !strings.ContainsAny(before+key, "%+ ") {
			t.Errorf("%q without %q became %q", before, key, got)
		}
	})
}
