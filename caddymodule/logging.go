package caddymodule

import (
	"errors"
	"iter"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// accessLog is a module in name only: a logger for it goes where Caddy's access log goes.
type accessLog struct{}

// CaddyModule returns the Caddy module information.
func (accessLog) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.log.access", New: func() caddy.Module { return new(accessLog) }}
}

// served is what became of a request, for the access log.
type served struct {
	status    int
	size      int // bytes of the body
	bytesRead int
	header    http.Header // of the response
}

// pass gives a request to the next handler. It writes the access line in place of Caddy if the request may hold a key, its
// own or, in the URL or the Referer, that of another webhook.
func (h *Handler) pass(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler, keys webhook.Keys, response webhook.Response) (err error) {
	if len(keys) == 0 && !holdsKey(r) {
		return next.ServeHTTP(w, r)
	}
	recorder := caddyhttp.NewResponseRecorder(w, nil, nil)
	body := &bodyCounter{ReadCloser: r.Body}
	if r.Body != nil {
		r.Body = body
	}
	defer func() { // the handler `abort` panics
		s := served{status: recorder.Status(), size: recorder.Size(), bytesRead: body.read, header: w.Header()}
		if err != nil {
			s.status = http.StatusInternalServerError
			var handlerErr caddyhttp.HandlerError
			if errors.As(err, &handlerErr) && handlerErr.StatusCode != 0 {
				s.status = handlerErr.StatusCode
			}
		}
		line := h.takeLine(r, keys)
		line.write(r, response, s)
	}()
	return next.ServeHTTP(recorder, r)
}

// holdsKey reports whether Caddy's access line of a request would print a key.
func holdsKey(r *http.Request) bool {
	uri := originalRequest(r).RequestURI
	if webhook.RedactURL(uri) != uri {
		return true
	}
	referer := r.Header.Get("Referer")
	return webhook.RedactURL(referer) != referer
}

// originalRequest returns method, URI and address of a request as they were before any handler changed them.
func originalRequest(r *http.Request) http.Request {
	if original, ok := r.Context().Value(caddyhttp.OriginalRequestCtxKey).(http.Request); ok && original.URL != nil {
		return original
	}
	return *r
}

// accessLine is the access line of one request, in place of Caddy's. It has Caddy's fields, without keys; what `log_append`
// adds is not in it.
type accessLine struct {
	handler *Handler
	keys    webhook.Keys
	site    *compiledSite // that knew the secrets when the request came; nil: none
	wanted  bool          // it is still to be written, and nobody asked to skip this request
}

// redact takes keys and secrets out of a text: senders such as GitLab send a secret as it is.
func (l *accessLine) redact(text string) string {
	text = l.keys.Redact(text)
	if l.site != nil {
		text = l.site.Mask().Text(text)
	}
	return text
}

// takeLine keeps the keys of a request, and secrets, out of Caddy's access line and trace, whatever becomes of it from here on.
func (h *Handler) takeLine(r *http.Request, keys webhook.Keys) accessLine {
	line := accessLine{handler: h, keys: keys, site: h.compiled.Load()}
	ctx := r.Context()
	if _, ok := ctx.Value(caddyhttp.VarsCtxKey).(map[string]any); ok {
		skip, ok := caddyhttp.GetVar(ctx, caddyhttp.LogSkipVar).(bool)
		line.wanted = !ok || !skip
		caddyhttp.SetVar(ctx, caddyhttp.LogSkipVar, true)
	}
	line.hideInSpan(r)
	return line
}

// hideInSpan takes keys and secrets out of the name and the attributes that a span of `tracing` began with.
func (l *accessLine) hideInSpan(r *http.Request) {
	span := trace.SpanFromContext(r.Context())
	begun, ok := span.(interface {
		Name() string
		Attributes() []attribute.KeyValue
	})
	if !ok || !span.IsRecording() {
		return
	}
	if name := begun.Name(); l.redact(name) != name {
		span.SetName(l.redact(name))
	}
	for _, a := range begun.Attributes() {
		text := a.Value.AsString()
		if a.Key == "url.path" { // it is decoded, and a question mark in it may be a part of the key
			text = (&url.URL{Path: text}).EscapedPath()
		}
		if without := l.redact(text); a.Value.Type() == attribute.STRING && without != text {
			span.SetAttributes(attribute.String(string(a.Key), without))
		}
	}
}

// giveBack leaves the line to Caddy again.
func (l *accessLine) giveBack(r *http.Request) {
	if l.wanted {
		caddyhttp.SetVar(r.Context(), caddyhttp.LogSkipVar, false)
	}
	l.wanted = false
}

// writeAfterPanic writes the line of a request that was not answered. It is to be deferred.
func (l *accessLine) writeAfterPanic(r *http.Request) {
	l.write(r, webhook.Response{}, served{status: http.StatusInternalServerError})
}

