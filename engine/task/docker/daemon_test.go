package docker_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
	"github.com/caddy-kestra/kestra-webhook/engine/task/docker"
	"github.com/caddy-kestra/kestra-webhook/engine/task/docker/dockertest"
	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// TestDaemon says what becomes of what a daemon answers, by the lines that are logged above debug, and the paths that it was asked for.
func TestDaemon(t *testing.T) {
	const alpine = run + "containerImage: 'alpine:3'"
	const made = "POST /containers/create, PUT archive, POST attach, POST start, POST wait, DELETE "
	for name, tt := range map[string]struct {
		task  string
		image *dockertest.Image
		err   string
		log   []string
		asked string // of the daemon
	}{
		"an image that is there": {task: alpine, image: &dockertest.Image{}, asked: made},
		"an image that is not there": {
			task: alpine, image: &dockertest.Image{Missing: true}, asked: "POST /images/create, " + made,
		},
		"ALWAYS": {task: alpine + ", pullPolicy: ALWAYS", image: &dockertest.Image{}, asked: "POST /images/create, " + made},
		"NEVER": {
			task: alpine + ", pullPolicy: NEVER", image: &dockertest.Image{Missing: true}, asked: "POST /containers/create",
			err: "the daemon has no image alpine:3, and pullPolicy is NEVER: Error response from daemon: No such image: alpine:3",
		},
		"a pull policy by an expression": {task: alpine + ", pullPolicy: \"{{ 'ALWAYS' }}\"", image: &dockertest.Image{}, asked: "POST /images/create, " + made},
		"a pull policy that is none": {
			task: alpine + ", pullPolicy: \"{{ 'OFTEN' }}\"", image: &dockertest.Image{}, err: "pullPolicy must be one of ALWAYS, IF_NOT_PRESENT, NEVER",
		},
		"pull denied": {
			task: run + "containerImage: secret/tool", asked: "POST /images/create",
			err: "image secret/tool cannot be pulled: Error response from daemon: pull access denied for docker.io/secret/tool, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
		},
		"an error while it pulls": {
			task: alpine, image: &dockertest.Image{Missing: true, Pull: "pull-broken"}, asked: "POST /images/create",
			err: "image alpine:3 cannot be pulled: toomanyrequests: You have reached your unauthenticated pull rate limit",
		},
		"killed for its memory": {
			task: alpine, image: &dockertest.Image{Exit: 137, OOM: true}, err: "Command failed with exit code 137",
			log: []string{"error the container was killed: it needed more memory than it may have"}, asked: made,
		},
		"killed by somebody": {task: alpine, image: &dockertest.Image{Exit: 137}, err: "Command failed with exit code 137", asked: made},
		"it cannot be started": {
			task: alpine, image: &dockertest.Image{Start: "server-error"}, asked: "POST /containers/create, PUT archive, POST attach, POST start, DELETE ",
			err: "the container cannot be started: Error response from daemon: something went wrong with the daemon",
		},
		"the connection is lost": {
			task: alpine, image: &dockertest.Image{Lost: true}, err: "the end of the container is not known: unexpected EOF", asked: made,
		},
		"nobody waits": {task: alpine + ", wait: false", image: &dockertest.Image{Blocks: true}, asked: "POST /containers/create, PUT archive, POST start"},
		"kept": {
			task:  "type: io.kestra.plugin.scripts.shell.Commands, containerImage: 'alpine:3', taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, delete: false}, commands: [a]",
			image: &dockertest.Image{}, asked: "POST /containers/create, PUT archive, POST attach, POST start, POST wait, POST kill",
		},
	} {
		t.Run(name, func(t *testing.T) {
			images := map[string]*dockertest.Image{}
			if tt.image != nil {
				images["alpine:3"] = tt.image
			}
			daemon := dockertest.New(t, images)
			_, specs := open(t, daemon.Host)
			got := tasktest.RunServed(t, specs, served(t), "{"+tt.task+"}", "{}")
			if got.Err != tt.err {
				t.Errorf("error %q, want %q", got.Err, tt.err)
			}
			var log []string
			for _, line := range got.Log {
				if !strings.HasPrefix(line, "debug ") {
					log = append(log, line)
				}
			}
			if d := cmp.Diff(tt.log, log); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.asked, asked(daemon)); d != "" {
				t.Error(d)
			}
		})
	}
}

