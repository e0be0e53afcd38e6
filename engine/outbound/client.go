package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

const (
	// maxRoutes bounds for how many kinds of connection there are pools at once.
	maxRoutes = 64

	// maxHeader bounds the bytes of the headers of an answer.
	maxHeader = 256 << 10

	// dialLimit bounds a connection attempt of which no request waits for the end any more.
	dialLimit = 30 * time.Second

	poolTime    = 90 * time.Second // how long a connection is kept that nobody uses
	poolPerHost = 16
	poolAll     = 256
)

// Client sends requests to other servers. It is a [task.HTTP].
type Client struct {
	guard atomic.Pointer[guard]
	wire  http.RoundTripper // in place of connections; nil: those

	// What tests replace: how connections are made, names are resolved, and which authorities are trusted (nil: the system's).
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	resolver *net.Resolver
	roots    *x509.CertPool
	tls      *tls.Config // of servers that the operator trusts; nil: as usual

	mu    sync.Mutex
	pools map[route]*pool
	uses  uint64
}

// route is what decides which connections a request can share.
type route struct {
	insecure bool
	proxy    task.HTTPProxy // zero: none
}

// pool is the connections of a route.
type pool struct {
	transport *http.Transport
	used      uint64 // when, counted in uses
}

// New returns a client. It is to be configured before requests are sent, and refuses what [Options] refuse always until then.
func New() *Client {
	c := &Client{pools: map[route]*pool{}, resolver: net.DefaultResolver}
	c.guard.Store(newGuard(Options{}))
	c.dial = c.dialGuarded
	return c
}

// Through returns a client whose requests take a wire: nothing is connected to, resolved or refused. It is for tests of flows.
func Through(wire http.RoundTripper) *Client {
	c := New()
	c.wire = wire
	return c
}

// NewTrusted returns a client for a server that the operator names: nothing is refused, and the route to it is as t says; nil: as usual.
func NewTrusted(t *tls.Config) *Client {
	c := New()
	c.tls = t
	c.dial = (&net.Dialer{Timeout: dialLimit}).DialContext
	return c
}

// Configure applies o; the last call wins. Connections that were made under other options are not used again.
func (c *Client) Configure(o Options) {
	g := newGuard(o)
	if old := c.guard.Swap(g); old.denyPrivate != g.denyPrivate || !maps.Equal(old.admin, g.admin) {
		c.Close()
	}
}

// Close closes the connections that no request uses. The client may be used on.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for r, p := range c.pools {
		delete(c.pools, r)
		p.transport.CloseIdleConnections()
	}
}

// transport returns what a request of a route takes.
func (c *Client) transport(r route) http.RoundTripper {
	if c.wire != nil {
		return c.wire
	}
	return c.pool(r)
}

// pool returns the connections of a route. The one that was not used for the longest time makes room for a new one.
func (c *Client) pool(r route) *http.Transport {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses++
	if p := c.pools[r]; p != nil {
		p.used = c.uses
		return p.transport
	}
	if len(c.pools) >= maxRoutes {
		var oldest route
		used := c.uses
		for r, p := range c.pools {
			if p.used < used {
				oldest, used = r, p.used
			}
		}
		c.pools[oldest].transport.CloseIdleConnections()
		delete(c.pools, oldest)
	}
	t := c.newTransport(r)
	c.pools[r] = &pool{t, c.uses}
	return t
}

// newTransport makes a pool. It speaks HTTP/1.1, as Kestra does: method and header names arrive as they are written.
func (c *Client) newTransport(r route) *http.Transport {
	t := &http.Transport{
		DialContext:            c.dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.roots, InsecureSkipVerify: r.insecure}, //nolint:gosec // the flow asks for it
		TLSHandshakeTimeout:    dialLimit,
		DisableCompression:     true, // limits count what comes out, too
		MaxIdleConns:           poolAll,
		MaxIdleConnsPerHost:    poolPerHost,
		IdleConnTimeout:        poolTime,
		MaxResponseHeaderBytes: maxHeader,
		OnProxyConnectResponse: checkConnect,
	}
	if c.tls != nil {
		t.TLSClientConfig = c.tls.Clone()
	}
	if p := r.proxy; p.Host != "" {
		to := &url.URL{Scheme: "http", Host: net.JoinHostPort(p.Host, strconv.Itoa(p.Port))}
		if p.SOCKS {
			to.Scheme = "socks5"
		}
		if p.Username != "" || p.Password != "" {
			to.User = url.UserPassword(p.Username, p.Password)
		}
		t.Proxy = http.ProxyURL(to)
	}
	return t
}

// dialGuarded connects to an address that the guard lets pass, which is asked for the very address the connection is made to.
func (c *Client) dialGuarded(ctx context.Context, network, address string) (net.Conn, error) {
	if host, _, err := net.SplitHostPort(address); err == nil && isInvalid(host) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	d := net.Dialer{Timeout: dialLimit, Resolver: c.resolver, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return c.guard.Load().check(to)
	}}
	return d.DialContext(ctx, network, address)
}

// checkProxied judges the host of a request that goes through a proxy, which makes the connection to it: by its address if it
// is one, in any spelling, else by the addresses that its name has here. A name that has none here is the proxy's affair.
func (c *Client) checkProxied(ctx context.Context, u *url.URL) error {
	port, err := strconv.ParseUint(portOf(u), 10, 16)
	if err != nil {
		return nil //nolint:nilerr // no server listens on such a port
	}
	g, host := c.guard.Load(), u.Hostname()
	addrs := make([]netip.Addr, 0, 1)
	if addr, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, addr)
	} else if addr, ok := oddAddr(host); ok {
		addrs = append(addrs, addr)
	} else if isInvalid(host) {
		return nil
	} else if addrs, err = c.resolver.LookupNetIP(ctx, "ip", host); err != nil {
		return context.Cause(ctx)
	}
	for _, addr := range addrs {
		if err := g.check(netip.AddrPortFrom(addr, uint16(port))); err != nil {
			return err
		}
	}
	return nil
}

// isInvalid reports whether a name is one of those that never exist, so that nobody is asked for it (RFC 6761).
func isInvalid(host string) bool {
	return strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".invalid")
}

func portOf(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}
