package webhook

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsURL(t *testing.T) {
	tests := []struct {
		name, path string
		want       bool
	}{
		{"without tenant", "/api/v1/executions/webhook/a/b/c", true},
		{"tenant main", "/api/v1/main/executions/webhook/a/b/c", true},
		{"nothing behind the prefix", "/api/v1/executions/webhook/", true},
		{"of a wrong shape", "/api/v1/main/executions/webhook//../x/", true},
		{"without the slash behind webhook", "/api/v1/executions/webhook", false},
		{"another tenant", "/api/v1/other/executions/webhook/a/b/c", false},
		{"tenant in capitals", "/api/v1/MAIN/executions/webhook/a/b/c", false},
		{"escaped tenant", "/api/v1/%6Dain/executions/webhook/a/b/c", false},
		{"two slashes in front", "//api/v1/executions/webhook/a/b/c", false},
		{"capital in the path", "/api/v1/Executions/webhook/a/b/c", false},
		{"below another path", "/app/api/v1/executions/webhook/a/b/c", false},
		{"executions of the API", "/api/v1/executions/abc", false},
		{"nothing", "", false},
	}
	for _, test := range tests {
		if got := IsURL(test.path); got != test.want {
			t.Errorf("%s: IsURL(%q) = %v, want %v", test.name, test.path, got, test.want)
		}
	}
}

