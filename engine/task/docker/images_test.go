package docker_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/docker/dockertest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

const imageID = "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1"

// TestImages runs the tasks that build, push, pull and name images.
func TestImages(t *testing.T) {
	const build, push, pull, tag = "type: io.kestra.plugin.docker.Build, ", "type: io.kestra.plugin.docker.Push, ", "type: io.kestra.plugin.docker.Pull, ", "type: io.kestra.plugin.docker.Tag, "
	const robot = ", credentials: {registry: r.example.com, username: robot, password: pass}"
	const auth = `{"username":"robot","password":"pass","serveraddress":"r.example.com"}`
	for name, tt := range map[string]struct {
		task    string
		answer  string // to a build or a push of r.example.com/a:1
		outputs string
		log     []string
		err     string
		asked   []dockertest.Request
	}{
		"build": {
			task:    build + `inputFiles: {a.txt: "{{ trigger.body }}", .dockerignore: "*.log\n!b.log\ndist", x.log: x, b.log: b, dist/y: y}, dockerfile: "FROM alpine:3\nCOPY . /srv\n", tags: ['r.example.com/a:1', b], buildArgs: {N: 1}, labels: {l: m}, platforms: [linux/arm/v7]` + robot,
			outputs: `{"imageId":"` + imageID + `"}`,
			log: []string{
				"info Step 1/2 : FROM alpine:3", "info ---> 4bcff63911fc", "info Step 2/2 : COPY . /srv", "info ---> 9f3c1d2e4a5b", "info Successfully built 9f3c1d2e4a5b",
				"info Successfully tagged r.example.com/a:1",
			},
			asked: []dockertest.Request{{
				Method: "POST", Path: "/build", Auth: `{"r.example.com":` + auth + `}`,
				Query: "buildargs=%7B%22N%22%3A%221%22%7D&dockerfile=.kestra_webhook.dockerfile&forcerm=1&labels=%7B%22l%22%3A%22m%22%7D&platform=linux%2Farm%2Fv7&pull=1&t=r.example.com%2Fa%3A1&t=b",
				Files: map[string]string{
					"/.dockerignore": "*.log\n!b.log\ndist", "/.kestra_webhook.dockerfile": "FROM alpine:3\nCOPY . /srv\n", "/a.txt": "hello", "/b.log": "b", "/dist/": "",
				},
			}},
		},
		"build of a file": {
			task:    build + `inputFiles: {d/Dockerfile: FROM a, d/Dockerfile.dockerignore: x, x: x, .dockerignore: d}, dockerfile: d/Dockerfile, tags: [a], pull: false`,
			outputs: `{"imageId":"` + imageID + `"}`,
			log: []string{
				"info Step 1/2 : FROM alpine:3", "info ---> 4bcff63911fc", "info Step 2/2 : COPY . /srv", "info ---> 9f3c1d2e4a5b", "info Successfully built 9f3c1d2e4a5b", "info Successfully tagged a",
			},
			asked: []dockertest.Request{{
				Method: "POST", Path: "/build", Auth: "{}", Query: "dockerfile=d%2FDockerfile&forcerm=1&t=a",
				Files: map[string]string{"/.dockerignore": "d", "/d/": "", "/d/Dockerfile": "FROM a", "/d/Dockerfile.dockerignore": "x"},
			}},
		},
		"build of a file that is not there": {task: build + `dockerfile: Dockerfile, tags: [a]`, outputs: "null", err: "there is no file Dockerfile in the directory"},
		"build that fails": {
			task: build + `dockerfile: FROM a, tags: ['r.example.com/a:1'], push: true`, answer: "build-failed", outputs: "null",
			log: []string{"info Step 1/2 : FROM alpine:3", "info Step 2/2 : RUN false"},
			err: "the image cannot be built: The command '/bin/sh -c false' returned a non-zero code: 1",
		},
		"build without a tag": {task: build + `dockerfile: FROM a, tags: '{{ [] }}'`, outputs: "null", err: "there is no tag"},
		"push": {
			task: push + `tags: ['https://r.example.com/a:1']` + robot, outputs: "null",
			log: []string{
				"info The push refers to repository [r.example.com/a]", "info 08000c18d16d Preparing", "info 08000c18d16d Pushed",
				"info 1.0: digest: " + imageID + " size: 527",
			},
			asked: []dockertest.Request{{Method: "POST", Path: "/images/r.example.com/a/push", Query: "tag=1", Auth: auth}},
		},
		"push that is denied": {
			task: push + `tags: ['r.example.com/a:1']`, answer: "push-denied", outputs: "null", log: []string{"info The push refers to repository [r.example.com/a]"},
			err: "image r.example.com/a:1 cannot be pushed: denied: requested access to the resource is denied",
		},
		"credentials of another registry are not sent": {
			task: push + `tags: ['other.example.com/a:1']` + robot, outputs: "null",
			log: []string{
				"info The push refers to repository [other.example.com/a]", "info 08000c18d16d Preparing", "info 08000c18d16d Pushed",
				"info 1.0: digest: " + imageID + " size: 527",
			},
			asked: []dockertest.Request{{Method: "POST", Path: "/images/other.example.com/a/push", Query: "tag=1"}},
		},
		"pull": {
			task: pull + `image: 'a:1'` + robot, outputs: "null", log: []string{"info Successfully pulled image r.example.com/a:1"},
			asked: []dockertest.Request{{Method: "POST", Path: "/images/create", Query: "fromImage=r.example.com%2Fa&tag=1", Auth: auth}},
		},
		"pull by a configuration": {
			task: pull + `image: 'r.example.com/a:1', config: '{"auths": {"r.example.com": {"auth": "cm9ib3Q6cGFzcw=="}}}'`, outputs: "null",
			log:   []string{"info Successfully pulled image r.example.com/a:1"},
			asked: []dockertest.Request{{Method: "POST", Path: "/images/create", Query: "fromImage=r.example.com%2Fa&tag=1", Auth: auth}},
		},
		"a configuration that names programs": {
			task: pull + `image: a, config: {credsStore: desktop}`, outputs: "null", err: "config: credsStore names programs that have the passwords, which are not called here: write `auths`",
		},
		"a configuration that is none": {task: pull + `image: a, config: "[]"`, outputs: "null", err: "config: it must be a map, or JSON text of one"},
		"credentials that are none":    {task: pull + `image: a, credentials: {auth: secret}`, outputs: "null", err: "auth must be base64 of user:password"},
		"tag": {
			task: tag + `sourceImage: 'r.example.com/a:1', targetImage: b`, outputs: "null", log: []string{"info Tagged image r.example.com/a:1 as b"},
			asked: []dockertest.Request{{Method: "POST", Path: "/images/r.example.com/a:1/tag", Query: "repo=docker.io%2Flibrary%2Fb&tag=latest"}},
		},
		"tag of what is not there": {
			task: tag + `sourceImage: nope, targetImage: 'b:2'`, outputs: "null",
			err: "image nope cannot be named b:2: Error response from daemon: No such image: nope",
		},
	} {
		t.Run(name, func(t *testing.T) {
			daemon := dockertest.New(t, map[string]*dockertest.Image{"r.example.com/a:1": {}})
			if tt.answer != "" {
				daemon.Builds("r.example.com/a:1", tt.answer)
				daemon.Builds("r.example.com/a", tt.answer)
			}
			_, specs := open(t, daemon.Host)
			got := tasktest.RunServed(t, specs, served(t), "{"+tt.task+"}", `{"trigger": {"body": "hello"}}`)
			var log []string
			for _, line := range got.Log {
				if !strings.HasPrefix(line, "debug ") {
					log = append(log, line)
				}
			}
			if d := cmp.Diff(tt.outputs, got.Outputs); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.log, log); d != "" {
				t.Error(d)
			}
			if got.Err != tt.err {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			if asked := daemon.Requests(); tt.asked != nil {
				if d := cmp.Diff(tt.asked, asked); d != "" {
					t.Error(d)
				}
			}
		})
	}
}