// asked returns what a daemon was asked to do, without the ids of containers.
func asked(d *dockertest.Daemon) string {
	var all []string
	for _, r := range d.Requests() {
		path := r.Path
		for _, c := range d.Containers() {
			path = strings.TrimPrefix(strings.Replace(path, "/containers/"+c.ID, "", 1), "/")
			if strings.HasPrefix(path, "containers/") || strings.HasPrefix(path, "images/") {
				path = "/" + path
			}
		}
		all = append(all, r.Method+" "+path)
	}
	return strings.Join(all, ", ")
}

// TestNoDaemon tells what there is where no daemon is.
func TestNoDaemon(t *testing.T) {
	const host = "unix:///no/such/docker.sock"
	d, specs := open(t, host)
	if err := d.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "the Docker daemon at "+host+" does not answer") {
		t.Error(err)
	}
	if got := tasktest.RunServed(t, specs, served(t), "{"+run+"containerImage: a}", "{}"); !strings.Contains(got.Err, "image a cannot be looked at: ") {
		t.Error(got)
	}
	for host, want := range map[string]string{
		"/var/run/docker.sock": "is no host of Docker", "ssh://a": "is no host of Docker", "": "is no host of Docker", "https://a": "is no host of Docker",
	} {
		if _, err := docker.New(docker.Options{Host: host}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", host, err)
		}
	}
	if _, err := docker.New(docker.Options{Host: host, Allow: []string{"everything"}}); err == nil || !strings.Contains(err.Error(), "allow everything is none of privileged, host_network, devices, volumes") {
		t.Error(err)
	}
	if _, err := docker.New(docker.Options{Host: "tcp://a:2376", CA: "/no/such/ca.pem", Certificate: "/no/such/cert.pem", Key: "/no/such/key.pem"}); err == nil {
		t.Error("files that are not there are taken")
	}
}

