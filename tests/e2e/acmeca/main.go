// Acmeca is a certificate authority for tests: Caddy with its `acme_server`, but for two things that no configuration
// reaches:
//
//   - tls-alpn-01 challenges go to the port in the environment variable ACMECA_TLSALPN_PORT instead of 443, where a test
//     cannot listen;
//   - every name is looked up at a name server in the program, and is 127.0.0.1.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"github.com/smallstep/certificates/acme"
)

func main() {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "acmeca:", err)
		os.Exit(2)
	}
	caddycmd.Main()
}

func prepare() error {
	if text, ok := os.LookupEnv("ACMECA_TLSALPN_PORT"); ok {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return fmt.Errorf("ACMECA_TLSALPN_PORT is %q, no port", text)
		}
		acme.InsecurePortTLSALPN01 = int(port)
	}
	names, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go serveDNS(names) // until the process ends
	net.DefaultResolver = &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "udp", names.LocalAddr().String())
		},
	}
	return nil
}
