package postgresql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		text string
		want []statement
	}{
		{"", nil},
		{" ; -- x\n ;/* ; */;", nil},
		{"select 1", []statement{{text: "select 1"}}},
		{"select 1; select 2;\n", []statement{{text: "select 1"}, {text: "select 2"}}},
		{"select ';', \";\", $$;$$, $a$;$b$;$a$, E'\\';', e'a''b;'; x", []statement{{text: "select ';', \";\", $$;$$, $a$;$b$;$a$, E'\\';', e'a''b;'"}, {text: "x"}}},
		{"select 'it''s;'; select '\\'; x", []statement{{text: "select 'it''s;'"}, {text: "select '\\'"}, {text: "x"}}},
		{"select 1 -- a; b\n, 2; /* /* ; */ ; */ x", []statement{{text: "select 1 -- a; b\n, 2"}, {text: "/* /* ; */ ; */ x"}}},
		{"select a$b$c; select $1", []statement{{text: "select a$b$c"}, {text: "select $1"}}},
		{"select :a, :b_1, :a", []statement{{text: "select $1, $2, $1", names: []string{"a", "b_1"}}}},
		{"select :a::text, x::int, ':a', \":a\" -- :a", []statement{{text: "select $1::text, x::int, ':a', \":a\" -- :a", names: []string{"a"}}}},
		{"select a[1:2], :b; select :b", []statement{{text: "select a[1:2], $1", names: []string{"b"}}, {text: "select $1", names: []string{"b"}}}},
		{"select 'a", []statement{{text: "select 'a"}}},
		{"select E'\\", []statement{{text: "select E'\\"}}},
		{"select :", []statement{{text: "select :"}}},
		{"select /* a", []statement{{text: "select /* a"}}},
	} {
		if diff := cmp.Diff(test.want, split(test.text, true), cmp.AllowUnexported(statement{})); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
	if got := split("select :a", false); len(got) != 1 || got[0].text != "select :a" {
		t.Errorf("without names: %v", got)
	}
}

// FuzzSplit divides texts: without names, all that is left out are semicolons, blanks and comments.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{"select 1; select :a", "'a''b';$x$;$x$", "E'\\';'--\n;/**/", "a::b:c", "\";\"", ":\u00e9", "\u3000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range split(text, true) {
			if len(s.names) > strings.Count(text, ":") {
				t.Errorf("%q has the parameters %q", text, s.names)
			}
		}
		at := 0
		for _, s := range split(text, false) {
			n := strings.Index(text[at:], s.text)
			if n < 0 || s.text == "" || len(s.names) > 0 {
				t.Fatalf("%q has the statement %q", text, s.text)
			}
			at += n + len(s.text)
		}
	})
}

func TestParseURL(t *testing.T) {
	for _, test := range []struct {
		text string
		want address
		err  string
	}{
		{"jdbc:postgresql://db.example.com:5433/shop", address{hosts: []host{{"db.example.com", 5433}}, database: "shop"}, ""},
		{" jdbc:postgresql://db/ ", address{hosts: []host{{"db", 5432}}}, ""},
		{"jdbc:postgresql://db", address{hosts: []host{{"db", 5432}}}, ""},
		{"jdbc:postgresql:shop", address{hosts: []host{{"localhost", 5432}}, database: "shop"}, ""},
		{"jdbc:postgresql://a,b:1,[::1]:2/x%20y", address{hosts: []host{{"a", 5432}, {"b", 1}, {"::1", 2}}, database: "x y"}, ""},
		{"jdbc:postgresql://db/x?user=u&password=p%26&sslmode=require&currentSchema=s&ApplicationName=a&prepareThreshold=0", address{
			hosts: []host{{"db", 5432}}, database: "x", user: "u", password: "p&", sslMode: "require", settings: map[string]string{"search_path": "s", "application_name": "a"},
		}, ""},
		{"jdbc:postgresql://db/x?ssl=true", address{hosts: []host{{"db", 5432}}, database: "x", sslMode: "verify-full"}, ""},
		{"postgresql://db/x", address{}, `must begin with "jdbc:postgresql:"`},
		{"jdbc:mysql://db/x", address{}, `must begin with "jdbc:postgresql:"`},
		{"jdbc:postgresql://db:x/y", address{}, "has a port that is none"},
		{"jdbc:postgresql://db:70000/y", address{}, "has a port that is none"},
		{"jdbc:postgresql://u:secret@db/y", address{}, "has a"},
		{"jdbc:postgresql://db/x?password=%", address{}, "has a parameter that is broken"},
		{"jdbc:postgresql://db/x?sslrootcert=/etc/x", address{}, "sslrootcert, which is not supported here"},
	} {
		got, err := parseURL(test.text)
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %s", test.text, err, test.err)
			continue
		}
		if test.want.settings == nil {
			test.want.settings = map[string]string{}
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(address{}, host{})); err == nil && diff != "" {
			t.Errorf("%s: %s", test.text, diff)
		}
	}
}

// FuzzParseURL reads URLs: none panics, and what is read has a host.
func FuzzParseURL(f *testing.F) {
	for _, text := range []string{"jdbc:postgresql://a:1,b/c?user=u&password=%20", "jdbc:postgresql:x", "jdbc:postgresql://[::1]/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseURL(text)
		if err != nil {
			return
		}
		for _, h := range a.hosts {
			if h.name == "" || h.port == 0 {
				t.Errorf("%q has the host %v", text, h)
			}
		}
	})
}
