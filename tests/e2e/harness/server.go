package harness

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startLimit  = 60 * time.Second // until a server must be ready; the machine may be building something else
	endLimit    = 20 * time.Second // until it must have ended when a test is over
	startsTried = 5                // attempts, since somebody else may take the ports
)

// Server is a running Caddy.
type Server struct {
	Dir       string // its working directory, home, data and logs; gone with the test
	HTTPPort  int
	HTTPSPort int
	AdminPort int

	tb      testing.TB
	program string
	env     []string
	process *exec.Cmd
	output  string        // file of all that it prints
	done    chan struct{} // closed when it has ended
	exit    error         // of the process, once done
}

var errPortTaken = errors.New("a port was taken")

// Start runs a server in a folder of its own and returns when it serves. It ends with the test, which then prints what the server
// printed if the test failed.
func Start(tb testing.TB, c Config) *Server {
	tb.Helper()
	s, err := StartIn(tb, tb.TempDir(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// StartIn is Start in a folder that another server has, or had. The error is that it does not come to serve.
func StartIn(tb testing.TB, dir string, c Config) (*Server, error) {
	tb.Helper()
	if c.Program == "" {
		c.Program = Product
	}
	program := Program(tb, c.Program)
	for range startsTried {
		s, err := start(tb, program, dir, c)
		if errors.Is(err, errPortTaken) {
			continue
		}
		if err != nil {
			return nil, err
		}
		tb.Cleanup(s.end)
		return s, nil
	}
	return nil, fmt.Errorf("no free ports in %d tries", startsTried)
}

func start(tb testing.TB, program, dir string, c Config) (*Server, error) {
	if err := c.write(dir); err != nil {
		return nil, err
	}
	p, err := freePorts()
	if err != nil {
		return nil, err
	}
	s := &Server{
		Dir: dir, HTTPPort: p.http, HTTPSPort: p.https, AdminPort: p.admin,
		tb: tb, program: program, env: environment(c, dir, p),
		done: make(chan struct{}),
	}
	ready, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer ready.Close()
	output, err := newOutput(dir)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	s.output = output.Name()

	// Caddy itself says that it is up: it sends back the token from its standard input.
	token := rand.Text()
	s.process = s.Command("run", "--config", "Caddyfile", "--pingback", ready.Addr().String())
	s.process.Stdin = strings.NewReader(token)
	s.process.Stdout, s.process.Stderr = output, output
	s.process.SysProcAttr = endWithParent()
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.exit = s.process.Wait()
		close(s.done)
	}()
	if err := s.awaitReady(ready, token); err != nil {
		s.Kill()
		if strings.Contains(s.Output(), "address already in use") {
			return nil, errPortTaken
		}
		return nil, fmt.Errorf("%w; it printed:\n%s", err, s.Output())
	}
	return s, nil
}

// newOutput makes the file for what a server prints: output.log, or the next one after those of earlier servers of the folder.
func newOutput(dir string) (*os.File, error) {
	for n := 1; ; n++ {
		name := "output.log"
		if n > 1 {
			name = fmt.Sprintf("output-%d.log", n)
		}
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
}

// awaitReady returns when the server has sent the token.
func (s *Server) awaitReady(l net.Listener, token string) error {
	got := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			got <- err
			return
		}
		defer conn.Close()
		text, err := io.ReadAll(conn)
		if err == nil && string(text) != token {
			err = fmt.Errorf("it said %q", text)
		}
		got <- err
	}()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	select {
	case err := <-got:
		return err
	case <-s.done:
		return fmt.Errorf("server ended at start: %w", s.exit)
	case <-ctx.Done():
		return fmt.Errorf("server not ready after %s", startLimit)
	}
}

// Command returns a call of the server's program in its folder and environment, such as "validate --config Caddyfile".
func (s *Server) Command(args ...string) *exec.Cmd {
	c := exec.Command(s.program, args...)
	c.Dir, c.Env = s.Dir, s.env
	return c
}

// Reload writes c's Caddyfile and files, and loads them whether they changed or not. The program and environment of c are
// ignored: those of a running process do not change. The error has Caddy's message.
func (s *Server) Reload(c Config) error {
	if err := c.write(s.Dir); err != nil {
		return err
	}
	out, err := s.Command("reload", "--force", "--config", "Caddyfile", "--address", fmt.Sprintf("127.0.0.1:%d", s.AdminPort)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("reload: %w\n%s", err, out)
	}
	s.settle()
	return nil
}

// settle waits until the old configuration has let go of the HTTP port, and drops connections to it. Caddy answers a reload
// before that: the system may give a new connection to the old listener, which closes it without an answer.
func (s *Server) settle() {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for begin := time.Now(); s.listeners() > 1 && time.Since(begin) < settleLimit; {
		<-tick.C
	}
	plain.CloseIdleConnections()
}

// listeners returns how many sockets listen on the HTTP port of 127.0.0.1, as Linux says; elsewhere 0.
func (s *Server) listeners() int {
	const listen = "0A"
	text, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return 0
	}
	n, port := 0, fmt.Sprintf(":%04X", s.HTTPPort)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 3 && strings.HasSuffix(f[1], port) && f[3] == listen {
			n++
		}
	}
	return n
}

// settleLimit bounds how long a reload is waited for beyond its own end.
const settleLimit = 5 * time.Second

// Output returns all that the server printed until now, on both streams. Log files that a configuration names are apart.
func (s *Server) Output() string {
	text, err := os.ReadFile(s.output)
	if err != nil {
		return err.Error()
	}
	return string(bytes.ToValidUTF8(text, []byte("\uFFFD")))
}

// Stop asks the server to end, as a service manager does, and returns how long it took. It is an error when it has not
// ended within limit, or ended badly; it goes on running then.
func (s *Server) Stop(limit time.Duration) (time.Duration, error) {
	begin := time.Now()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case <-s.done:
		return time.Since(begin), s.exit
	case <-ctx.Done():
		return time.Since(begin), fmt.Errorf("server still runs %s after SIGTERM", limit)
	}
}

// Done is closed when the server has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.done }

// PID returns the number of the server's process.
func (s *Server) PID() int { return s.process.Process.Pid }

// Kill ends the server at once, as a crash would.
func (s *Server) Kill() {
	_ = s.process.Process.Kill() // an error means that it has ended
	<-s.done
}

// end ends the server when its test is over, and logs what it printed if the test failed.
func (s *Server) end() {
	select {
	case <-s.done:
	default:
		if _, err := s.Stop(endLimit); err != nil {
			s.Kill()
			s.tb.Error(err)
		}
	}
	if s.tb.Failed() {
		s.tb.Logf("the server printed:\n%s", s.Output())
	}
}