// TestCut cuts runs short.
func TestCut(t *testing.T) {
	for name, tt := range map[string]struct {
		container container.Container
		stop      string
		asked     string
	}{
		"killed":          {container.Container{}, "", "POST /containers/create, POST attach, POST start, DELETE "},
		"asked to end":    {container.Container{Grace: 2 * time.Second}, "", "POST /containers/create, POST attach, POST start, POST stop, DELETE "},
		"asked in vain":   {container.Container{Grace: 2 * time.Second}, "server-error", "POST /containers/create, POST attach, POST start, POST stop, DELETE "},
		"killed and kept": {container.Container{Keep: true}, "", "POST /containers/create, POST attach, POST start, POST kill"},
	} {
		t.Run(name, func(t *testing.T) {
			daemon := dockertest.New(t, map[string]*dockertest.Image{"alpine:3": {Blocks: true, Stdout: "one\n", Stop: tt.stop}})
			d, _ := open(t, daemon.Host)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := tt.container
			c.Image, c.Owner = "alpine:3", "me"
			_, err := d.Run(ctx, &c, &task.Command{Args: []string{"a"}, Line: func(l task.CommandLine) {
				if l.Text == "one" {
					cancel()
				}
			}})
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			made := daemon.Containers()[0]
			if made.Removed == c.Keep || c.Keep && !made.Killed {
				t.Errorf("removed %t, killed %t", made.Removed, made.Killed)
			}
			// Where among these the daemon sees the wait, or whether it does, is open: the line that cuts the run can come before it was sent.
			got := strings.ReplaceAll(asked(daemon)+", ", "POST wait, ", "")
			if d := cmp.Diff(tt.asked+", ", got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestCutWhileMade cuts a run short while the daemon makes its container, which is removed then.
func TestCutWhileMade(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	daemon := dockertest.New(t, map[string]*dockertest.Image{"alpine:3": {Made: cancel}})
	d, _ := open(t, daemon.Host)
	_, err := d.Run(ctx, &container.Container{Image: "alpine:3"}, &task.Command{Line: func(task.CommandLine) {}})
	if all := daemon.Containers(); !errors.Is(err, context.Canceled) || len(all) != 1 || !all[0].Removed || all[0].Started {
		t.Errorf("%v, %+v", err, all)
	}
}

// TestRemove removes the containers of one owner, and kills what is to be kept.
func TestRemove(t *testing.T) {
	daemon := dockertest.New(t, map[string]*dockertest.Image{"alpine:3": {Blocks: true}})
	d, _ := open(t, daemon.Host)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 3)
	for _, c := range []*container.Container{{Owner: "gone"}, {Owner: "gone", Keep: true}, {Owner: "alive"}} {
		c.Image = "alpine:3"
		go func() {
			_, err := d.Run(ctx, c, &task.Command{Line: func(task.CommandLine) {}})
			ended <- err
		}()
		<-daemon.Began()
	}
	n, err := d.Remove(t.Context(), "gone")
	if n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	all := daemon.Containers()
	if !all[0].Removed || all[1].Removed || !all[1].Killed || all[2].Removed || all[2].Killed {
		t.Error("the wrong containers are removed")
	}
	if n, err := d.Remove(t.Context(), "nobody"); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	cancel()
	for range all {
		<-ended
	}
}

// TestCreation says what a daemon is asked for.
func TestCreation(t *testing.T) {
	daemon := dockertest.New(t, map[string]*dockertest.Image{"ghcr.io/a/tool:1": {Missing: true}})
	_, specs := open(t, daemon.Host, container.Dangers...)
	got := tasktest.RunServed(t, specs, served(t), `{
type: io.kestra.plugin.docker.Run,
containerImage: a/tool:1,
host: `+daemon.Host+`,
commands: ["--config", "{{ workingDir }}/in.txt"],
env: {NAME: "{{ trigger.body.name }}", N: 7},
user: "1000:1000",
entryPoint: [/bin/tool],
extraHosts: ["db:10.0.0.1"],
networkMode: host,
portBindings: ["8080:80/udp", "127.0.0.1:8443:443", "9000"],
volumes: ["/srv:/data"],
deviceRequests: [{driver: nvidia, count: -1, capabilities: [[gpu, compute]], options: {a: b}, deviceIds: [x]}],
cpu: {cpus: 1.5},
memory: {memory: 512MB, memorySwap: "-1", memorySwappiness: 10, memoryReservation: 0.5g, oomKillDisable: true},
shmSize: 64m,
privileged: "{{ trigger.body.yes }}",
credentials: {registry: https://ghcr.io/v2/, username: robot, password: "{{ trigger.body.password }}"},
config: {auths: {"https://index.docker.io/v1/": {auth: "dTpw"}}},
}`, `{"trigger": {"body": {"name": "Ann", "yes": true, "password": "hunter2"}}}`)
	if got.Err != "" {
		t.Fatal(got)
	}
	asked, err := json.MarshalIndent(stripped(daemon.Containers()[0].Request), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/creation.json")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(asked)+"\n"); d != "" {
		t.Errorf("%s\n%s", d, asked)
	}
	pull := daemon.Requests()[0]
	if pull.Auth != `{"username":"robot","password":"hunter2","serveraddress":"https://ghcr.io/v2/"}` || pull.Query != "fromImage=ghcr.io%2Fa%2Ftool&tag=1" {
		t.Error(pull)
	}
}

// stripped returns what is not null, false, zero or empty.
func stripped(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if v[name] = stripped(member); v[name] == nil {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		kept := []any{}
		for _, item := range v {
			if item = stripped(item); item != nil {
				kept = append(kept, item)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	case string:
		if v == "" {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	case float64:
		if v == 0 {
			return nil
		}
	}
	return v
}

// TestMarks says which containers have the mark of the server, by which they are removed later, and which have a log of the daemon's.
func TestMarks(t *testing.T) {
	daemon := dockertest.New(t, map[string]*dockertest.Image{"alpine:3": {}})
	d, _ := open(t, daemon.Host)
	for i, tt := range []struct {
		container         container.Container
		owner, keep, logs any
	}{
		{container.Container{}, "me", nil, "none"},
		{container.Container{Keep: true}, "me", "true", ""},
		{container.Container{Detach: true}, nil, nil, ""},
	} {
		tt.container.Image, tt.container.Owner = "alpine:3", "me"
		if _, err := d.Run(t.Context(), &tt.container, &task.Command{Line: func(task.CommandLine) {}}); err != nil {
			t.Fatal(err)
		}
		made := daemon.Containers()[i]
		labels, _ := made.Request["Labels"].(map[string]any)
		host, _ := made.Request["HostConfig"].(map[string]any)
		logs, _ := host["LogConfig"].(map[string]any)
		if labels["kestra_webhook.owner"] != tt.owner || labels["kestra_webhook.keep"] != tt.keep || logs["Type"] != tt.logs || made.Removed == (tt.container.Keep || tt.container.Detach) {
			t.Errorf("%+v: labels %v, log %v, removed %t", tt.container, labels, logs, made.Removed)
		}
	}
}
