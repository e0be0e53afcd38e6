package webhook

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/size"
)

// RateLimit says how many requests of one kind a trigger takes.
type RateLimit struct {
	Limit  int           // of requests
	Window time.Duration // in which they come; as many at once are taken after a pause of it

	key *pebble.Template // what tells one kind from another; nil: there is one
}

// The window of a rate limit that sets none, and the longest one.
const (
	defaultRateWindow = time.Minute
	maxRateWindow     = 24 * time.Hour
)

func rateLimitProperty() flow.Property {
	return flow.Property{
		Name: "rateLimit", Type: flow.Object, Extension: true,
		Summary: "At most `limit` requests in a `window`, PT1M unless set, are taken; more are answered with 429 and `Retry-After`. " +
			"With a `key`, an expression such as `{{ trigger.headers['X-Tenant'][0] }}`, that holds for each value of it.",
		Properties: []flow.Property{
			{Name: "limit", Type: flow.Integer, Required: true, Summary: "How many requests, all of which may come at once."},
			{Name: "window", Type: flow.Duration, Default: "PT1M", Summary: "In which time, PT24H at most."},
			{Name: "key", Type: flow.String, Dynamic: true, Summary: "What is counted apart; one that fails counts like an empty one."},
		},
	}
}

func maxBodyProperty() flow.Property {
	return flow.Property{
		Name: "maxBody", Type: flow.String, Extension: true,
		Summary: "The largest body, as in `64KiB`, if that is less than the site's `max_body`; above it the answer is 413.",
	}
}

func allowProperty() flow.Property {
	return flow.Property{
		Name: "allow", Type: flow.StringList, Extension: true,
		Summary: "Addresses and networks, as in `192.0.2.0/24`, from which requests are taken; for all others the webhook is not there.",
	}
}

// compileRateLimit returns nil when the property is not written.
func compileRateLimit(m *flow.Members) (*RateLimit, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // there is no limit
	}
	l := &RateLimit{Limit: int(m.Int("limit")), Window: defaultRateWindow, key: m.Template("key")}
	if m.Has("window") {
		l.Window = m.Duration("window")
	}
	const most = 1_000_000
	switch {
	case l.Limit < 1 || l.Limit > most:
		return nil, m.Errorf("limit", "must be from 1 to %d", most)
	case l.Window <= 0:
		return nil, m.Errorf("window", "must be longer than nothing")
	case l.Window > maxRateWindow:
		return nil, m.Errorf("window", "must not be longer than PT24H")
	}
	return l, nil
}

// compileMaxBody returns 0 when the property is not written.
func compileMaxBody(c *flow.Component) (int64, error) {
	if !c.Has("maxBody") {
		return 0, nil
	}
	bytes, ok := size.Parse(c.Text("maxBody"))
	if !ok {
		return 0, c.Errorf("maxBody", "must be a size, as in 64KiB or 1MB")
	}
	return bytes, nil
}

// Networks are addresses of clients.
type Networks []netip.Prefix

// ParseNetwork reads an address, or a network as in 192.0.2.0/24.
func ParseNetwork(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		a = a.WithZone("").Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, err
	}
	if a := p.Addr(); a.Is4In6() {
		return netip.PrefixFrom(a.Unmap(), max(p.Bits()-96, 0)).Masked(), nil
	}
	return p.Masked(), nil
}

// Contain reports whether a client's address is one of them. No networks at all stand for every address.
func (n Networks) Contain(remoteAddr string) bool {
	if len(n) == 0 {
		return true
	}
	a, err := netip.ParseAddr(remoteAddr)
	if err != nil {
		return false
	}
	a = a.WithZone("").Unmap()
	for _, p := range n {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func compileAllow(c *flow.Component) (Networks, error) {
	if !c.Has("allow") {
		return nil, nil
	}
	var all Networks
	for _, item := range c.Value("allow").List().All() {
		network, err := ParseNetwork(item.Str())
		if err != nil {
			return nil, c.Errorf("allow", "%q is neither an address nor a network, as in 192.0.2.0/24", item.Str())
		}
		all = append(all, network)
	}
	if len(all) == 0 {
		return nil, c.Errorf("allow", "must not be empty: nobody could call the webhook")
	}
	return all, nil
}

// Allows reports whether the trigger takes requests from a client with this address.
func (t *Trigger) Allows(remoteAddr string) bool { return t.allowed.Contain(remoteAddr) }

// MaxBody returns the largest body that the trigger takes, in bytes, where its site takes as many.
func (t *Trigger) MaxBody(site int64) int64 {
	if t.maxBody == 0 {
		return site
	}
	return min(t.maxBody, site)
}

// RateLimit returns how many requests the trigger takes; nil: any number.
func (t *Trigger) RateLimit() *RateLimit { return t.rateLimit }

// HasKey reports whether there is an expression that tells requests of one kind from another.
func (l *RateLimit) HasKey() bool { return l.key != nil }

// Key returns what a request is counted under, by the limit's expression.
func (l *RateLimit) Key(c *pebble.Context) (string, error) {
	text, err := l.key.Render(c)
	return strings.TrimSpace(text), err
}

// TooMany returns the answer to a request beyond a rate limit, which may be sent again in this many seconds.
func TooMany(seconds int) Response {
	r := Message(http.StatusTooManyRequests, OutcomeLimited, "Too Many Requests: the webhook's rate limit is reached")
	r.RetryAfter = seconds
	return r
}
