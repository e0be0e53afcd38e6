package harness

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Config is a Caddyfile and its surroundings. In both parts, and in Files, Caddy's {$HTTP_PORT}, {$HTTPS_PORT} and
// {$ADMIN_PORT} are the server's ports, {$DIR} is its folder.
type Config struct {
	Program string            // package of the program, relative to the module, or the absolute path of a built one; empty: Product
	Global  string            // lines of the global block, beside those for ports, addresses and trust
	Sites   string            // all that follows the global block
	Env     []string          // as in NAME=value; nothing but PATH and GOGC is inherited
	Files   map[string]string // texts by path relative to the server's folder
}

// caddyfile returns the text of the Caddyfile.
func (c Config) caddyfile() string {
	return `{
	admin 127.0.0.1:{$ADMIN_PORT}
	http_port {$HTTP_PORT}
	https_port {$HTTPS_PORT}
	default_bind 127.0.0.1
	skip_install_trust
` + strings.TrimRight(c.Global, "\n") + "\n}\n" + c.Sites + "\n"
}

// write puts the Caddyfile and the other files into folder.
func (c Config) write(folder string) error {
	files := map[string]string{"Caddyfile": c.caddyfile()}
	maps.Copy(files, c.Files)
	for name, text := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ports are the loopback ports of a server.
type ports struct{ http, https, admin int }

// handedOut are the ports of this test run. Two servers on one port would not fail: Caddy's listeners share it.
var handedOut sync.Map

// freePorts returns ports that nobody listened on a moment ago, and no other server got. Another process may take one before
// the server does; Start then tries others.
func freePorts() (ports, error) {
	var found [3]int
	for i := range found {
		for found[i] == 0 {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return ports{}, err
			}
			port := l.Addr().(*net.TCPAddr).Port
			l.Close()
			if _, taken := handedOut.LoadOrStore(port, true); !taken {
				found[i] = port
			}
		}
	}
	return ports{http: found[0], https: found[1], admin: found[2]}, nil
}

// environment returns that of the server's processes.
func environment(c Config, folder string, p ports) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		gogc + "=" + os.Getenv(gogc),
		"HOME=" + folder,
		"XDG_DATA_HOME=" + filepath.Join(folder, "data"),
		"XDG_CONFIG_HOME=" + filepath.Join(folder, "config"),
		"XDG_CACHE_HOME=" + filepath.Join(folder, "cache"),
		"DIR=" + folder,
		fmt.Sprintf("HTTP_PORT=%d", p.http),
		fmt.Sprintf("HTTPS_PORT=%d", p.https),
		fmt.Sprintf("ADMIN_PORT=%d", p.admin),
	}, c.Env...)
}
