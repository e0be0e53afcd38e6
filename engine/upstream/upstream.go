package upstream

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/outbound"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

// The defaults of [Options].
const (
	DefaultPatience = 24 * time.Hour
	DefaultPause    = time.Second
	DefaultTimeout  = 5 * time.Minute
)

// Options say where the Kestra is, and how it is spoken to.
type Options struct {
	URL      *url.URL      // of its root: webhook paths are below it
	Header   http.Header   // headers of every request, in place of what the sender has sent; its credentials are here, too
	TLS      *tls.Config   // nil: as usual. It must not change
	Patience time.Duration // for how long a request is sent again; 0: 24 h
	Pause    time.Duration // until a request is sent again the first time; 0: 1 s
	Timeout  time.Duration // how long it may take to answer; 0: 5 min
}

// Files are where the requests are.
type Files interface {
	RequestURI(o task.Origin, name string) (string, error)
	Open(ctx context.Context, o task.Origin, uri string) (*task.File, error)
}

// Upstream is a [task.Upstream].
type Upstream struct {
	files  Files
	tokens *webhook.Tokens
	server atomic.Pointer[server]
}

// server is the Kestra as the configuration has it.
type server struct {
	options Options
	client  *outbound.Client
}

// New returns an upstream that knows no Kestra yet. Requests are in files, with keys that tokens have sealed.
func New(files Files, tokens *webhook.Tokens) *Upstream {
	return &Upstream{files: files, tokens: tokens}
}

// Configure applies o; the last call wins. Nil: there is no Kestra.
func (u *Upstream) Configure(o *Options) {
	var now *server
	if o != nil {
		now = &server{*o, outbound.NewTrusted(o.TLS)}
		if now.options.Patience == 0 {
			now.options.Patience = DefaultPatience
		}
		if now.options.Pause == 0 {
			now.options.Pause = DefaultPause
		}
		if now.options.Timeout == 0 {
			now.options.Timeout = DefaultTimeout
		}
	}
	if old := u.server.Swap(now); old != nil {
		old.client.Close()
	}
}

// Close closes the connections that nobody uses.
func (u *Upstream) Close() { u.Configure(nil) }

// Retry implements [task.Upstream].
func (u *Upstream) Retry() (pause, patience time.Duration) {
	if s := u.server.Load(); s != nil {
		return s.options.Pause, s.options.Patience
	}
	return DefaultPause, DefaultPatience
}

var errNoServer = errors.New("there is no Kestra to hand the request on to: the option `upstream` says where it is")

// HandOn implements [task.Upstream].
func (u *Upstream) HandOn(ctx context.Context, o task.Origin, take func(bytes int64) error) (*task.UpstreamAnswer, error) {
	s := u.server.Load()
	if s == nil {
		return nil, errNoServer
	}
	l, body, err := u.letter(ctx, o)
	if err != nil {
		return nil, err
	}
	keys := webhook.Keys{l.Key}
	answer, err := s.client.Send(ctx, &task.HTTPRequest{
		Method: l.Method, URL: s.address(o, l), Header: s.header(o, l), Body: body,
		IdleTimeout: s.options.Timeout, KeepRedirects: true,
	})
	if err != nil {
		return nil, errors.New(keys.Redact(err.Error()))
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := readAll(answer.Body, take)
	if err != nil {
		return nil, fmt.Errorf("the answer %d was cut off: %s", answer.Code, keys.Redact(err.Error()))
	}
	a := &task.UpstreamAnswer{Trigger: l.Trigger, Code: answer.Code, Header: headerOf(answer.Header, keys), Body: raw}
	if shown := keys.Redact(string(raw)); shown != string(raw) {
		if a.Sealed, err = u.tokens.Seal(o.Execution, raw); err != nil {
			return nil, err
		}
		a.Body = []byte(shown)
	}
	return a, nil
}

// letter opens the request of an execution.
func (u *Upstream) letter(ctx context.Context, o task.Origin) (*webhook.Letter, *task.HTTPBody, error) {
	uri, err := u.files.RequestURI(o, webhook.LetterFile)
	if err != nil {
		return nil, nil, err
	}
	file, err := u.files.Open(ctx, o, uri)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, task.ErrNoRequest
	}
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }()
	l, line, err := webhook.ReadLetter(file, o.Execution, u.tokens)
	if err != nil {
		return nil, nil, err
	}
	if file.Size == line {
		return l, nil, nil
	}
	return l, &task.HTTPBody{Length: file.Size - line, Open: func() (io.ReadCloser, error) {
		file, err := u.files.Open(ctx, o, uri)
		if err != nil {
			return nil, err
		}
		if _, err := io.CopyN(io.Discard, file, line); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return file, nil
	}}, nil
}

// address returns the URL of the webhook at the Kestra.
func (s *server) address(o task.Origin, l *webhook.Letter) *url.URL {
	prefix := webhook.Prefix
	if l.Main {
		prefix = webhook.PrefixMain
	}
	to := *s.options.URL
	to.RawPath = strings.TrimRight(to.EscapedPath(), "/") + prefix + url.PathEscape(o.Namespace) + "/" + url.PathEscape(o.Flow) + "/" + url.PathEscape(l.Key)
	to.Path = strings.TrimRight(to.Path, "/") + prefix + o.Namespace + "/" + o.Flow + "/" + l.Key
	to.RawQuery = l.Query
	return &to
}

// header returns the headers of the request.
func (s *server) header(o task.Origin, l *webhook.Letter) http.Header {
	h := l.Header
	maps.Copy(h, s.options.Header)
	h["X-Kestra-Delivery-Id"] = []string{o.Execution}
	return h
}

// headerOf returns the headers of an answer that say something of what is answered, without the key.
func headerOf(h http.Header, keys webhook.Keys) http.Header {
	kept := make(http.Header, len(h))
	for name, texts := range h {
		name = http.CanonicalHeaderKey(name)
		for _, text := range texts {
			kept[name] = append(kept[name], keys.Redact(text))
		}
	}
	return kept
}

// readAll reads the body of an answer into memory, which is taken before.
func readAll(r io.Reader, take func(bytes int64) error) ([]byte, error) {
	const piece = 4 << 10
	var all bytes.Buffer
	for {
		if all.Available() == 0 {
			more := max(piece, all.Len())
			if take != nil {
				if err := take(2 * int64(more)); err != nil { // beside a copy without keys
					return nil, err
				}
			}
			all.Grow(more)
		}
		n, err := r.Read(all.AvailableBuffer()[:all.Available()])
		all.Write(all.AvailableBuffer()[:n])
		switch {
		case errors.Is(err, io.EOF):
			return all.Bytes(), nil
		case err != nil:
			return nil, err
		}
	}
}
