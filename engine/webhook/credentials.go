package webhook

import (
	"net/textproto"
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Hidden is what executions have in the place of a credential.
const Hidden = "******"

// credentials are the headers by which callers say who they are. They are for the server in front, and for conditions. The header of
// a signature that is a token in itself counts as one as well.
var credentials = []string{"Authorization", "Cookie", "Proxy-Authorization"}

// hides reports whether the values of a header, named in its canonical spelling or as somebody has written it, are not to be seen.
func (r *Request) hides(name string) bool {
	if !r.hidden {
		return false
	}
	name = textproto.CanonicalMIMEHeaderKey(name)
	return name == r.token || slices.Contains(credentials, name)
}

// HideCredentials replaces the values of headers that hold credentials, in the variable `trigger` of the execution that is about to
// begin: it is kept, shown and sent on, where credentials of somebody else have no business. What was rendered before has seen them.
func (d *Delivery) HideCredentials() {
	has := func(name string) bool { return d.request.Header[name] != nil }
	if !slices.ContainsFunc(credentials, has) && !has(d.request.token) {
		return
	}
	d.request.hidden = true
	d.parts[slices.Index(partNames[:], "headers")] = part{}
	d.trigger = new(value.Drawn).From(d)
}
