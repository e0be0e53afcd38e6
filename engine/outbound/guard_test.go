package outbound

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	const admin, deny = "admin", "deny"
	for _, tt := range []struct{ to, options, why string }{
		{"93.184.216.34:80", admin + deny, ""},
		{"[2606:2800:220:1::1]:443", admin + deny, ""},
		{"127.0.0.1:80", admin, ""},
		{"10.0.0.1:80", admin, ""},

		{"169.254.169.254:80", "", "a link-local address"},
		{"169.254.1.1:80", "", "a link-local address"},
		{"169.254.170.2:80", "", "a link-local address"},
		{"[fe80::1]:80", "", "a link-local address"},
		{"[fe80::1%lo]:80", "", "a link-local address"},
		{"[::ffff:169.254.169.254]:80", "", "a link-local address"},
		{"[64:ff9b::a9fe:a9fe]:80", "", "a link-local address"},
		{"[64:ff9b:1::a9fe:a9fe]:80", "", "a link-local address"},
		{"[2002:a9fe:a9fe::1]:80", "", "a link-local address"},
		{"[fd00:ec2::254]:80", "", "where a cloud tells machines their secrets"},
		{"[fd20:ce::254]:80", "", "where a cloud tells machines their secrets"},
		{"100.100.100.200:80", "", "where a cloud tells machines their secrets"},
		{"168.63.129.16:80", "", "where a cloud tells machines their secrets"},
		{"192.0.0.192:80", "", "where a cloud tells machines their secrets"},
		{"224.0.0.1:80", "", "a multicast address"},
		{"[ff02::1]:80", "", "a multicast address"},

		{"127.0.0.1:2019", admin, "the admin endpoint of this server"},
		{"127.0.0.1:2019", "", ""},
		{"127.8.9.1:2019", admin, "the admin endpoint of this server"},
		{"0.0.0.0:2019", admin, "the admin endpoint of this server"},
		{"[::]:2019", admin, "the admin endpoint of this server"},
		{"[::1]:2019", admin, "the admin endpoint of this server"},
		{"[::ffff:127.0.0.1]:2019", admin, "the admin endpoint of this server"},
		{"192.0.2.7:2019", admin, "the admin endpoint of this server"}, // an address of this machine
		{"192.0.2.8:2019", admin, ""},
		{"127.0.0.1:2021", admin, "the admin endpoint of this server"},
		{"127.0.0.1:2020", admin, ""},

		{"127.0.0.1:80", deny, "a private address"},
		{"10.0.0.1:80", deny, "a private address"},
		{"172.16.0.1:80", deny, "a private address"},
		{"192.168.1.1:80", deny, "a private address"},
		{"100.64.0.1:80", deny, "a private address"},
		{"0.0.0.0:80", deny, "a private address"},
		{"[::1]:80", deny, "a private address"},
		{"[::]:80", deny, "a private address"},
		{"[fd12::1]:80", deny, "a private address"},
		{"[::ffff:10.0.0.1]:80", deny, "a private address"},
		{"[64:ff9b::a00:1]:80", deny, "a private address"},
		{"[2002:a00:1::]:80", deny, "a private address"},
		{"[::a00:1]:80", deny, "a private address"},
		{"198.18.0.1:80", deny, "a private address"},
		{"240.0.0.1:80", deny, "a private address"},
	} {
		o := Options{DenyPrivate: strings.Contains(tt.options, deny)}
		if strings.Contains(tt.options, admin) {
			o.Admin = []string{"localhost:2019", ":2021", "unix//run/caddy.sock", "no port"}
		}
		g := newGuard(o)
		g.local = func() ([]net.Addr, error) {
			return []net.Addr{&net.IPNet{IP: net.IPv4(192, 0, 2, 7), Mask: net.CIDRMask(24, 32)}}, nil
		}
		err := g.check(netip.MustParseAddrPort(tt.to))
		refused, ok := errors.AsType[*RefusedError](err)
		if ok != (tt.why != "") || ok && refused.Why != tt.why {
			t.Errorf("%s with %q: %v, want %q", tt.to, tt.options, err, tt.why)
		}
	}
}

// TestGuardUnsure checks that the admin endpoint is refused when this machine's addresses cannot be had.
func TestGuardUnsure(t *testing.T) {
	g := newGuard(Options{Admin: []string{":2019"}})
	g.local = func() ([]net.Addr, error) { return nil, errors.New("no") }
	if err := g.check(netip.MustParseAddrPort("192.0.2.7:2019")); err == nil {
		t.Error("it is let pass")
	}
}

func TestOddAddr(t *testing.T) {
	for _, tt := range []struct{ host, want string }{
		{"2852039166", "169.254.169.254"},
		{"0xa9fea9fe", "169.254.169.254"},
		{"0xa9.254.0xa9fe", "169.254.169.254"},
		{"0251.0376.0251.0376", "169.254.169.254"},
		{"169.16689662", "169.254.169.254"},
		{"169.254.169.254.", "169.254.169.254"},
		{"0", "0.0.0.0"},
		{"127.1", "127.0.0.1"},
		{"256.1.1.1", ""},
		{"1.2.3.4.5", ""},
		{"4294967296", ""},
		{"1_0.0.0.1", ""},
		{"example.com", ""},
		{"face", ""},
		{"", ""},
		{"1..2", ""},
	} {
		got, ok := oddAddr(tt.host)
		if ok != (tt.want != "") || ok && got.String() != tt.want {
			t.Errorf("%q: %v %v, want %q", tt.host, got, ok, tt.want)
		}
	}
}
