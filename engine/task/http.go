package task

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"
)

// HTTP sends requests to other servers.
type HTTP interface {
	// Send sends a request, follows its redirects, and returns the answer once its headers are there. Whoever calls it closes the
	// body. An error says what happened in words for the flow's author; it quotes the address, and no password.
	Send(ctx context.Context, r *HTTPRequest) (*HTTPResponse, error)
}

// HTTPRequest is a request to another server.
type HTTPRequest struct {
	Method string // sent as it is written
	URL    *url.URL
	Header http.Header // names are sent as they are written
	Body   *HTTPBody   // nil: none

	ConnectTimeout time.Duration // until there is a connection; 0: 30 s
	IdleTimeout    time.Duration // until the headers of the answer are there, and for each piece of its body; 0: 5 min
	MaxBody        int64         // bytes of the answer's body, also when it was decompressed; 0: 10 MiB
	KeepRedirects  bool          // an answer that is a redirect is not followed
	Insecure       bool          // any certificate is trusted
	Proxy          *HTTPProxy    // nil: none
	Auth           *HTTPAuth     // nil: none

	// Exchanged, when set, is called for every answer, that of a redirect too.
	Exchanged func(*HTTPExchange)
}

// HTTPBody is what a request sends. It may be sent several times: after a redirect, and when a server asks for credentials.
type HTTPBody struct {
	Open   func() (io.ReadCloser, error)
	Length int64 // bytes; -1: not known
}

// HTTPProxy is a server that requests go through.
type HTTPProxy struct {
	SOCKS              bool // it speaks SOCKS 5; otherwise HTTP
	Host               string
	Port               int
	Username, Password string
}

// HTTPAuth is how a request says who asks. It is sent to the server of the request alone, not to one that it redirects to.
type HTTPAuth struct {
	Scheme             HTTPAuthScheme
	Username, Password string
	Token              string // of Bearer
}

// HTTPAuthScheme is a scheme of HTTP authentication.
type HTTPAuthScheme uint8

// The schemes.
const (
	BasicAuth HTTPAuthScheme = iota
	BearerAuth
	DigestAuth
)

// HTTPExchange is one request as it was sent, and its answer without the body.
type HTTPExchange struct {
	URL      string
	Remote   string // address of the server, or of the proxy
	Method   string
	Sent     http.Header
	Code     int
	Reason   string // the text beside the code
	Received http.Header
}

// HTTPResponse is an answer.
type HTTPResponse struct {
	Code    int
	Reason  string
	Header  http.Header
	Body    io.ReadCloser // decompressed; an error of reading says what happened, as that of Send does
	HasBody bool          // the answer may have one: not that to HEAD, nor 204 and 304
}
