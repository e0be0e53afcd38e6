// Acmeca is a certificate authority for tests: Caddy with its `acme_server`, whose tls-alpn-01 challenges go to the port in
// the environment variable ACMECA_TLSALPN_PORT instead of 443, where a test cannot listen. That port is a variable of the
// library that Caddy's ACME server is made of, and no configuration reaches it; hence a program of its own.
package main

import (
	"fmt"
	"os"
	"strconv"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"github.com/smallstep/certificates/acme"
)

func main() {
	if text, ok := os.LookupEnv("ACMECA_TLSALPN_PORT"); ok {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			fmt.Fprintf(os.Stderr, "acmeca: ACMECA_TLSALPN_PORT is %q, no port\n", text)
			os.Exit(2)
		}
		acme.InsecurePortTLSALPN01 = int(port)
	}
	caddycmd.Main()
}
