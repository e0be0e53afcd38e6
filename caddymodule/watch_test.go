package caddymodule

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// edition is a flow whose webhook answers with a version.
func edition(id, version string) string {
	return strings.Replace(webhookFlow(id, waitForOutputs), "Hello", version, 1)
}

// edits has helpers for changes of a folder. Its files are named by paths below it.
type edits struct {
	t   *testing.T
	dir string
	s   *server
}

func (e edits) path(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

func (e edits) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e edits) write(name, text string) {
	e.t.Helper()
	e.must(os.MkdirAll(filepath.Dir(e.path(name)), 0o755))
	e.must(os.WriteFile(e.path(name), []byte(text), 0o644))
}

// replace writes as many editors do: beside the file, and then in its place.
func (e edits) replace(name, text string) {
	e.t.Helper()
	e.write("."+filepath.Base(name)+".swp", text)
	e.rename("."+filepath.Base(name)+".swp", name)
}

func (e edits) remove(name string) { e.t.Helper(); e.must(os.RemoveAll(e.path(name))) }

func (e edits) rename(from, to string) { e.t.Helper(); e.must(os.Rename(e.path(from), e.path(to))) }

func (e edits) link(target, name string) { e.t.Helper(); e.must(os.Symlink(target, e.path(name))) }

// answers waits until flows answer with these texts; "" means 404.
func (e edits) answers(want map[string]string) {
	e.t.Helper()
	for id, text := range want {
		waitFor(e.t, fmt.Sprintf("flow %s to answer %q", id, text), func() bool {
			a := e.s.get(webhookPath(id))
			if text == "" {
				return a.status == 404
			}
			return a.status == 200 && strings.Contains(a.body, `"greeting":"`+text+" ")
		})
	}
}

// logs waits for a text in the log of the app.
func (e edits) logs(want string) {
	e.t.Helper()
	waitFor(e.t, "a log line with "+want, func() bool { return strings.Contains(e.s.log(), want) })
}

const brokenFlow = "id: a\nnamespace: company.team\ntasks: none\n"

