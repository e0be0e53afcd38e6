package caddymodule

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

func init() {
	caddy.RegisterModule(new(Handler))
}

// The values of [Handler.Unknown].
const (
	unknown404  = "404"
	unknownPass = "pass"
)

// Handler answers the webhook URLs of Kestra's flows, which are
// `/api/v1/executions/webhook/{namespace}/{flowId}/{key}` and
// `/api/v1/main/executions/webhook/{namespace}/{flowId}/{key}`, for GET, POST and PUT, and those of the status of an execution
// that it has answered with 202, which end in `{namespace}/{flowId}/-/{token}`, for GET. Every other request goes to the next handler.
//
// It sets these placeholders for handlers and logs after it:
//
// Placeholder | Description
// ------------|------------
// `{http.kestra_webhook.outcome}` | What became of the request, in one word, as in `fired`, `unmet` or `unknown`
// `{http.kestra_webhook.execution_id}` | The execution, if one was created
// `{http.kestra_webhook.namespace}` | The flow's namespace, if the key was right
// `{http.kestra_webhook.flow}` | The flow's id, if the key was right
//
// Requests whose URL contains `/executions/webhook/`, also by a rewrite, have an access log line of this module instead of
// Caddy's, with the same fields, the key replaced wherever it stands, and execution_id, namespace, flow and outcome added.
type Handler struct {
	// Folders with flow definitions for this site, beside those of the app: files named *.yml or *.yaml at any depth. A
	// relative folder is taken from the working directory of the process. A missing folder is an error, an empty one a
	// warning. Placeholders such as `{env.FLOWS}` are replaced when the configuration is loaded. Default: none.
	FlowDirs []string `json:"flow_dirs,omitempty"`

	// The namespaces that this site serves; flows of others are unknown here. A pattern is a namespace, or `a.b.*` for
	// a.b and everything below. Default: all.
	Namespaces []string `json:"namespaces,omitempty"`

	// CEL expressions that every webhook request of this site must satisfy beside the conditions of its trigger; one that
	// does not is answered with 204. Placeholders are not replaced. Default: none.
	Conditions []string `json:"conditions,omitempty"`

	// Addresses and networks, as in `192.0.2.0/24`, whose clients may call the webhooks of this site; for all others there are
	// none: they get what `unknown` says. `private_ranges` stands for the private networks and this machine. The address is the
	// client's as the server's `trusted_proxies` make it. Default: all.
	Allow []string `json:"allow,omitempty"`

	// What happens to a webhook URL that no loaded trigger matches: `404` answers with status 404, `pass` gives the
	// request, with its body unread, to the next handler. Default: `404`.
	Unknown string `json:"unknown,omitempty"`

	// The largest request body in bytes, also after decompression; above it the answer is 413. Default: 10485760 (10 MiB).
	MaxBody int64 `json:"max_body,omitempty"`

	// How long a request waits for the execution of a trigger with `wait: true`, unless that sets `waitTimeout`; then the
	// answer is 202 and the execution goes on. Default: `30s`.
	WaitTimeout caddy.Duration `json:"wait_timeout,omitempty"`

	// How long the body of a request may take to arrive, beside a second for each 16 KiB of it; then the answer is 408. A
	// `read_timeout` of the server counts as well. Default: `30s`.
	BodyTimeout caddy.Duration `json:"body_timeout,omitempty"`

	// Headers that answers of flows may have beside those that all may, as they act on a whole site or on a proxy: `Set-Cookie`,
	// `Strict-Transport-Security`, `Access-Control-*` for all whose names begin so, and the like. Default: none.
	AllowResponseHeaders []string `json:"allow_response_headers,omitempty"`

	logger    *zap.Logger
	access    *zap.Logger
	app       *App
	options   engine.SiteOptions
	dirs      []string                     // of the flows that the site serves
	compiled  atomic.Pointer[compiledSite] // what serves
	arrivals  *arrivals                    // set when the site is opened
	metrics   *metrics                     // likewise
	rewritten sync.Once                    // the warning about webhook URLs that a rewrite hides
	incoming  sync.Pool                    // of *incoming
}

// CaddyModule returns the Caddy module information.
func (*Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.kestra_webhook",
		New: func() caddy.Module { return new(Handler) },
	}
}

