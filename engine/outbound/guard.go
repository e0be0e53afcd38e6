package outbound

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Options say what requests may reach. Link-local addresses, and those by which clouds tell a machine its secrets, are refused always.
type Options struct {
	// Admin is where the admin endpoints of this server listen, as in localhost:2019. No request reaches such a port of this
	// machine. What is no address of TCP is left out.
	Admin []string

	// DenyPrivate refuses the addresses of this machine and of private networks.
	DenyPrivate bool
}

// RefusedError says that requests to an address are refused.
type RefusedError struct {
	Address netip.AddrPort
	Why     string
}

// Error implements error.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("requests to %s are refused: it is %s", e.Address, e.Why)
}

// guard judges addresses.
type guard struct {
	admin       map[uint16]bool // ports
	denyPrivate bool
	local       func() ([]net.Addr, error) // addresses of this machine
}

func newGuard(o Options) *guard {
	g := &guard{admin: map[uint16]bool{}, denyPrivate: o.DenyPrivate, local: net.InterfaceAddrs}
	for _, address := range o.Admin {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseUint(port, 10, 16); err == nil {
			g.admin[uint16(n)] = true
		}
	}
	return g
}

// check returns why an address is refused; nil if it is not. It is asked for the address that a connection is really made to, so
// that neither a redirect nor a DNS answer that changes leads around it.
func (g *guard) check(to netip.AddrPort) error {
	refused := func(why string) error {
		return &RefusedError{netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), why}
	}
	addr := plainAddr(to.Addr())
	switch {
	case addr.IsLinkLocalUnicast():
		return refused("a link-local address")
	case slices.Contains(metadata, addr):
		return refused("where a cloud tells machines their secrets")
	case addr.IsMulticast():
		return refused("a multicast address")
	case g.admin[to.Port()] && g.isLocal(addr):
		return refused("the admin endpoint of this server")
	case g.denyPrivate && isPrivate(addr):
		return refused("a private address")
	default:
		return nil
	}
}

// isLocal reports whether an address is one of this machine. When that cannot be found out, it is.
func (g *guard) isLocal(addr netip.Addr) bool {
	if addr.IsLoopback() || addr.IsUnspecified() {
		return true
	}
	own, err := g.local()
	if err != nil {
		return true
	}
	for _, a := range own {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == addr {
			return true
		}
	}
	return false
}

// metadata are the addresses of metadata services that are not link-local.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // Amazon
	netip.MustParseAddr("fd20:ce::254"),    // Google
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle
}

// private are the networks that are not part of the public internet, and that [netip.Addr.IsPrivate] does not know.
var private = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("fec0::/10"),
}

func isPrivate(addr netip.Addr) bool {
	if addr.IsPrivate() || addr.IsLoopback() || addr.IsUnspecified() {
		return true
	}
	for _, p := range private {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// carriers are networks of IPv6 whose addresses have one of IPv4 in them, from a byte on.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},   // translated by the network
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12}, // likewise, within it
	{netip.MustParsePrefix("2002::/16"), 2},       // 6to4
}

// plainAddr returns the address that packets arrive at: that of IPv4 which one of IPv6 stands for, and no zone.
func plainAddr(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	for _, c := range carriers {
		if c.prefix.Contains(addr) {
			b := addr.As16()
			return netip.AddrFrom4([4]byte(b[c.at : c.at+4]))
		}
	}
	return addr
}

// oddAddr returns the address that a host stands for to programs that read parts of addresses as hexadecimal and octal numbers, and
// fewer than four of them: 0xa9fea9fe is 169.254.169.254. What a proxy makes of a host is not known, so it is held to this.
func oddAddr(host string) (netip.Addr, bool) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var all uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 32)
		if err != nil || strings.ContainsAny(part, "_+") {
			return netip.Addr{}, false
		}
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if n >= 1<<bits {
			return netip.Addr{}, false
		}
		all = all<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(all >> 24), byte(all >> 16), byte(all >> 8), byte(all)}), true
}