func TestEdits(t *testing.T) {
	flows := map[string]string{"a.yml": edition("a", "One"), "sub/b.yml": edition("b", "One")}
	for _, tc := range []struct {
		name string
		edit func(e edits)
		want map[string]string // what flows answer then
		logs string
	}{
		{
			"file written in place",
			func(e edits) { e.write("a.yml", edition("a", "Two")) },
			map[string]string{"a": "Two", "b": "One"},
			`"changed":["company.team/a"]`,
		},
		{
			"file replaced by another",
			func(e edits) { e.replace("a.yml", edition("a", "Two")) },
			map[string]string{"a": "Two", "b": "One"},
			"",
		},
		{
			"file removed and written",
			func(e edits) { e.remove("a.yml"); e.write("a.yml", edition("a", "Two")) },
			map[string]string{"a": "Two"},
			"",
		},
		{
			"new file",
			func(e edits) { e.write("c.yaml", edition("c", "One")) },
			map[string]string{"a": "One", "c": "One"},
			`"added":["company.team/c"]`,
		},
		{
			"new folder, and an edit in it",
			func(e edits) {
				e.write("new/deep/c.yaml", edition("c", "One"))
				e.answers(map[string]string{"c": "One"})
				e.write("new/deep/c.yaml", edition("c", "Two"))
			},
			map[string]string{"c": "Two"},
			"",
		},
		{
			"removed file",
			func(e edits) { e.remove("a.yml") },
			map[string]string{"a": "", "b": "One"},
			`"removed":["company.team/a"]`,
		},
		{
			"removed folder that comes back",
			func(e edits) {
				e.remove("sub")
				e.answers(map[string]string{"a": "One", "b": ""})
				e.write("sub/b.yml", edition("b", "Two"))
			},
			map[string]string{"b": "Two"},
			"",
		},
		{
			"moved file",
			func(e edits) { e.rename("a.yml", "sub/z.yml") },
			map[string]string{"a": "One"},
			`"changed":["company.team/a"]`,
		},
		{
			"other id",
			func(e edits) { e.write("a.yml", edition("c", "One")) },
			map[string]string{"a": "", "c": "One"},
			"",
		},
		{
			"two files that change their ids with each other",
			func(e edits) { e.write("a.yml", edition("b", "Two")); e.write("sub/b.yml", edition("a", "Two")) },
			map[string]string{"a": "Two", "b": "Two"},
			"",
		},
		{
			"broken file",
			func(e edits) {
				e.write("a.yml", brokenFlow)
				e.logs(`a.yml:3:8: tasks: `)
				e.logs(`"serves_revision":1`)
			},
			map[string]string{"a": "One"},
			"",
		},
		{
			"broken file, mended",
			func(e edits) {
				e.write("a.yml", brokenFlow)
				e.logs(`a.yml:3:8: tasks: `)
				e.write("a.yml", edition("a", "Two"))
			},
			map[string]string{"a": "Two"},
			"",
		},
		{
			"new file that is broken",
			func(e edits) { e.write("c.yml", brokenFlow); e.logs("c.yml:3:8: ") },
			map[string]string{"a": "One"},
			"",
		},
		{
			"newcomer with a name that is taken",
			func(e edits) { e.write("A.yml", edition("a", "Two")) },
			map[string]string{"a": "One"},
			"A.yml:1:5: id: flow company.team/a is already defined at ",
		},
		{
			"edit that takes a name",
			func(e edits) { e.write("a.yml", edition("b", "Two")); e.logs("is already defined at ") },
			map[string]string{"a": "One", "b": "One"},
			`"serves_revision":1`,
		},
		{
			"newcomer whose name is given up",
			func(e edits) {
				e.write("A.yml", edition("a", "Two"))
				e.logs("is already defined at ")
				e.remove("a.yml")
			},
			map[string]string{"a": "Two"},
			"",
		},
		{
			"keys that are equal",
			func(e edits) {
				before, trigger, _ := strings.Cut(edition("a", "Two"), "triggers:\n")
				e.write("a.yml", before+"triggers:\n"+trigger+strings.Replace(trigger, "webhook", "again", 1))
			},
			map[string]string{"a": "Two"},
			"a.yml:19:10: triggers[1].key: ",
		},
		{
			"key that cannot be rendered",
			func(e edits) {
				e.write("a.yml", strings.Replace(edition("a", "Two"), key, `"{{ secret('NOWHERE') }}"`, 1))
			},
			map[string]string{"a": ""},
			"there is no secret 'NOWHERE'",
		},
		{
			"flow that another one starts",
			func(e edits) {
				e.write("c.yml", strings.Replace(edition("c", "One"), "tasks:\n", "tasks:\n  - id: sub\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: company.team\n    flowId: d\n", 1))
			},
			nil, "there is no flow company.team/d, so the task fails",
		},
		{
			"link to nowhere in place of a file",
			func(e edits) { e.link("nowhere", ".a"); e.rename(".a", "a.yml"); e.logs("cannot be read") },
			map[string]string{"a": "One"},
			"",
		},
		{
			"all files removed",
			func(e edits) { e.remove("sub"); e.remove("a.yml") },
			map[string]string{"a": "", "b": ""},
			"flow directory holds no",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			e := edits{t, writeFlows(t, flows), s}
			s.serve("kestra {\nstrict\n}", "kestra_webhook * "+e.dir)
			tc.edit(e)
			if tc.logs != "" {
				e.logs(tc.logs)
			}
			e.answers(tc.want)
			if log := s.log(); strings.Contains(log, key) {
				t.Errorf("the log holds the key:\n%s", log)
			}
		})
	}
}