// Provision compiles the site, which the app opens.
func (h *Handler) Provision(ctx caddy.Context) error {
	h.logger = ctx.Logger()
	h.access = ctx.Logger(accessLog{})
	switch {
	case h.Unknown != "" && h.Unknown != unknown404 && h.Unknown != unknownPass:
		return fmt.Errorf("kestra_webhook: unknown must be 404 or pass, is %q", h.Unknown)
	case h.MaxBody < 0:
		return errors.New("kestra_webhook: max_body must not be negative")
	case h.WaitTimeout < 0:
		return errors.New("kestra_webhook: wait_timeout must not be negative")
	case h.BodyTimeout < 0:
		return errors.New("kestra_webhook: body_timeout must not be negative")
	}
	if err := checkNamespaces(h.Namespaces); err != nil {
		return fmt.Errorf("kestra_webhook: %w", err)
	}
	allowed, err := networks(h.Allow)
	if err != nil {
		return fmt.Errorf("kestra_webhook: allow: %w", err)
	}
	allowedHeaders, err := h.allowedHeaders()
	if err != nil {
		return err
	}
	module, err := ctx.App("kestra")
	if err != nil {
		return err
	}
	app := module.(*App)
	dirs, set, err := app.flows.loadSite(h.FlowDirs)
	if err != nil {
		return fmt.Errorf("kestra_webhook: %w", err)
	}
	h.options = engine.SiteOptions{
		Logger:      h.logger,
		Namespaces:  h.Namespaces,
		PassUnknown: h.Unknown == unknownPass,
		Allow:       allowed,
		MaxBody:     h.MaxBody,
		WaitTimeout: time.Duration(h.WaitTimeout),
		BaseURL:     app.BaseURL,
		Environ:     os.Environ(),

		KeepCredentials: app.KeepCredentials,
		AllowHeaders:    allowedHeaders,
	}
	for i, expression := range h.Conditions {
		h.options.Conditions = append(h.options.Conditions, engine.SiteCondition{
			Expression: expression,
			Source:     "#" + strconv.Itoa(i+1),
		})
	}
	compiled, err := h.compile(set, app.secrets.used().set)
	if err != nil {
		return fmt.Errorf("kestra_webhook: %w", err)
	}
	if err := app.flows.report(compiled.found); err != nil {
		return fmt.Errorf("kestra_webhook: %w", err)
	}
	h.app, h.dirs = app, dirs
	h.serve(compiled)
	app.sites = append(app.sites, h)
	return nil
}

// networks reads addresses and networks of clients.
func networks(texts []string) (webhook.Networks, error) {
	var all webhook.Networks
	for _, text := range texts {
		some := []string{text}
		if text == "private_ranges" {
			some = caddyhttp.PrivateRangesCIDR()
		}
		for _, one := range some {
			network, err := webhook.ParseNetwork(one)
			if err != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network, as in 192.0.2.0/24, nor private_ranges", text)
			}
			all = append(all, network)
		}
	}
	return all, nil
}

// retryOpening is after how many seconds to send a request again for which the store could not be opened.
const retryOpening = 5

// ServeHTTP answers webhook URLs. It writes the answer itself, whatever it is: Caddy would log an error with the URL, and
// so with the key.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	path := r.URL.EscapedPath() // as rewrites before this handler left it
	if !webhook.IsURL(path) {
		h.warnOfRewrite(r)
		return h.pass(w, r, next, nil, webhook.Response{})
	}
	begin := time.Now()
	in := h.newIncoming(w, r, path)
	defer h.release(in)
	body := &in.body
	line := h.takeLine(r, keysOf(r, &in.request))
	defer line.writeAfterPanic(r)
	response, release := h.answer(r, in)
	defer release()
	setPlaceholders(r, response)
	tellSpan(r, &in.request, &response)
	if response.Unmatched {
		h.metrics.request(&response, time.Since(begin))
		line.giveBack(r)
		return h.pass(w, r, next, line.keys, response)
	}
	line.locate(w, r, path, response.Token)
	// With a body unread, net/http would wait for it before it answers, to keep the connection.
	closes := r.ProtoMajor == 1 && (int64(body.read) < r.ContentLength || r.ContentLength < 0 && !body.ended)
	size := write(w, r, response, closes)
	h.metrics.request(&response, time.Since(begin))
	line.write(r, response, served{status: response.Status, size: size, bytesRead: body.read, header: w.Header()})
	if closes {
		linger(w, body, response.Outcome)
	}
	return nil
}

// answer asks the site. It is opened first if no request came before; the request is answered here when it cannot be.
func (h *Handler) answer(r *http.Request, in *incoming) (response webhook.Response, release func()) {
	if err := h.app.open(); err != nil { //nolint:contextcheck // what is opened outlives the request
		h.logger.Error("a webhook found no engine", zap.Error(err))
		return webhook.Unavailable(webhook.OutcomeStopping, "the server is not ready", retryOpening), func() {}
	}
	in.all = h.arrivals
	return h.compiled.Load().Webhook(r.Context(), &in.request)
}