// write writes the line if the site logs, and once.
func (l *accessLine) write(r *http.Request, response webhook.Response, s served) {
	if !l.wanted {
		return
	}
	l.wanted = false
	h, ctx := l.handler, r.Context()
	server, ok := ctx.Value(caddyhttp.ServerCtxKey).(*caddyhttp.Server)
	if !ok || server == nil || server.Logs == nil || !logsHost(server.Logs, r.Host) {
		return
	}
	level := zapcore.InfoLevel
	if s.status >= 500 {
		level = zapcore.ErrorLevel
	}
	if name, ok := caddyhttp.GetVar(ctx, caddyhttp.LogLevelVar).(string); ok {
		if set, err := zapcore.ParseLevel(name); err == nil && set >= zapcore.DebugLevel && set <= zapcore.ErrorLevel {
			level = set
		}
	}
	var fields []zap.Field
	for _, name := range loggerNames(server.Logs, r) {
		logger := h.access
		if name != "" {
			logger = logger.Named(name)
		}
		if line := logger.Check(level, "handled request"); line != nil {
			if fields == nil {
				fields = l.fields(r, response, s, server.Logs.ShouldLogCredentials)
			}
			line.Write(fields...)
		}
	}
}

func (l *accessLine) fields(r *http.Request, response webhook.Response, s served, credentials bool) []zap.Field {
	ctx := r.Context()
	original := originalRequest(r)
	logged := r.WithContext(ctx)
	logged.Method, logged.RemoteAddr = original.Method, original.RemoteAddr
	logged.Host = l.redact(r.Host)
	logged.RequestURI = l.redact(original.RequestURI)
	logged.Header = l.redactHeader(r.Header)
	var user string
	if replacer, ok := ctx.Value(caddy.ReplacerCtxKey).(*caddy.Replacer); ok {
		user, _ = replacer.GetString("http.auth.user.id")
	}
	var duration time.Duration
	if start, ok := caddyhttp.GetVar(ctx, "start_time").(time.Time); ok {
		duration = time.Since(start)
	}
	fields := []zap.Field{
		zap.Object("request", caddyhttp.LoggableHTTPRequest{Request: logged, ShouldLogCredentials: credentials}),
		zap.Int("bytes_read", s.bytesRead),
		zap.String("user_id", user),
		zap.Duration("duration", duration),
		zap.Int("size", s.size),
		zap.Int("status", s.status),
		zap.Object("resp_headers", caddyhttp.LoggableHTTPHeader{Header: l.redactHeader(s.header), ShouldLogCredentials: credentials}),
	}
	for _, f := range []struct{ name, text string }{
		{"execution_id", response.ExecutionID},
		{"namespace", response.Namespace},
		{"flow", response.FlowID},
		{"outcome", string(response.Outcome)},
	} {
		if f.text != "" {
			fields = append(fields, zap.String(f.name, f.text))
		}
	}
	return fields
}

// redactHeader takes keys and secrets out of header values, such as the Referer's or a redirect's Location. It copies what it changes.
func (l *accessLine) redactHeader(header http.Header) http.Header {
	var redacted http.Header
	for name, values := range header {
		for i, text := range values {
			without := l.redact(text)
			if without == text {
				continue
			}
			if redacted == nil {
				redacted = header.Clone()
			}
			redacted[name][i] = without
		}
	}
	if redacted == nil {
		return header
	}
	return redacted
}

// logsHost reports whether a server writes access lines for a host, by the rules of Caddy's server.
func logsHost(config *caddyhttp.ServerLogConfig, host string) bool {
	for pattern := range hostPatterns(host) {
		if _, ok := config.LoggerNames[pattern]; ok {
			return true
		}
	}
	for pattern := range hostPatterns(host) {
		if slices.ContainsFunc(config.SkipHosts, func(skip string) bool { return strings.EqualFold(skip, pattern) }) {
			return false
		}
	}
	return !config.SkipUnmappedHosts
}

// loggerNames returns the names of the loggers that get the access line of a request, by the rules of Caddy's server; ""
// is the one without a name. A site's `log` names it by host, the directive `log_name` by request.
func loggerNames(config *caddyhttp.ServerLogConfig, r *http.Request) []string {
	if names, ok := caddyhttp.GetVar(r.Context(), caddyhttp.AccessLoggerNameVarKey).([]any); ok {
		var all []string
		for _, name := range names {
			if text, ok := name.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	for pattern := range hostPatterns(r.Host) {
		if names, ok := config.LoggerNames[pattern]; ok {
			return names
		}
	}
	return []string{config.DefaultLoggerName}
}

// hostPatterns iterates over the patterns that match the name in a Host header, the closest first: for www.example.com
// itself, *.example.com, *.*.com and *.*.*.
func hostPatterns(host string) iter.Seq[string] {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	return func(yield func(string) bool) {
		if !yield(host) {
			return
		}
		labels := strings.Split(host, ".")
		for i, label := range labels {
			if label == "" {
				continue
			}
			labels[i] = "*"
			if !yield(strings.Join(labels, ".")) {
				return
			}
		}
	}
}