// TestEditsOfLinks has folders that are put in place by links and renaming.
func TestEditsOfLinks(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before func(e edits)
		flows  string // the folder that is served
		edit   func(e edits)
		want   string // what flow a answers then
	}{
		{
			"ConfigMap of Kubernetes",
			func(e edits) {
				e.write("flows/..1/a.yml", edition("a", "One"))
				e.link("..1", "flows/..data")
				e.link("..data/a.yml", "flows/a.yml")
			}, "flows",
			func(e edits) {
				e.write("flows/..2/a.yml", edition("a", "Two"))
				e.link("..2", "flows/..data_tmp")
				e.rename("flows/..data_tmp", "flows/..data")
				e.remove("flows/..1")
			}, "Two",
		},
		{
			"release by a link on the way",
			func(e edits) {
				e.write("releases/1/flows/a.yml", edition("a", "One"))
				e.link("releases/1", "current")
			}, "current/flows",
			func(e edits) {
				e.write("releases/2/flows/a.yml", edition("a", "Two"))
				e.link("releases/2", "next")
				e.rename("next", "current")
				e.answers(map[string]string{"a": "Two"})
				e.write("releases/2/flows/a.yml", edition("a", "Three"))
			}, "Three",
		},
		{
			"folder replaced by another",
			func(e edits) { e.write("flows/a.yml", edition("a", "One")) }, "flows",
			func(e edits) {
				e.write("next/a.yml", edition("a", "Two"))
				e.rename("flows", "last")
				e.logs("no such file or directory; the flows of this folder serve as they were")
				e.answers(map[string]string{"a": "One"})
				e.rename("next", "flows")
				e.answers(map[string]string{"a": "Two"})
				e.write("flows/a.yml", edition("a", "Three"))
			}, "Three",
		},
		{
			"link to a file elsewhere",
			func(e edits) {
				e.write("elsewhere/a.yml", edition("a", "One"))
				e.write("flows/b.yml", edition("b", "One"))
				e.link("../elsewhere/a.yml", "flows/a.yml")
			}, "flows",
			func(e edits) { e.write("elsewhere/a.yml", edition("a", "Two")) }, "Two",
		},
		{
			"link to a folder elsewhere",
			func(e edits) {
				e.write("elsewhere/a.yml", edition("a", "One"))
				e.write("flows/b.yml", edition("b", "One"))
				e.link("../elsewhere", "flows/sub")
			}, "flows",
			func(e edits) { e.write("elsewhere/a.yml", edition("a", "Two")) }, "Two",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			e := edits{t, t.TempDir(), s}
			tc.before(e)
			s.serve("kestra {\nflows "+e.path(tc.flows)+"\n}", "kestra_webhook")
			e.answers(map[string]string{"a": "One"})
			tc.edit(e)
			e.answers(map[string]string{"a": tc.want})
		})
	}
}

// TestPoll has a change of which the system tells nothing: a folder far above is renamed.
func TestPoll(t *testing.T) {
	s := newServer(t)
	e := edits{t, t.TempDir(), s}
	e.write("top/middle/flows/a.yml", edition("a", "One"))
	s.serve("kestra {\nwatch 100ms\n}", "kestra_webhook * "+e.path("top/middle/flows"))
	e.answers(map[string]string{"a": "One"})
	e.write("next/middle/flows/a.yml", edition("a", "Two"))
	e.rename("top", "last")
	e.rename("next", "top")
	e.answers(map[string]string{"a": "Two"})
}

// TestSettled has notices that come at these times, in milliseconds.
func TestSettled(t *testing.T) {
	for _, tc := range []struct {
		name    string
		notices []int
		want    int
	}{
		{"none", nil, 10_000},
		{"one", []int{5_000}, 5_100},
		{"some, and a late one", []int{0, 60, 150, 400}, 250},
		{"without a pause", []int{0, 90, 180, 270, 360, 450, 540, 630}, 500},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &notices{came: make(chan struct{}, 1)}
				start := time.Now()
				for _, at := range tc.notices {
					time.AfterFunc(time.Duration(at)*time.Millisecond, n.note)
				}
				if !settled(t.Context(), n.came, 10*time.Second) {
					t.Error("it was stopped")
				}
				if took := time.Since(start); took != time.Duration(tc.want)*time.Millisecond {
					t.Errorf("it took %s, want %d ms", took, tc.want)
				}
			})
		})
	}
}

func TestSettledStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, noticed := range []bool{false, true} {
			n := &notices{came: make(chan struct{}, 1)}
			if noticed {
				n.note()
			}
			stop := make(chan bool)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { stop <- settled(ctx, n.came, time.Hour) }()
			synctest.Wait()
			cancel()
			if <-stop {
				t.Errorf("noticed %v: it was not stopped", noticed)
			}
		}
	})
}

// TestNoticesOfMissingFolder checks that what cannot be watched is told, and does not keep others from being watched.
func TestNoticesOfMissingFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file", "below") // fails as no folder that is missing does
	if err := os.WriteFile(filepath.Dir(file), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	n, err := watchPlaces(places{dir: nil, file: nil, filepath.Join(dir, "missing"): nil})
	defer n.close()
	if err == nil || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "missing") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "new"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	<-n.came
}
