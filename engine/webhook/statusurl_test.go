package webhook

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
)

func TestParseStatusURL(t *testing.T) {
	const ns, flow = "company.team", "hello"
	for _, test := range []struct {
		name, rest string // after the prefix
		want       Target
		token      string // "": refused
	}{
		{"plain", "company.team/hello/-/abc123", Target{ns, flow, ""}, "abc123"},
		{"in the letters of tokens", "company.team/hello/-/a-b_C", Target{ns, flow, ""}, "a-b_C"},
		{"escaped", "company%2Eteam/hell%6F/%2D/%61-%62", Target{ns, flow, ""}, "a-b"},
		{"encoded slash in the token", "company.team/hello/-/a%2Fb", Target{ns, flow, ""}, "a/b"},
		{"a webhook", "company.team/hello/abc", Target{}, ""},
		{"the key -", "company.team/hello/-", Target{}, ""},
		{"no token", "company.team/hello/-/", Target{}, ""},
		{"another segment", "company.team/hello/abc/token", Target{}, ""},
		{"more than the segment", "company.team/hello/--/token", Target{}, ""},
		{"nothing for the segment", "company.team/hello//token", Target{}, ""},
		{"trailing slash", "company.team/hello/-/abc/", Target{}, ""},
		{"segment behind", "company.team/hello/-/abc/d", Target{}, ""},
		{"many segments behind", "company.team/hello/-/abc/d/e/f", Target{}, ""},
		{"no flow", "company.team//-/abc", Target{}, ""},
		{"no namespace", "/hello/-/abc", Target{}, ""},
		{"dots", "company.team/../-/abc", Target{}, ""},
		{"encoded dots as the token", "company.team/hello/-/%2e%2E", Target{}, ""},
		{"encoded slash as the separator", "company.team/hello/-%2Fabc", Target{}, ""},
		{"broken escape", "company.team/hello/-/%zz", Target{}, ""},
	} {
		for _, prefix := range []string{Prefix, PrefixMain} {
			got, token, ok := ParseStatusURL(prefix + test.rest)
			if diff := cmp.Diff(test.want, got); ok != (test.token != "") || token != test.token || diff != "" {
				t.Errorf("%s: ParseStatusURL(%q): token %q, ok = %v, target (-want +got):\n%s", test.name, prefix+test.rest, token, ok, diff)
			}
			if _, webhook := ParseURL(prefix + test.rest); ok && webhook {
				t.Errorf("%s: is the URL of a webhook too", test.name)
			}
		}
	}
	for _, path := range []string{"", "/company.team/hello/-/abc", "/api/v1/other/executions/webhook/a/b/-/c"} {
		if _, _, ok := ParseStatusURL(path); ok {
			t.Errorf("ParseStatusURL(%q) finds one", path)
		}
	}
}

func TestStatusPath(t *testing.T) {
	const rest = "a.b/c/"
	for _, test := range []struct{ name, original, path, want string }{
		{"without tenant", Prefix + rest + "KEY", Prefix + rest + "KEY", Prefix + rest + "-/TOKEN"},
		{"tenant main", PrefixMain + rest + "KEY", PrefixMain + rest + "KEY", PrefixMain + rest + "-/TOKEN"},
		{"of a status URL", PrefixMain + rest + "-/T", PrefixMain + rest + "-/T", PrefixMain + rest + "-/TOKEN"},
		{"escapes stay", Prefix + "a%2Eb/%63/K%2FEY", Prefix + "a%2Eb/%63/K%2FEY", Prefix + "a%2Eb/%63/-/TOKEN"},
		{"short", "/hooks/" + rest + "KEY", Prefix + rest + "KEY", "/hooks/" + rest + "-/TOKEN"},
		{"short, of a status URL", "/hooks/" + rest + "-/T", Prefix + rest + "-/T", "/hooks/" + rest + "-/TOKEN"},
		{"at the root", "/" + rest + "KEY", Prefix + rest + "KEY", "/" + rest + "-/TOKEN"},
		{"below another path", "/app" + PrefixMain + rest + "KEY", Prefix + rest + "KEY", "/app" + PrefixMain + rest + "-/TOKEN"},
		{"written in another way", "/hooks/" + rest + "K%45Y", Prefix + rest + "KEY", Prefix + rest + "-/TOKEN"},
		{"with the flow alone", "/hooks/c/KEY", Prefix + rest + "KEY", Prefix + rest + "-/TOKEN"},
		{"with nothing of it", "/go", Prefix + rest + "KEY", Prefix + rest + "-/TOKEN"},
		{"like a host", "//evil.example/" + rest + "KEY", Prefix + rest + "KEY", Prefix + rest + "-/TOKEN"},
		{"the namespace is the end of a longer one", "/x" + rest + "KEY", Prefix + rest + "KEY", Prefix + rest + "-/TOKEN"},
	} {
		if got := StatusPath(test.original, test.path, "TOKEN"); got != test.want {
			t.Errorf("%s: StatusPath(%q, %q) = %q, want %q", test.name, test.original, test.path, got, test.want)
		}
	}
}

