package git

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	cryptossh "golang.org/x/crypto/ssh"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/ssh"
)

// session is a conversation with the server of a repository.
type session interface {
	AdvertisedReferencesContext(ctx context.Context) (*packp.AdvRefs, error)
	UploadPack(ctx context.Context, r *packp.UploadPackRequest) (*packp.UploadPackResponse, error)
	Close() error
}

// remote is a repository of a server, and who asks for it.
type remote struct {
	endpoint                                   *transport.Endpoint
	user, password, key, passphrase, knownKeys string
	local                                      []string // folders of this machine that flows may clone from
}

// localScheme is that of addresses on the disk of the server.
const localScheme = "file"

// errScheme says which addresses a repository has.
var errScheme = errors.New("must begin with https://, http:// or ssh://, or be as in git@github.com:owner/name, or begin with file:///")

// helpers are how addresses begin that run programs of git, as in ext::sh.
var helpers = regexp.MustCompile(`^[\w+.-]+::`)

// parseURL returns where a repository is.
func parseURL(text string) (*transport.Endpoint, error) {
	e, err := transport.NewEndpoint(strings.TrimSpace(text))
	if err != nil || helpers.MatchString(strings.TrimSpace(text)) {
		return nil, errScheme
	}
	switch e.Protocol {
	case "https", "http", "ssh":
		if e.Host == "" {
			return nil, errScheme
		}
		return e, nil
	case localScheme:
		if !strings.HasPrefix(strings.TrimSpace(text), localScheme+":///") {
			return nil, errScheme
		}
		return e, nil
	default:
		return nil, errScheme
	}
}

// open begins a conversation.
func (r *remote) open(ctx context.Context, network task.Network) (session, error) {
	switch r.endpoint.Protocol {
	case "ssh":
		return r.openSSH(ctx, network)
	case localScheme:
		return openLocal(r.local, r.endpoint.Path)
	}
	t := &http.Transport{
		DialContext:       func(ctx context.Context, _, address string) (net.Conn, error) { return network.Dial(ctx, address) },
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	var auth transport.AuthMethod
	if r.user != "" || r.password != "" {
		auth = &githttp.BasicAuth{Username: r.user, Password: r.password}
	}
	s, err := githttp.NewClient(&http.Client{Transport: t}).NewUploadPackSession(r.endpoint, auth)
	if err != nil {
		return nil, err
	}
	return &httpSession{s, t}, nil
}

// httpSession is a session over HTTP with connections of its own.
type httpSession struct {
	transport.UploadPackSession
	connections *http.Transport
}

// Close implements [io.Closer].
func (s *httpSession) Close() error {
	err := s.UploadPackSession.Close()
	s.connections.CloseIdleConnections()
	return err
}

func (r *remote) openSSH(ctx context.Context, network task.Network) (session, error) {
	l := ssh.Login{
		Host: strings.Trim(r.endpoint.Host, "[]"), Port: "22", User: r.endpoint.User, Password: r.password, PrivateKey: r.key, Passphrase: r.passphrase, KnownHosts: r.knownKeys,
	}
	if r.endpoint.Port != 0 {
		l.Port = strconv.Itoa(r.endpoint.Port)
	}
	switch {
	case l.User == "" && r.user != "":
		l.User = r.user
	case l.User == "":
		l.User = "git"
	}
	client, err := ssh.Connect(ctx, network, l)
	if err != nil {
		return nil, err
	}
	s, err := newSSHSession(client, r.endpoint.Path)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return s, nil
}

// sshSession is a session over SSH: git-upload-pack on the other machine.
type sshSession struct {
	client *cryptossh.Client
	run    *cryptossh.Session
	in     io.WriteCloser
	out    io.Reader
	errs   *said
}

func newSSHSession(client *cryptossh.Client, path string) (*sshSession, error) {
	run, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	s := &sshSession{client: client, run: run, errs: &said{}}
	run.Stderr = s.errs
	if s.in, err = run.StdinPipe(); err != nil {
		return nil, err
	}
	if s.out, err = run.StdoutPipe(); err != nil {
		return nil, err
	}
	return s, run.Start("git-upload-pack '" + strings.ReplaceAll(path, "'", `'\''`) + "'")
}

// AdvertisedReferencesContext implements session.
func (s *sshSession) AdvertisedReferencesContext(context.Context) (*packp.AdvRefs, error) {
	a := packp.NewAdvRefs()
	if err := a.Decode(s.out); err != nil {
		_, _ = s.in.Close(), s.run.Wait() // so that all is there that it says
		if text := s.errs.String(); text != "" {
			return nil, fmt.Errorf("the server says: %s", text)
		}
		if errors.Is(err, packp.ErrEmptyAdvRefs) {
			return nil, transport.ErrEmptyRemoteRepository
		}
		return nil, err
	}
	return a, nil
}

// UploadPack implements session.
func (s *sshSession) UploadPack(_ context.Context, r *packp.UploadPackRequest) (*packp.UploadPackResponse, error) {
	if err := r.UploadRequest.Encode(s.in); err != nil {
		return nil, err
	}
	if err := pktline.NewEncoder(s.in).Encodef("done\n"); err != nil {
		return nil, err
	}
	if err := s.in.Close(); err != nil {
		return nil, err
	}
	out := packp.NewUploadPackResponse(r)
	err := out.Decode(io.NopCloser(s.out))
	return out, err
}

// Close implements [io.Closer].
func (s *sshSession) Close() error {
	_ = s.run.Close()
	return s.client.Close()
}

// said keeps the beginning of what a server says when something is wrong.
type said struct{ text []byte }

// Write implements [io.Writer].
func (t *said) Write(p []byte) (int, error) {
	const most = 1 << 10
	t.text = append(t.text, p[:min(len(p), most-len(t.text))]...)
	return len(p), nil
}

func (t *said) String() string {
	return strings.TrimSpace(strings.ToValidUTF8(string(t.text), "\ufffd"))
}
