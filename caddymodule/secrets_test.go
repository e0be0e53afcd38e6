package caddymodule

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rotated is a flow whose key, signature and answer are secrets.
const rotated = `id: rotated
namespace: company.team
tasks:
  - {id: a, type: io.kestra.plugin.core.debug.Return, format: hello}
outputs:
  - {id: word, type: STRING, value: "{{ secret('word') }}"}
triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: "{{ secret('HOOK_KEY') }}"
    signature: {header: X-Signature, secrets: ["{{ secret('HOOK_SECRET') }}"]}
` + waitForOutputs

// secretsFolder is a folder of secrets as Kubernetes makes it: a new version replaces a link, all at once.
type secretsFolder struct {
	edits

	version string
}

func (f *secretsFolder) put(version string) {
	f.t.Helper()
	for _, name := range []string{"hook_key", "hook_secret", "word"} {
		f.write("..v"+version+"/"+name, name+"-of-version-"+version+"\n")
		if f.version == "" {
			f.link("..data/"+name, name)
		}
	}
	f.link("..v"+version, "..data_tmp")
	f.rename("..data_tmp", "..data")
	f.version = version
}

// call requests the webhook of a version.
func (f *secretsFolder) call(version, body string) answer {
	f.t.Helper()
	mac := hmac.New(sha256.New, []byte("hook_secret-of-version-"+version))
	mac.Write([]byte(body))
	return f.s.do(http.MethodPost, "/api/v1/executions/webhook/company.team/rotated/hook_key-of-version-"+version, body,
		"X-Signature", hex.EncodeToString(mac.Sum(nil)))
}

func TestSecretsChange(t *testing.T) {
	for _, tc := range []struct {
		name, watch string
		took        func(t *testing.T) // that the new secrets count from now on
	}{
		{"watched", "", func(*testing.T) {}},
		{"reloaded", "watch off", func(t *testing.T) {
			if _, err := theApp(t).ReloadFlows(t.Context()); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newServer(t)
			f := &secretsFolder{edits: edits{t, t.TempDir(), s}}
			f.put("1")
			dir := writeFlows(t, map[string]string{"rotated.yml": rotated})
			s.serve("kestra {\nstore memory\nsecrets dir "+f.dir+"\n"+tc.watch+"\n}", "kestra_webhook * "+dir)
			f.call("1", "{}").want(t, 200, "word-of-version-1")
			f.call("2", "{}").want(t, 404, "")

			var newest, serving, answered atomic.Int64 // newest is set before it is written, serving when it is seen to serve
			newest.Store(1)
			serving.Store(1)
			done := make(chan struct{})
			var senders sync.WaitGroup
			for range 2 {
				senders.Go(func() {
					for {
						select {
						case <-done:
							return
						default:
						}
						version := serving.Load()
						a := f.call(strconv.FormatInt(version, 10), `{"a": 1}`)
						answered.Add(1)
						if a.status != 200 && (a.status != 404 || newest.Load() == version) {
							t.Errorf("version %d of %d: %d %s", version, newest.Load(), a.status, a.body)
							return
						}
					}
				})
			}
			for _, version := range []string{"2", "3"} {
				before, under := f.version, answered.Load()
				waitFor(t, "requests under way", func() bool { return answered.Load() > under+5 })
				newest.Add(1)
				f.put(version)
				tc.took(t)
				waitFor(t, "the new key", func() bool { return f.call(version, "{}").status == 200 })
				f.call(before, "{}").want(t, 404, "")
				f.call(version, "{}").want(t, 200, "word-of-version-"+version)
				serving.Add(1)
			}
			close(done)
			senders.Wait()
			f.logs(`"msg":"secrets were changed","names":["HOOK_KEY","HOOK_SECRET","WORD"]`)
			if log := s.log(); strings.Contains(log, "-of-version-") {
				t.Errorf("the log shows a secret:\n%s", log)
			}
		})
	}
}

func TestSecretsOptions(t *testing.T) {
	s := newServer(t)
	dir := t.TempDir()
	f := edits{t, dir, s}
	f.write("fine/hook_key", key)
	f.write("bad/hook_key", strings.Repeat("x", 20_000))
	f.link("../fine/hook_key", "bad/word")
	flows := writeFlows(t, map[string]string{"f.yml": strings.Replace(webhookFlow("f", ""), "key: "+key, "key: \"{{ secret('hook_key') }}\"", 1)})
	const gone = "no such file or directory"
	for _, tc := range []struct{ name, options, err, log string }{
		{"first of two", "secrets dir DIR/fine\nsecrets dir DIR/bad", "", "DIR/bad/word: the link cannot be followed inside the folder: "},
		{"placeholder", "secrets dir {env.CREDENTIALS}/fine", "", ""},
		{"the second has it", "secrets env\nsecrets dir DIR/fine", "", ""},
		{"missing", "secrets dir DIR/gone", "secrets folder DIR/gone: " + gone, ""},
		{"empty placeholder", "secrets dir {env.NO_CREDENTIALS}", `secrets folder "{env.NO_CREDENTIALS}" is empty text`, ""},
		{"no folder", "secrets dir DIR/fine/hook_key", "secrets folder DIR/fine/hook_key: not a directory", ""},
		{"strict", "strict\nsecrets dir DIR/fine\nsecrets dir DIR/bad", "DIR/bad/hook_key: a secret may have 16384 bytes at most", ""},
		{"unusable", "secrets dir DIR/bad\nsecrets dir DIR/fine", "", "secret 'hook_key' cannot be read: file hook_key: a secret may have 16384 bytes at most; this trigger is switched off"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("CREDENTIALS", dir)
			here := func(text string) string { return strings.ReplaceAll(text, "DIR", dir) }
			err := s.load("kestra {\nstore memory\nwatch off\n"+here(tc.options)+"\n}", "kestra_webhook * "+flows)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), here(tc.err)) {
					t.Errorf("error %v, want %s", err, here(tc.err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(s.log(), here(tc.log)) {
				t.Errorf("the log has no %s", here(tc.log))
			}
			want := 200
			if tc.name == "unusable" {
				want = 404
			}
			s.get(webhookPath("f")).want(t, want, "")
		})
	}
}

// TestSecretsFolderGone takes a folder of secrets away, and brings it back.
func TestSecretsFolderGone(t *testing.T) {
	s := newServer(t)
	f := edits{t, t.TempDir(), s}
	f.write("run/word", "word-of-now")
	flows := writeFlows(t, map[string]string{"f.yml": strings.Replace(webhookFlow("f", waitForOutputs), "outputs.answer.value", "secret('word')", 1)})
	s.serve("kestra {\nstore memory\nwatch off\nsecrets dir "+f.path("run")+"\n}", "kestra_webhook * "+flows)
	app := theApp(t)
	for _, step := range []struct {
		edit func()
		want []string
		says string
	}{
		{func() { f.rename("run", "off") }, []string{"secrets: folder " + f.path("run") + ": no such file or directory; all secrets stay as they were (0)"}, "word-of-now"},
		{func() { f.rename("off", "run") }, []string{}, "word-of-now"},
		{func() { f.write("run/word", "word-of-later") }, []string{}, "word-of-later"},
		{func() { f.remove("run/word"); f.link("../x", "run/word") }, []string{f.path("run/word") + ": the link cannot be followed inside the folder: path escapes from parent; the secret has this error (0)"}, ""},
	} {
		step.edit()
		found, err := app.ReloadFlows(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, findingTexts(found, "none")); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		if a := s.get(webhookPath("f")); !strings.Contains(a.body, step.says) {
			t.Errorf("%d %s, want %s", a.status, a.body, step.says)
		}
	}
}
