package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/trace"
)

const (
	defaultConnect = 30 * time.Second
	defaultIdle    = 5 * time.Minute
	defaultBody    = 10 << 20

	// maxRedirects is how many redirects of a request are followed.
	maxRedirects = 20
)

// Send implements [task.HTTP].
func (c *Client) Send(ctx context.Context, r *task.HTTPRequest) (*task.HTTPResponse, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	s, err := c.begin(ctx, r, cancel)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	answer, err := s.follow(ctx)
	if err == nil {
		var out *task.HTTPResponse
		if out, err = s.result(answer); err == nil {
			return out, nil
		}
		_ = answer.Body.Close()
	}
	s.watch.end()
	return nil, err
}

// sending is a request under way.
type sending struct {
	client *Client
	asked  *task.HTTPRequest
	watch  *watch
	ctx    context.Context // canceled by the watch
	route  route
	jar    http.CookieJar // what an answer sets is sent to where it redirects to

	// The request that is sent next.
	url    *url.URL
	method string
	header http.Header
	body   *task.HTTPBody
	digest *challenge // what the server has asked for; nil: nothing yet
}

func (c *Client) begin(ctx context.Context, r *task.HTTPRequest, cancel context.CancelCauseFunc) (*sending, error) {
	switch {
	case r.URL.Scheme != "http" && r.URL.Scheme != "https" || r.URL.Host == "":
		return nil, fmt.Errorf("%s is no address of a server: it must begin with http:// or https://", r.URL.Redacted())
	case r.URL.User != nil:
		return nil, errors.New("Request URI authority contains deprecated userinfo component") //nolint:staticcheck // Kestra's words
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	to := *r.URL
	if to.Path == "" {
		to.Path = "/"
	}
	s := &sending{client: c, ctx: ctx, asked: r, jar: jar, url: &to, method: r.Method, header: r.Header.Clone(), body: r.Body}
	if s.header == nil {
		s.header = http.Header{}
	}
	trace.Inject(ctx, s.header)
	s.route.insecure = r.Insecure
	if r.Proxy != nil {
		s.route.proxy = *r.Proxy
	}
	s.watch = &watch{connect: orElse(r.ConnectTimeout, defaultConnect), idle: orElse(r.IdleTimeout, defaultIdle), cancel: cancel}
	return s, nil
}

func orElse[T time.Duration | int64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// follow sends the request, and those that answers lead to, and returns the last answer.
func (s *sending) follow(ctx context.Context) (*http.Response, error) {
	for redirects := 0; ; {
		answer, err := s.exchange(ctx)
		if err != nil {
			return nil, err
		}
		if s.mayAuthenticate(answer) {
			drop(answer)
			continue
		}
		to := answer.Header.Get("Location")
		if s.asked.KeepRedirects || to == "" || !isRedirect(answer.StatusCode) {
			return answer, nil
		}
		drop(answer)
		if redirects++; redirects > maxRedirects {
			return nil, fmt.Errorf("more than %d redirects, the last one to %s", maxRedirects, redacted(to))
		}
		if err := s.redirect(answer.StatusCode, to); err != nil {
			return nil, err
		}
	}
}

// drop closes an answer of which only the headers count. A short body is read, so that the connection can be used on.
func drop(answer *http.Response) {
	const short = 4 << 10
	_, _ = io.CopyN(io.Discard, answer.Body, short)
	_ = answer.Body.Close()
}

func isRedirect(code int) bool {
	switch code {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// redirect makes the next request of an answer: as browsers do, POST becomes GET after 301 to 303, and everything but HEAD does
// after 303; after 307 and 308 it stays as it is. Credentials and cookies stay with the server that they are meant for.
func (s *sending) redirect(code int, location string) error {
	to, err := s.url.Parse(location)
	switch {
	case err != nil:
		return fmt.Errorf("redirect to %s, which is no address", redacted(location))
	case to.Scheme != "http" && to.Scheme != "https" || to.Host == "":
		return fmt.Errorf("redirect to %s, which is no address of http or https", to.Redacted())
	}
	see := code == http.StatusSeeOther && s.method != http.MethodHead
	moved := code < http.StatusSeeOther && s.method == http.MethodPost
	if see || moved {
		s.method, s.body = http.MethodGet, nil
		removeHeaders(s.header, "content-type", "content-length", "content-encoding", "content-language", "content-location", "transfer-encoding")
	}
	if !sameServer(s.url, to) {
		removeHeaders(s.header, "authorization", "cookie", "cookie2", "proxy-authorization", "www-authenticate", "host")
	}
	to.User, s.digest = nil, nil
	s.url = to
	return nil
}

func sameServer(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

// removeHeaders removes headers, however their names are written.
func removeHeaders(h http.Header, names ...string) {
	for name := range h {
		for _, n := range names {
			if strings.EqualFold(name, n) {
				delete(h, name)
			}
		}
	}
}

// headerOf returns the first value of a header, however its name is written.
func headerOf(h http.Header, name string) (string, bool) {
	for n, values := range h {
		if strings.EqualFold(n, name) && len(values) > 0 {
			return values[0], true
		}
	}
	return "", false
}

func redacted(location string) string {
	if u, err := url.Parse(location); err == nil {
		return u.Redacted()
	}
	return "an address"
}

// exchange sends one request.
func (s *sending) exchange(ctx context.Context) (*http.Response, error) {
	s.watch.connecting()
	remote := ""
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		remote = info.Conn.RemoteAddr().String()
		s.watch.answering()
	}})
	if s.route.proxy.Host != "" && s.client.wire == nil {
		if err := s.client.checkProxied(ctx, s.url); err != nil {
			return nil, s.explain(err)
		}
	}
	r, err := s.request(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := s.client.transport(s.route).RoundTrip(r)
	s.watch.passOn()
	if err != nil {
		return nil, s.explain(err)
	}
	s.watch.rest()
	s.jar.SetCookies(s.url, answer.Cookies())
	if s.asked.Exchanged != nil {
		_, reason, _ := strings.Cut(answer.Status, " ")
		sent := r.Header.Clone()
		sent["Host"] = []string{r.Host}
		if r.ContentLength > 0 {
			sent["Content-Length"] = []string{strconv.FormatInt(r.ContentLength, 10)}
		}
		s.asked.Exchanged(&task.HTTPExchange{
			URL: s.url.Redacted(), Remote: remote, Method: s.method, Sent: sent,
			Code: answer.StatusCode, Reason: reason, Received: answer.Header,
		})
	}
	answer.Body = s.watch.body(answer.Body)
	return answer, nil
}

// request makes the request that is sent next, with the headers of all requests.
func (s *sending) request(ctx context.Context) (*http.Request, error) {
	r := (&http.Request{
		Method: s.method, URL: s.url, Host: s.url.Host, Header: s.header.Clone(), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if host, ok := headerOf(r.Header, "host"); ok {
		r.Host = host
	}
	removeHeaders(r.Header, "host", "content-length", "transfer-encoding", "trailer")
	for name, value := range map[string]string{"User-Agent": "Kestra", "Accept-Encoding": "gzip, x-gzip, deflate", "Connection": "keep-alive"} {
		if given, ok := headerOf(r.Header, name); ok {
			value = given
		}
		removeHeaders(r.Header, name)
		r.Header.Set(name, value)
	}
	for _, cookie := range s.jar.Cookies(s.url) {
		r.AddCookie(cookie)
	}
	s.authenticate(r)
	if s.body != nil {
		open := func() (io.ReadCloser, error) {
			body, err := s.body.Open()
			if err != nil {
				return nil, err
			}
			return s.watch.upload(body), nil
		}
		body, err := open()
		if err != nil {
			return nil, err
		}
		r.Body, r.GetBody, r.ContentLength = body, open, s.body.Length
		if s.body.Length == 0 {
			_ = body.Close()
			r.Body = http.NoBody
		}
	}
	return r, nil
}

// authenticate adds the credentials, if they are for the server that is asked.
func (s *sending) authenticate(r *http.Request) {
	a := s.asked.Auth
	if a == nil || !sameServer(s.asked.URL, s.url) {
		return
	}
	switch {
	case a.Scheme == task.BasicAuth:
		r.SetBasicAuth(a.Username, a.Password)
	case a.Scheme == task.BearerAuth:
		r.Header.Set("Authorization", "Bearer "+a.Token)
	case s.digest != nil:
		r.Header.Set("Authorization", s.digest.answer(a, s.method, s.url.RequestURI()))
	}
}

// mayAuthenticate reports whether the request is to be sent again with the digest that the server asks for.
func (s *sending) mayAuthenticate(answer *http.Response) bool {
	a := s.asked.Auth
	if a == nil || a.Scheme != task.DigestAuth || answer.StatusCode != http.StatusUnauthorized || s.digest != nil || !sameServer(s.asked.URL, s.url) {
		return false
	}
	s.digest = parseChallenge(answer.Header.Values("WWW-Authenticate"))
	return s.digest != nil
}

// checkConnect says what a proxy answers that makes no connection.
func checkConnect(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{fmt.Sprintf("proxy %s makes no connection: it answers %s", proxy.Host, answer.Status)}
}

// proxyError is what a proxy says.
type proxyError struct{ text string }

func (e *proxyError) Error() string { return e.text }

// timeoutError is the cause of a context that a watch has canceled.
type timeoutError struct{ text string }

func (e *timeoutError) Error() string { return e.text }

// timedOut returns the timeout that ended a context.
func timedOut(ctx context.Context) error {
	if e, ok := errors.AsType[*timeoutError](context.Cause(ctx)); ok {
		return e
	}
	return nil
}