func TestParseURL(t *testing.T) {
	const ns, flow = "company.team", "hello"
	tests := []struct {
		name, rest string // after the prefix
		want       Target
	}{
		{"plain", "company.team/hello/abc123", Target{ns, flow, "abc123"}},
		{"escaped letter", "company.team/hello/%61bc", Target{ns, flow, "abc"}},
		{"namespace and flow are decoded", "company%2Eteam/hell%6F/abc", Target{ns, flow, "abc"}},
		{"encoded slash", "company.team/hello/a%2Fb", Target{ns, flow, "a/b"}},
		{"encoded slash in small letters", "company.team/hello/a%2fb", Target{ns, flow, "a/b"}},
		{"encoded slash at the end", "company.team/hello/abc%2F", Target{ns, flow, "abc/"}},
		{"encoded slash is decoded once", "company.team/hello/a%252Fb", Target{ns, flow, "a%2Fb"}},
		{"encoded percent", "company.team/hello/a%25b", Target{ns, flow, "a%b"}},
		{"encoded percent is decoded once", "company.team/hello/a%2525b", Target{ns, flow, "a%25b"}},
		{"raw plus is a plus", "company.team/hello/a+b", Target{ns, flow, "a+b"}},
		{"encoded plus", "company.team/hello/a%2Bb", Target{ns, flow, "a+b"}},
		{"encoded blank", "company.team/hello/a%20b", Target{ns, flow, "a b"}},
		{"blanks around are kept", "company.team/hello/%20a%20", Target{ns, flow, " a "}},
		{"raw delimiters", "company.team/hello/&;!()@:=,$'*~._-", Target{ns, flow, "&;!()@:=,$'*~._-"}},
		{"encoded question mark and hash", "company.team/hello/a%3Fb%23c", Target{ns, flow, "a?b#c"}},
		{"encoded brackets", "company.team/hello/%7B%7B%5B%5D%7D%7D", Target{ns, flow, "{{[]}}"}},
		{"letters beyond ASCII", "company.team/hello/%D0%BA%F0%9F%9A%80", Target{ns, flow, "к🚀"}},
		{"no UTF-8", "company.team/hello/abc%C3%28", Target{ns, flow, "abc\xC3("}},
		{"NUL and line feed", "company.team/hello/abc%00%0A", Target{ns, flow, "abc\x00\n"}},
		{"dots inside a segment", "a..b/.hello./...", Target{"a..b", ".hello.", "..."}},
		{"the prefix again", "api/v1/executions", Target{"api", "v1", "executions"}},
	}
	for _, prefix := range []string{Prefix, PrefixMain} {
		for _, test := range tests {
			got, ok := ParseURL(prefix + test.rest)
			if diff := cmp.Diff(test.want, got); !ok || diff != "" {
				t.Errorf("%s: ParseURL(%q): ok = %v, target (-want +got):\n%s", test.name, prefix+test.rest, ok, diff)
			}
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	tests := []struct{ name, path string }{
		{"nothing", ""},
		{"another path", "/api/v1/executions/abc/def/ghi"},
		{"another tenant", "/api/v1/other/executions/webhook/a/b/c"},
		{"prefix alone", Prefix},
		{"namespace alone", Prefix + "a"},
		{"no key", Prefix + "a/b"},
		{"empty key", Prefix + "a/b/"},
		{"empty namespace", Prefix + "/b/c"},
		{"empty flow", Prefix + "a//c"},
		{"two slashes before the key", Prefix + "a/b//c"},
		{"trailing slash", Prefix + "a/b/c/"},
		{"two trailing slashes", Prefix + "a/b/c//"},
		{"extra segment", Prefix + "a/b/c/d"},
		{"extra segment and slash", Prefix + "a/b/c/d/"},
		{"dot as key", Prefix + "a/b/."},
		{"two dots as key", Prefix + "a/b/.."},
		{"encoded dot as key", Prefix + "a/b/%2E"},
		{"encoded two dots as key", Prefix + "a/b/.%2e"},
		{"dot as namespace", Prefix + "./b/c"},
		{"two dots as flow", Prefix + "a/../c"},
		{"encoded dots as flow", Prefix + "a/%2e%2e/c"},
		{"illegal escape", Prefix + "a/b/abc%zz"},
		{"lone percent", Prefix + "a/b/abc%"},
		{"illegal escape in the namespace", Prefix + "a%/b/c"},
		{"encoded slashes do not separate", Prefix + "a%2Fb%2Fc"},
	}
	for _, test := range tests {
		if got, ok := ParseURL(test.path); ok || got != (Target{}) {
			t.Errorf("%s: ParseURL(%q) = %+v, %v, want nothing", test.name, test.path, got, ok)
		}
	}
}

func TestRedactURL(t *testing.T) {
	tests := []struct{ name, uri, want string }{
		{"nothing", "", ""},
		{"another path", "/api/v1/executions/abc?x=1", "/api/v1/executions/abc?x=1"},
		{"without tenant", "/api/v1/executions/webhook/a/b/KEY", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"tenant main", "/api/v1/main/executions/webhook/a/b/KEY", "/api/v1/main/executions/webhook/a/b/REDACTED"},
		{"any tenant", "/api/v1/other/executions/webhook/a/b/KEY", "/api/v1/other/executions/webhook/a/b/REDACTED"},
		{"whole URL", "https://example.com:8443/x/executions/webhook/a/b/KEY?c=d", "https://example.com:8443/x/executions/webhook/a/b/REDACTED?c=d"},
		{"query stays", "/api/v1/executions/webhook/a/b/KEY?x=/y/z", "/api/v1/executions/webhook/a/b/REDACTED?x=/y/z"},
		{"empty query stays", "/api/v1/executions/webhook/a/b/KEY?", "/api/v1/executions/webhook/a/b/REDACTED?"},
		{"URL in the query", "/login?to=/api/v1/executions/webhook/a/b/KEY", "/login?to=/api/v1/executions/webhook/a/b/REDACTED"},
		{"URL in the query of another", "/api/v1/executions/webhook/a/b/KEY?to=/api/v1/executions/webhook/c/d/KEY", "/api/v1/executions/webhook/a/b/REDACTED?to=/api/v1/executions/webhook/c/d/REDACTED"},
		{"encoded key", "/api/v1/executions/webhook/a/b/K%2FE%25Y", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"key with a slash", "/api/v1/executions/webhook/a/b/KEY/KEY", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"trailing slash", "/api/v1/executions/webhook/a/b/KEY/", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"empty flow", "/api/v1/executions/webhook/a//KEY", "/api/v1/executions/webhook/a//REDACTED"},
		{"empty namespace", "/api/v1/executions/webhook//b/KEY", "/api/v1/executions/webhook//b/REDACTED"},
		{"two slashes before the key", "/api/v1/executions/webhook/a/b//KEY", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"two dots", "/api/v1/executions/webhook/a/b/../KEY", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"fragment", "/api/v1/executions/webhook/a/b/KEY#KEY", "/api/v1/executions/webhook/a/b/REDACTED"},
		{"error text", `open "/api/v1/executions/webhook/a/b/KEY": no`, `open "/api/v1/executions/webhook/a/b/REDACTED`},
		{"a segment is missing", "/api/v1/executions/webhook/a/b", "/api/v1/executions/webhook/a/REDACTED"},
		{"escaped letter", "/api/v1/%65xecutions/webhook/a/b/KEY%2F", "/api/v1/%65xecutions/webhook/a/b/REDACTED"},
		{"escaped slashes", "/api/v1/executions%2fwebhook%2Fa%2Fb%2fKEY", "/api/v1/executions%2fwebhook%2Fa%2Fb%2fREDACTED"},
		{"escaped slash before the flow", "/api/v1/executions/webhook/a%2Fb/KEY/c/d", "/api/v1/executions/webhook/a%2Fb/REDACTED"},
		{"escaped slash in the key, flow missing", "/api/v1/executions/webhook/b/K%2FEY", "/api/v1/executions/webhook/b/REDACTED"},
		{"escaped twice in the key", "/api/v1/executions/webhook/b/K%252FEY", "/api/v1/executions/webhook/b/REDACTED"},
		{"escaped slashes before the key", "/api/v1/executions/webhook/a%2Fb%2FKEY", "/api/v1/executions/webhook/REDACTED"},
		{"escaped slash before the key", "/api/v1/executions/webhook/a/b%2FKEY", "/api/v1/executions/webhook/a/REDACTED"},
		{"URL as a parameter", "/login?to=https%3A%2F%2Fexample.com%2Fapi%2Fv1%2Fexecutions%2Fwebhook%2Fa%2Fb%2FKEY%3Fx", "/login?to=https%3A%2F%2Fexample.com%2Fapi%2Fv1%2Fexecutions%2Fwebhook%2Fa%2Fb%2FREDACTED"},
		{"escaped marker before another", "/%65xecutions/webhook/a/b/KEY/executions/webhook/c/d/KEY", "/%65xecutions/webhook/a/b/REDACTED"},
		{"escaped key, broken escapes", "/x%zz%/executions/webhook/a/b/%4B%45%59%", "/x%zz%/executions/webhook/a/b/REDACTED"},
		{"empty key", "/api/v1/executions/webhook/a/b/?x", "/api/v1/executions/webhook/a/REDACTED?x"},
		{"one segment", "/api/v1/executions/webhook/KEY?x", "/api/v1/executions/webhook/REDACTED?x"},
		{"one segment and a slash", "/api/v1/executions/webhook/KEY/", "/api/v1/executions/webhook/REDACTED"},
		{"one segment behind slashes", "/api/v1/executions/webhook//%2FKEY", "/api/v1/executions/webhook//REDACTED"},
		{"no segment", "/api/v1/executions/webhook/?x", "/api/v1/executions/webhook/?x"},
		{"URL as a parameter of a parameter", "/login?to=%2Flogin%3Fto%3D%252Fapi%252Fv1%252Fexecutions%252Fwebhook%252fa%252Fb%252FKEY", "/login?to=%2Flogin%3Fto%3D%252Fapi%252Fv1%252Fexecutions%252Fwebhook%252fa%252Fb%252FREDACTED"},
	}
	for _, test := range tests {
		got := RedactURL(test.uri)
		if got != test.want {
			t.Errorf("%s: RedactURL(%q) = %q, want %q", test.name, test.uri, got, test.want)
		}
		if again := RedactURL(got); again != got {
			t.Errorf("%s: redacted twice: %q, want %q", test.name, again, got)
		}
	}
}

func TestRedactPath(t *testing.T) {
	for _, test := range []struct{ name, uri, want string }{
		{"another path", "/hook/KEY", "/hook/KEY"},
		{"behind", "/hooks/a/b/KEY?x=/y", "/hooks/REDACTED?x=/y"},
		{"whole URL", "https://example.com/hooks/KEY", "https://example.com/hooks/REDACTED"},
		{"in the query", "/hooks/KEY?to=/hooks/KEY", "/hooks/REDACTED?to=/hooks/REDACTED"},
		{"escaped", "/login?to=%2Fhooks%2FKEY&to=%252Fhooks%252fKEY", "/login?to=%2Fhooks%2FREDACTED"},
		{"nothing behind", "/hooks/?KEY=x", "/hooks/?KEY=x"},
	} {
		if got := RedactPath("/hooks/", test.uri); got != test.want {
			t.Errorf("%s: RedactPath(%q) = %q, want %q", test.name, test.uri, got, test.want)
		}
	}
}

// FuzzParseURL checks that a URL that was parsed names the same trigger when it is escaped again, and that redaction removes
// the key and nothing else.
func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		Prefix + "company.team/hello/abc123", PrefixMain + "a/b/c%2Fd", Prefix + "a/b/c%25%32%46", Prefix + "a/b/%2e%2e",
		Prefix + "a/b/c/", Prefix + "//", Prefix + "a/b/%zz", "/api/v1/x/executions/webhook/a/b/c", PrefixMain + "a/b/+&;!()'%C3%28",
		Prefix + "executions/webhook/executions/webhook/a/b/c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if strings.Contains(path, "?") { // the path of a URL has no question mark
			return
		}
		target, ok := ParseURL(path)
		redacted := RedactURL(path)
		if RedactURL(redacted) != redacted {
			t.Fatalf("redacted twice: %q, once: %q", RedactURL(redacted), redacted)
		}
		if !ok {
			if target != (Target{}) {
				t.Fatalf("no target, and yet %+v", target)
			}
			return
		}
		if !IsURL(path) {
			t.Fatal("parses and is no webhook URL")
		}
		slash := strings.LastIndexByte(path, '/')
		kept, ok := strings.CutSuffix(redacted, Redacted)
		if !ok || !strings.HasPrefix(path[:slash+1], kept) {
			t.Fatalf("redacted to %q, want %q", redacted, path[:slash+1]+Redacted)
		}
		if kept != path[:slash+1] && !strings.ContainsAny(target.Namespace+target.FlowID, "/%") {
			t.Fatalf("redacted to %q, want %q", redacted, path[:slash+1]+Redacted)
		}
		for _, prefix := range []string{Prefix, PrefixMain} {
			again := prefix + url.PathEscape(target.Namespace) + "/" + url.PathEscape(target.FlowID) + "/" + url.PathEscape(target.Key)
			if got, ok := ParseURL(again); !ok || got != target {
				t.Fatalf("%q gives %+v, %v, want %+v", again, got, ok, target)
			}
		}
	})
}