func TestStatusWait(t *testing.T) {
	for _, test := range []struct {
		query string
		want  time.Duration // -1: refused
	}{
		{"", 0},
		{"other=1", 0},
		{"waits=1s", 0},
		{"wait=10s", 10 * time.Second},
		{"wait=PT10S", 10 * time.Second},
		{"a=b&wait=1m30s&wait=5s", 90 * time.Second},
		{"wa%69t=%31s", time.Second},
		{"wait=0s", 0},
		{"wait=0", 0},
		{"wait=9999h", 9999 * time.Hour},
		{"wait=10", -1},
		{"wait=", -1},
		{"wait", -1},
		{"wait=-1s", -1},
		{"wait=true", -1},
		{"wait=P1Y", -1},
	} {
		got, err := (&Request{RawQuery: test.query}).StatusWait()
		if want := max(test.want, 0); got != want || (err != nil) != (test.want < 0) {
			t.Errorf("%q: %v, %v, want %v", test.query, got, err, test.want)
		}
	}
}

// FuzzStatusURL checks that the URL of a token leads to its execution and to no other, whatever names it has, and that what comes in its
// place leads nowhere and shows nothing of itself when it is redacted.
func FuzzStatusURL(f *testing.F) {
	tokens := NewTokens([]byte("secret"))
	const id = "00000Gb3L2HtA5dVS9kWc1"
	token := tokens.Make("company.team", "hello", id)
	for _, path := range []string{
		Prefix + "company.team/hello/-/" + token, PrefixMain + "company.team/hello/%2d/" + token, Prefix + "company.team/hello/-/" + id,
		Prefix + "company.team/hell/-/" + token, Prefix + "a/b/-/c/d", Prefix + "a/b/-/", Prefix + "a/b/-", Prefix + "a%2Fb/%2D/-/" + token,
		PrefixMain + "company.team/hello/-/" + token[:len(token)-1] + "%5F", "/hooks/company.team/hello/-/" + token, Prefix + "-/-/-/-",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if strings.Contains(path, "?") { // the path of a URL has no question mark
			return
		}
		target, got, ok := ParseStatusURL(path)
		if !ok {
			if target != (Target{}) || got != "" {
				t.Fatalf("no status URL, and yet %+v, %q", target, got)
			}
			return
		}
		if _, webhook := ParseURL(path); webhook || !IsURL(path) || target.Key != "" || got == "" {
			t.Fatalf("%+v, %q", target, got)
		}
		if opened, ok := tokens.Open(target.Namespace, target.FlowID, got); ok != (opened != "") || ok && tokens.Make(target.Namespace, target.FlowID, opened) != got {
			t.Fatalf("%q opens %q, %v", got, opened, ok)
		} else if ok && (len(opened) < execution.MinIDLength || got != token) {
			t.Fatalf("%q was found out", got)
		}
		if end := path[strings.LastIndexByte(path, '/'):]; strings.HasSuffix(RedactURL(path), end) && end != "/"+Redacted {
			t.Fatalf("redacted to %q", RedactURL(path))
		}
		made := tokens.Make(target.Namespace, target.FlowID, id)
		for _, original := range []string{path, "/hooks/" + strings.TrimPrefix(strings.TrimPrefix(path, PrefixMain), Prefix), "/x"} {
			// A short URL has a prefix of its own, and is parsed behind that of webhooks.
			again := StatusPath(original, path, made)
			if rest, short := strings.CutPrefix(again, "/hooks/"); short {
				again = Prefix + rest
			}
			if next, token, ok := ParseStatusURL(again); !ok || next != target || token != made {
				t.Fatalf("%q for %q gives %+v, %q, %v", again, original, next, token, ok)
			}
		}
		if next, token, ok := ParseStatusURL(Prefix + url.PathEscape(target.Namespace) + "/" + url.PathEscape(target.FlowID) + "/-/" + url.PathEscape(got)); !ok || next != target || token != got {
			t.Fatalf("escaped anew: %+v, %q, %v", next, token, ok)
		}
	})
}

// BenchmarkParseURL parses the URL of a webhook, which status URLs must not make slower.
func BenchmarkParseURL(b *testing.B) {
	const path = PrefixMain + "company.team/webhook_flow/4wjtkzwVGBM9yKnjm3yv8r"
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := ParseURL(path); !ok {
			b.Fatal("is none")
		}
	}
}

// TestParseURLAllocates checks that nothing is allocated for the URL of a webhook.
func TestParseURLAllocates(t *testing.T) {
	const path = PrefixMain + "company.team/webhook_flow/4wjtkzwVGBM9yKnjm3yv8r"
	if n := testing.AllocsPerRun(100, func() { ParseURL(path) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