// TestShared works in the directory of a WorkingDirectory: what one container leaves there, the next one finds, and an image is built of it.
func TestShared(t *testing.T) {
	daemon := dockertest.New(t, map[string]*dockertest.Image{"alpine:3": {Writes: map[string]string{"/kestra/work/a": "by a container"}}})
	_, specs := open(t, daemon.Host)
	services := served(t)
	shared := task.Origin{Namespace: "company.team", Flow: "hello", Execution: "4Execution", Task: "dir", Run: "9Run"}
	dir, err := services.Directories.MakeDirectory(t.Context(), shared)
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"{" + shell + "containerImage: 'alpine:3', commands: [a]}", "{" + shell + "containerImage: 'alpine:3', commands: [a]}", "{type: io.kestra.plugin.docker.Build, dockerfile: FROM a, tags: [a]}"} {
		if got := tasktest.RunShared(t, specs, services, shared, text, "{}"); got.Err != "" {
			t.Fatal(got)
		}
	}
	var found []string
	for _, r := range daemon.Requests() {
		if r.Files != nil {
			found = append(found, r.Files["/kestra/work/a"]+r.Files["/a"])
		}
	}
	if d := cmp.Diff([]string{"", "by a container", "by a container"}, found); d != "" {
		t.Error(d)
	}
}
