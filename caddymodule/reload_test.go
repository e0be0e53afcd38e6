package caddymodule

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/google/go-cmp/cmp"
)

// theApp returns the app of the configuration that serves.
func theApp(t *testing.T) *App {
	t.Helper()
	app, err := caddy.ActiveContext().App("kestra")
	if err != nil {
		t.Fatal(err)
	}
	return app.(*App)
}

// findingTexts are findings with the revisions that serve, without the folder.
func findingTexts(found []FlowFinding, dir string) []string {
	lines := []string{}
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%s (%d)", strings.ReplaceAll(f.Error(), dir+"/", ""), f.ServesRevision))
	}
	return lines
}

// TestReloadFlows edits folders that are not watched.
func TestReloadFlows(t *testing.T) {
	s := newServer(t)
	e := edits{t, writeFlows(t, map[string]string{"a.yml": edition("a", "One"), "c.yml": brokenFlow}), s}
	s.serve("kestra {\nwatch off\nbase_url https://example.com\n}", "kestra_webhook * "+e.dir)
	app := theApp(t)
	const broken = ":3:8: tasks: must be a list, is a string (%d)"
	serves := func(want ...string) {
		t.Helper()
		var got []string
		for _, f := range app.ServedFlows() {
			got = append(got, fmt.Sprint(f.ID, " ", f.Revision))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("flows that serve (-want +got):\n%s", diff)
		}
	}
	serves("a 1")
	if diff := cmp.Diff([]string{"c.yml" + fmt.Sprintf(broken, 0)}, findingTexts(app.FlowFindings(), e.dir)); diff != "" {
		t.Errorf("findings of the configuration (-want +got):\n%s", diff)
	}
	e.write("a.yml", edition("a", "Two"))
	e.write("b.yml", edition("b", "One"))
	e.remove("c.yml")
	e.answers(map[string]string{"a": "One", "b": ""})
	for _, step := range []struct {
		edit   func()
		want   []string
		serves []string
	}{
		{func() {}, []string{}, []string{"a 2", "b 1"}},
		{func() { e.write("a.yml", brokenFlow) }, []string{"a.yml" + fmt.Sprintf(broken, 2)}, []string{"a 2", "b 1"}},
		{func() { e.write("b.yml", edition("a", "Three")) }, []string{
			"a.yml" + fmt.Sprintf(broken, 2), "b.yml:1:5: id: flow company.team/a is already defined at a.yml:1:5 (1)",
		}, []string{"a 2", "b 1"}},
		{func() { e.write("a.yml", edition("c", "One")) }, []string{}, []string{"a 3", "c 1"}},
		{func() { e.remove("b.yml") }, []string{}, []string{"c 1"}},
	} {
		step.edit()
		found, err := app.ReloadFlows(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, findingTexts(found, e.dir)); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		serves(step.serves...)
	}
	e.write("d.yml", brokenFlow)
	if found, err := app.ReloadFlows(t.Context()); err != nil || len(found) != 1 {
		t.Errorf("findings %v, %v", findingTexts(found, e.dir), err)
	}
	metrics := map[string]float64{"kestra_webhook_flow_errors": 1, "kestra_webhook_flow_load_errors_total": 4}
	families, err := app.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		m := family.GetMetric()[0]
		if want, ok := metrics[family.GetName()]; ok && m.GetGauge().GetValue()+m.GetCounter().GetValue() != want {
			t.Errorf("metric %v, want %v", family, want)
		}
	}
	before := theHandler(t, app).compiled.Load()
	if _, err := app.ReloadFlows(t.Context()); err != nil || theHandler(t, app).compiled.Load() != before {
		t.Errorf("nothing was edited, and the site is another one (%v)", err)
	}

	s.serve("", "respond next")
	if _, err := app.ReloadFlows(t.Context()); !errors.Is(err, errReleased) {
		t.Errorf("error %v of a configuration that was replaced", err)
	}
}

func theHandler(t *testing.T, app *App) *Handler {
	t.Helper()
	if len(app.sites) != 1 {
		t.Fatalf("%d sites", len(app.sites))
	}
	return app.sites[0]
}

