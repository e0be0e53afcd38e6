package caddymodule

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"
)

// TestServerCommands runs the cases in testdata/commands: each is a command, what it asks the admin endpoint and gets, and what it
// prints. Their parts are
//
//	command               the words behind `caddy kestra`; --address is added unless there is a Caddyfile
//	[404 ]GET /path?query what is asked for, in order, and the answer; 200 without a status
//	POST /path {"a": 1}   with the body that must be sent
//	stdin, Caddyfile, …   the standard input; files in the working directory, where ADDRESS is that of the endpoint
//	stdout, stderr        what is printed, with times of UTC for local ones, and ADDRESS
//	failed                why the command failed is in stderr
func TestServerCommands(t *testing.T) {
	files, err := filepath.Glob("testdata/commands/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		if file, err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := readCase(t, archive)
			c.run(t)
			if *update {
				if err := os.WriteFile(file, txtar.Format(c.updated(archive)), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			for name, got := range c.got {
				if diff := cmp.Diff(string(c.want[name]), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// exchange is a request that a command must send next, and the answer.
type exchange struct {
	status             int
	method, path, body string
	answer             []byte
}

// commandCase is a case of TestServerCommands.
type commandCase struct {
	command   []string
	exchanges []exchange
	stdin     []byte
	files     map[string][]byte
	want      map[string][]byte
	got       map[string]string
}

var exchangeName = regexp.MustCompile(`^(?:(\d{3}) )?(GET|POST) (/\S*)(?: (.*))?$`)

func readCase(t *testing.T, archive *txtar.Archive) *commandCase {
	t.Helper()
	c := &commandCase{files: map[string][]byte{}, want: map[string][]byte{}, got: map[string]string{"stdout": "", "stderr": "", "failed": ""}}
	for _, f := range archive.Files {
		switch m := exchangeName.FindStringSubmatch(f.Name); {
		case m != nil:
			x := exchange{status: http.StatusOK, method: m[2], path: m[3], body: m[4], answer: bytes.TrimSuffix(f.Data, []byte("\n"))}
			if m[1] != "" {
				x.status, _ = strconv.Atoi(m[1])
			}
			c.exchanges = append(c.exchanges, x)
		case f.Name == "command":
			c.command = strings.Fields(string(f.Data))
		case f.Name == "stdin":
			c.stdin = f.Data
		case slices.Contains([]string{"stdout", "stderr", "failed"}, f.Name):
			c.want[f.Name] = f.Data
		default:
			c.files[f.Name] = f.Data
		}
	}
	return c
}

// run runs the command against a server that knows what must be asked.
func (c *commandCase) run(t *testing.T) {
	t.Helper()
	asked := 0
	admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if asked == len(c.exchanges) {
			t.Errorf("asked for %s %s %s, which is not expected", r.Method, r.RequestURI, body)
			return
		}
		x := c.exchanges[asked]
		asked++
		if diff := cmp.Diff([]string{x.method, x.path, x.body}, []string{r.Method, r.RequestURI, string(body)}); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", asked, diff)
		}
		if origin := r.Header.Get("Origin"); origin != "http://"+r.Host {
			t.Errorf("the origin is %q", origin)
		}
		w.WriteHeader(x.status)
		_, _ = w.Write(x.answer)
	}))
	defer admin.Close()
	address := admin.Listener.Addr().String()
	t.Chdir(t.TempDir())
	for name, data := range c.files {
		if err := os.WriteFile(name, bytes.ReplaceAll(data, []byte("ADDRESS"), []byte(address)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := c.command
	if c.files["Caddyfile"] == nil {
		args = append(args, "--address", address)
	}
	stdout, stderr, err := runCommand(c.stdin, args...)
	if asked < len(c.exchanges) {
		t.Errorf("did not ask for %v", c.exchanges[asked:])
	}
	c.got["stdout"], c.got["stderr"] = inUTC(stdout), strings.ReplaceAll(stderr, address, "ADDRESS")
	if err != nil {
		c.got["failed"] = "yes\n"
	}
}

// runCommand runs a command as `caddy kestra` would.
func runCommand(stdin []byte, args ...string) (stdout, stderr string, err error) {
	var out, errors bytes.Buffer
	root, kestra := &cobra.Command{Use: "caddy", SilenceUsage: true}, &cobra.Command{Use: "kestra"}
	addCommands(kestra)
	root.AddCommand(kestra)
	root.SetArgs(append([]string{"kestra"}, args...))
	root.SetIn(bytes.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errors)
	err = root.Execute()
	return out.String(), errors.String(), err
}

var shownTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?`)

// inUTC has the local times of a table in UTC, so that cases are the same everywhere.
func inUTC(text string) string {
	return shownTime.ReplaceAllStringFunc(text, func(shown string) string {
		form := listTime
		if strings.Contains(shown, ".") {
			form = exactTime
		}
		at, err := time.ParseInLocation(form, shown, time.Local)
		if err != nil {
			return err.Error()
		}
		return at.UTC().Format(form)
	})
}

// updated returns the case with what was got.
func (c *commandCase) updated(archive *txtar.Archive) *txtar.Archive {
	files := slices.DeleteFunc(archive.Files, func(f txtar.File) bool { _, result := c.got[f.Name]; return result })
	for _, name := range []string{"stdout", "stderr", "failed"} {
		if c.got[name] != "" {
			files = append(files, txtar.File{Name: name, Data: []byte(c.got[name])})
		}
	}
	return &txtar.Archive{Comment: archive.Comment, Files: files}
}

func TestNothingListens(t *testing.T) {
	admin := httptest.NewServer(http.NotFoundHandler())
	address := admin.Listener.Addr().String()
	admin.Close()
	_, stderr, err := runCommand(nil, "status", "--address", address)
	if err == nil || !strings.Contains(stderr, "nothing answers at "+address+", the server's admin endpoint: dial tcp") || !strings.Contains(stderr, "`admin off`") {
		t.Errorf("%v, %s", err, stderr)
	}
}

// TestUnixSocket asks a server at the kind of address that Caddy's manual recommends.
func TestUnixSocket(t *testing.T) {
	t.Chdir(t.TempDir()) // whose whole path may be too long for a socket
	admin := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"version": "v1"})
	}))
	admin.Listener.Close()
	var err error
	if admin.Listener, err = new(net.ListenConfig).Listen(t.Context(), "unix", "admin"); err != nil {
		t.Fatal(err)
	}
	admin.Start()
	defer admin.Close()
	stdout, stderr, err := runCommand(nil, "status", "--json", "--address", "unix/admin")
	if err != nil || stdout != "{\n  \"version\": \"v1\"\n}\n" {
		t.Errorf("%v, %s%s", err, stdout, stderr)
	}
}

// TestCompletion has a shell ask for the states.
func TestCompletion(t *testing.T) {
	for _, command := range []*cobra.Command{executionsCommand(), purgeCommand()} {
		var out bytes.Buffer
		root := &cobra.Command{Use: "caddy"}
		root.AddCommand(command)
		root.SetArgs([]string{cobra.ShellCompNoDescRequestCmd, command.Name(), "--state", "F"})
		root.SetOut(&out)
		root.SetErr(io.Discard)
		if err := root.Execute(); err != nil || !strings.Contains(out.String(), "FAILED\n") {
			t.Errorf("%s: %v, %s", command.Name(), err, &out)
		}
	}
}