// keysOf returns the texts that may be the key of a request to a webhook URL. A rewrite, such as one to `{uri}`, decodes an
// encoded slash in a key, and then a part of the key may be where namespace and flow are expected.
func keysOf(r *http.Request, request *webhook.Request) webhook.Keys {
	target := request.Target
	keys := webhook.KeysOf(target, request.Path)
	if request.Token != "" {
		keys = webhook.Keys{request.Token}
	}
	if original := originalRequest(r); original.URL.Path != r.URL.Path && strings.Contains(strings.ToLower(original.RequestURI), "%2f") {
		keys = append(keys, target.FlowID, target.Namespace)
	}
	return keys
}

// When a request is answered while its client still sends the body, the client has this long to read the answer, and this much
// of the body is read. For a client with the right key whose body is too large only the time counts.
const (
	lingering = 2 * time.Second
	drained   = 256 << 10
)

// linger waits for a while before the connection is closed, because closing it with bytes unread would make the client's
// system discard the answer. net/http waits too, but not for bodies that are wrapped, as Caddy's server does.
func linger(w http.ResponseWriter, body io.Reader, outcome webhook.Outcome) {
	c := http.NewResponseController(w)
	deadline := time.Now().Add(lingering)
	if c.Flush() != nil || c.SetReadDeadline(deadline) != nil {
		return
	}
	if outcome == webhook.OutcomeBody {
		_, _ = io.Copy(io.Discard, body) // the deadline ends it, or the client
		return
	}
	if _, err := io.CopyN(io.Discard, body, drained); err == nil {
		time.Sleep(time.Until(deadline)) // there is more, which nobody reads
	}
}

// warnOfRewrite tells, once per site, of webhook requests that cannot be seen as such here.
func (h *Handler) warnOfRewrite(r *http.Request) {
	original := originalRequest(r)
	if original.URL.Path == r.URL.Path || !webhook.IsURL(original.URL.EscapedPath()) {
		return
	}
	h.rewritten.Do(func() {
		h.logger.Warn("a webhook URL was rewritten before kestra_webhook saw it, and went to the next handler: "+
			"put what rewrites the site's URLs (try_files, rewrite, uri, php_fastcgi) into a handle block",
			zap.String("uri", webhook.RedactURL(original.RequestURI)))
	})
}

// incoming is a request with all that the handler needs for it, in memory that the next request gets: nobody keeps it.
type incoming struct {
	request webhook.Request
	body    bodyCounter
	arrival arrival
	all     *arrivals

	reads func(limit int64, account webhook.Account) ([]byte, error) // incoming.readBody
}

// release gives the memory of a request back, unless its body is still watched because something panicked.
func (h *Handler) release(in *incoming) {
	if in.arrival.watched {
		return
	}
	*in = incoming{reads: in.reads}
	h.incoming.Put(in)
}

func (h *Handler) newIncoming(w http.ResponseWriter, r *http.Request, path string) *incoming {
	target, ok := webhook.ParseURL(path)
	var token string
	if !ok {
		target, token, ok = webhook.ParseStatusURL(path)
	}
	in, _ := h.incoming.Get().(*incoming)
	if in == nil {
		in = new(incoming)
		in.reads = in.readBody
	}
	in.body.ReadCloser, in.arrival.w, in.arrival.timeout = r.Body, w, time.Duration(h.BodyTimeout)
	if r.Body == nil {
		in.body.ReadCloser = http.NoBody
	}
	if in.arrival.timeout == 0 {
		in.arrival.timeout = defaultBodyTimeout
	}
	in.request = webhook.Request{
		Method:           r.Method,
		Target:           target,
		Token:            token,
		Malformed:        !ok,
		Path:             path,
		RawQuery:         r.URL.RawQuery,
		Scheme:           "http",
		URI:              originalRequest(r).RequestURI,
		Header:           r.Header,
		Host:             r.Host,
		TransferEncoding: r.TransferEncoding,
		ContentLength:    r.ContentLength,
		RemoteAddr:       clientIP(r),
		ReadBody:         in.reads,
	}
	if r.TLS != nil {
		in.request.Scheme = "https"
	}
	return in
}

func (in *incoming) readBody(limit int64, account webhook.Account) ([]byte, error) {
	in.arrival.hash = in.request.Hash
	return readBody(in.all, &in.arrival, &in.body, in.request.ContentLength, limit, account)
}

// clientIP returns the client's address as Caddy sees it, which trusts proxies as the server's options say.
func clientIP(r *http.Request) string {
	if ip, ok := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string); ok && ip != "" {
		return ip
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// write sends the answer and returns the number of bytes of its body; closes says that the connection ends with it. An error
// means that the client has gone, which nobody needs to know.
func write(w http.ResponseWriter, r *http.Request, response webhook.Response, closes bool) int {
	header := w.Header()
	response.SetHeaders(header)
	if closes {
		header.Set("Connection", "close")
	}
	w.WriteHeader(response.Status)
	if !response.HasBody() || r.Method == http.MethodHead {
		return 0
	}
	n, _ := w.Write(response.Body)
	return n
}

// Interface guards
var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
