package outbound

import (
	"crypto/md5" //nolint:gosec // the scheme has it
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// challenge is what a server asks for by the scheme Digest of RFC 7616.
type challenge struct {
	realm, nonce, opaque, algorithm string
	auth                            bool // it asks for quality of protection auth; otherwise for none
}

// parseChallenge returns the first challenge that can be met; nil if there is none.
func parseChallenge(headers []string) *challenge {
	for _, h := range headers {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(h), " ")
		if !strings.EqualFold(scheme, "Digest") {
			continue
		}
		p := parameters(rest)
		c := &challenge{realm: p["realm"], nonce: p["nonce"], opaque: p["opaque"], algorithm: p["algorithm"]}
		qop, asked := p["qop"]
		for q := range strings.SplitSeq(qop, ",") {
			c.auth = c.auth || strings.EqualFold(strings.TrimSpace(q), "auth")
		}
		if asked && !c.auth { // it insists on something else
			continue
		}
		if c.nonce != "" && c.hash() != nil {
			return c
		}
	}
	return nil
}

// parameters returns the parameters of a challenge, by their names in lower case.
func parameters(text string) map[string]string {
	out := map[string]string{}
	for text != "" {
		var name string
		name, text, _ = strings.Cut(text, "=")
		name = strings.ToLower(strings.Trim(name, " \t,"))
		text = strings.TrimLeft(text, " \t")
		var v string
		if quoted, ok := strings.CutPrefix(text, `"`); ok {
			v, text = unquote(quoted)
		} else {
			v, text, _ = strings.Cut(text, ",")
			v = strings.TrimSpace(v)
		}
		if name != "" {
			out[name] = v
		}
	}
	return out
}

// unquote returns a quoted text, of which the first quote is cut off already, and what comes after it.
func unquote(text string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		case '"':
			return b.String(), text[i+1:]
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), ""
}

// hash returns the hash of the challenge's algorithm; nil if it is not known.
func (c *challenge) hash() hash.Hash {
	switch name, _ := strings.CutSuffix(strings.ToUpper(c.algorithm), "-SESS"); name {
	case "", "MD5":
		return md5.New() //nolint:gosec // the server asks for it
	case "SHA-256":
		return sha256.New()
	default:
		return nil
	}
}

func (c *challenge) sum(parts ...string) string {
	h := c.hash()
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// quote returns text as a quoted string of HTTP.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// answer returns the header Authorization that meets the challenge.
func (c *challenge) answer(a *task.HTTPAuth, method, uri string) string {
	const count = "00000001" // a nonce is used once
	own := rand.Text()
	who := c.sum(a.Username, c.realm, a.Password)
	if strings.HasSuffix(strings.ToUpper(c.algorithm), "-SESS") {
		who = c.sum(who, c.nonce, own)
	}
	what := c.sum(method, uri)
	response := c.sum(who, c.nonce, what)
	if c.auth {
		response = c.sum(who, c.nonce, count, own, "auth", what)
	}
	out := "Digest username=" + quote(a.Username) + ", realm=" + quote(c.realm) + ", nonce=" + quote(c.nonce) + ", uri=" + quote(uri) + ", response=" + quote(response)
	if c.algorithm != "" {
		out += ", algorithm=" + c.algorithm
	}
	if c.auth {
		out += ", qop=auth, nc=" + count + ", cnonce=" + quote(own)
	}
	if c.opaque != "" {
		out += ", opaque=" + quote(c.opaque)
	}
	return out
}
