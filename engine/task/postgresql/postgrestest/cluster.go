//go:build unix

package postgrestest

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/caddy-kestra/kestra-webhook/engine/task/tasktest"
)

// Cluster is a server of PostgreSQL of a test's own.
type Cluster struct {
	Host        string // its address with its port
	Certificate string // of the server, which vouches for itself, in PEM
}

// URL is the address of its database postgres, as JDBC has it.
func (c Cluster) URL() string { return "jdbc:postgresql://" + c.Host + "/postgres" }

// Who may do everything there.
const (
	User     = "super"
	Password = "pass'word"
)

// New starts a server on loopback that ends with the test. Without PostgreSQL on the machine the test is skipped, or fails, see
// [tasktest.Counterpart].
func New(t testing.TB) Cluster {
	t.Helper()
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		t.Fatal(err)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		installed = append(installed, filepath.Dir(path))
	}
	if len(installed) == 0 {
		tasktest.Lacks(t, "PostgreSQL is not on this machine")
	}
	bin := slices.Max(installed)
	folder, err := os.MkdirTemp("", "postgresql") //nolint:usetesting // whose folder another user may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // it does not run as root
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), NoSetGroups: true}
		if err := os.Chown(folder, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	try := func(name string, args ...string) error {
		t.Helper()
		c := exec.CommandContext(context.Background(), filepath.Join(bin, name), args...) //nolint:gosec // a test's own
		c.Dir, c.SysProcAttr = folder, attributes
		out, err := os.Create(filepath.Join(folder, name+".log")) // a pipe would be held open by the server
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = out.Close() }()
		c.Stdout, c.Stderr = out, out
		if err := c.Run(); err != nil {
			log, _ := os.ReadFile(out.Name())
			return fmt.Errorf("%s: %w\n%s", name, err, log)
		}
		return nil
	}
	run := func(name string, args ...string) {
		t.Helper()
		if err := try(name, args...); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c := attributes.Credential; c != nil {
			if err := os.Chown(path, int(c.Uid), int(c.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	certified.Close()
	pair := certified.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
	write("password", Password)
	write("server.crt", certificate)
	write("server.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	data := filepath.Join(folder, "data")
	run("initdb", "-D", data, "-U", User, "-A", "scram-sha-256", "--pwfile", filepath.Join(folder, "password"), "--no-sync", "--locale=C", "-E", "UTF8")
	var port string
	for tries := 1; ; tries++ { // somebody else may take a port before the server does
		port = freePort(t)
		options := fmt.Sprintf("-p %s -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c shared_buffers=16MB -c max_connections=10 -c ssl=on -c ssl_cert_file=%s/server.crt -c ssl_key_file=%s/server.key", port, folder, folder)
		err := try("pg_ctl", "-D", data, "-w", "-o", options, "-l", filepath.Join(folder, "server.log"), "start")
		if err == nil {
			break
		}
		if tries == 5 {
			log, _ := os.ReadFile(filepath.Join(folder, "server.log"))
			t.Fatalf("%v\n%s", err, log)
		}
	}
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop") })
	return Cluster{"127.0.0.1:" + port, certificate}
}

// freePort returns a port of loopback that nobody has taken.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}