// TestFindingsOfEditsAreLoggedOnce breaks a flow, edits another one, mends the first and breaks it again.
func TestFindingsOfEditsAreLoggedOnce(t *testing.T) {
	s := newServer(t)
	e := edits{t, writeFlows(t, map[string]string{"a.yml": brokenFlow, "b.yml": edition("b", "0")}), s}
	s.serve("kestra {\nwatch off\n}", "kestra_webhook * "+e.dir)
	app := theApp(t)
	for i, step := range []struct {
		name, text string
		want       int // lines so far
	}{
		{"b.yml", edition("b", "1"), 1},
		{"a.yml", edition("a", "1"), 1},
		{"a.yml", brokenFlow, 2},
		{"b.yml", edition("b", "2"), 2},
		{"b.yml", brokenFlow, 3},
	} {
		e.write(step.name, step.text)
		if _, err := app.ReloadFlows(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(s.log(), ":3:8: tasks: must be a list"); n != step.want {
			t.Errorf("step %d: %d lines, want %d", i, n, step.want)
		}
		if n := app.flows.refused.Load(); n != int64(step.want) {
			t.Errorf("step %d: %d errors counted, want %d", i, n, step.want)
		}
	}
}

// TestEditsOfTwoSites has a folder that two sites share, and one of one of them alone.
func TestEditsOfTwoSites(t *testing.T) {
	s := newServer(t)
	e := edits{t, t.TempDir(), s}
	e.write("shared/a.yml", edition("a", "One"))
	e.write("own/b.yml", edition("b", "One"))
	s.serve("kestra {\nwatch off\nflows "+e.path("shared")+"\n}", "@first header Site first\nkestra_webhook @first {\nflows "+e.path("own")+"\n}\nkestra_webhook\n")
	app := theApp(t)
	get := func(site, id string) answer {
		t.Helper()
		return s.do(http.MethodGet, webhookPath(id), "", "Site", site)
	}
	second := app.sites[0]
	if len(app.sites) != 2 {
		t.Fatalf("%d sites, want 2", len(app.sites))
	}
	if len(second.FlowDirs) > 0 {
		second = app.sites[1]
	}
	before := second.compiled.Load()
	e.write("own/b.yml", edition("b", "Two"))
	if _, err := app.ReloadFlows(t.Context()); err != nil {
		t.Fatal(err)
	}
	get("first", "b").want(t, 200, "Two")
	get("second", "b").want(t, 404, "")
	if second.compiled.Load() != before {
		t.Error("a site without the flow was made anew")
	}
	e.write("shared/a.yml", edition("a", "Two"))
	if _, err := app.ReloadFlows(t.Context()); err != nil {
		t.Fatal(err)
	}
	get("first", "a").want(t, 200, "Two")
	get("second", "a").want(t, 200, "Two")
}

// TestEditsUnderWay edits and removes a flow while a request is being sent to it and an execution of it runs.
func TestEditsUnderWay(t *testing.T) {
	reached, release := make(chan bool), make(chan bool)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case reached <- true:
			<-release
		case <-r.Context().Done():
		}
	}))
	defer slow.Close()
	defer close(release)
	waits := func(version string) string {
		return strings.Replace(edition("a", version), "tasks:\n", "tasks:\n  - id: slow\n    type: io.kestra.plugin.core.http.Request\n    uri: "+slow.URL+"\n", 1)
	}
	for _, tc := range []struct {
		name string
		edit func(e edits)
	}{
		{"edited", func(e edits) {
			e.write("a.yml", edition("a", "Two"))
			e.logs("flows were edited")
			e.answers(map[string]string{"a": "Two"})
		}},
		{"removed", func(e edits) { e.remove("a.yml"); e.logs("flows were edited"); e.answers(map[string]string{"a": ""}) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			e := edits{t, writeFlows(t, map[string]string{"a.yml": waits("One"), "b.yml": edition("b", "One")}), s}
			s.serve("", "kestra_webhook * "+e.dir)
			sending := s.begin(webhookPath("a"))
			runs := s.begin(webhookPath("a"))
			runs.send(": 1}")
			<-reached
			tc.edit(e)
			sending.send(": 1}")
			<-reached
			release <- true
			release <- true
			sending.answer().want(t, 200, `"greeting":"One `)
			runs.answer().want(t, 200, `"greeting":"One `)
		})
	}
}

// TestReloadKeepsWhatABrokenFileServed reloads the configuration while a file has an error.
func TestReloadKeepsWhatABrokenFileServed(t *testing.T) {
	s := newServer(t)
	e := edits{t, writeFlows(t, map[string]string{"a.yml": edition("a", "One"), "b.yml": edition("b", "One")}), s}
	serve := func(option string) error {
		return s.load("kestra {\nwatch off\n"+option+"\n}", "kestra_webhook * "+e.dir)
	}
	must := func() {
		t.Helper()
		if err := serve(""); err != nil {
			t.Fatal(err)
		}
	}
	must()
	unchanged := theHandler(t, theApp(t)).compiled.Load().set.Flow("company.team", "b")
	e.write("a.yml", brokenFlow)
	must()
	e.answers(map[string]string{"a": "One", "b": "One"})
	if diff := cmp.Diff([]string{"a.yml:3:8: tasks: must be a list, is a string (1)"}, findingTexts(theApp(t).FlowFindings(), e.dir)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if theHandler(t, theApp(t)).compiled.Load().set.Flow("company.team", "b") != unchanged {
		t.Error("a flow whose file did not change was loaded again")
	}
	must()
	e.answers(map[string]string{"a": "One"})
	if err := serve("strict"); err == nil {
		t.Error("no error with strict")
	}
	e.write("c.yml", edition("a", "Two")) // who has no error has the name
	must()
	e.answers(map[string]string{"a": "Two"})
	e.write("a.yml", edition("d", "One"))
	must()
	e.answers(map[string]string{"a": "Two", "d": "One"})
	e.remove("a.yml")
	must()
	e.answers(map[string]string{"d": ""})
}

// TestEditsAcrossReloads checks that what is edited while a configuration is loaded is not missed, and that the watch of a
// configuration ends with it: only one tells of each edit.
func TestEditsAcrossReloads(t *testing.T) {
	s := newServer(t)
	e := edits{t, writeFlows(t, map[string]string{"a.yml": edition("a", "v0")}), s}
	const reloads = 5
	for i := range reloads {
		s.serve("", "kestra_webhook * "+e.dir)
		version := fmt.Sprint("v", i+1)
		e.write("a.yml", edition("a", version))
		e.answers(map[string]string{"a": version})
	}
	if n := strings.Count(s.log(), "flows were edited"); n != reloads {
		t.Errorf("%d edits were told, want %d", n, reloads)
	}
}
