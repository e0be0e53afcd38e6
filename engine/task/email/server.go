package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// How the connection to a server is made safe.
const (
	smtp       = "SMTP"
	smtpTLS    = "SMTP_TLS"
	smtps      = "SMTPS"
	smtpOAuth2 = "SMTP_OAUTH2"
)

var strategies = []string{smtp, smtpTLS, smtps, smtpOAuth2}

// server is the server that takes mail.
type server struct {
	host, port, username, password, token setting.Setting
	strategy, timeout, verify             setting.Setting
	trusted                               *pebble.Structure // nil: those that their certificates show to be right
}

func newServer(c *flow.Component) server {
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	return server{
		of("host"), of("port"), of("username"), of("password"), of("accessToken"), of("transportStrategy"), of("sessionTimeout"), of("verifyServerIdentity"),
		c.Structure("trustedHosts"),
	}
}

// session is a server as it is for an attempt.
type session struct {
	host, user, password, strategy string
	port                           int
	timeout                        time.Duration
	tls                            *tls.Config
}

func (s *server) render(c *task.Context) (r session, err error) {
	if r.host, err = s.host.Trimmed(c); err != nil {
		return r, err
	}
	port, err := s.port.Number(c)
	if err != nil {
		return r, err
	}
	if port < 1 || port > 65535 {
		return r, fmt.Errorf("port must be one from 1 to 65535")
	}
	r.port = int(port)
	if r.user, err = s.username.Text(c); err != nil {
		return r, err
	}
	if r.password, err = s.password.Text(c); err != nil {
		return r, err
	}
	if r.strategy, err = s.strategy.Trimmed(c); err != nil {
		return r, err
	}
	if r.strategy == "" {
		r.strategy = smtps
	}
	if !slices.Contains(strategies, r.strategy) {
		return r, fmt.Errorf("transportStrategy must be one of %v", strategies)
	}
	if r.strategy == smtpOAuth2 && s.token.Written() {
		if r.password, err = s.token.Text(c); err != nil {
			return r, err
		}
	}
	milliseconds, err := s.timeout.Number(c)
	if err != nil {
		return r, err
	}
	if milliseconds == 0 {
		milliseconds = 10_000
	}
	const longest = time.Hour
	r.timeout = min(time.Duration(min(milliseconds, longest.Milliseconds()))*time.Millisecond, longest)
	r.tls, err = s.config(c, r.host)
	return r, err
}

// config returns what is asked of the server's certificate.
func (s *server) config(c *task.Context, host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	trusted, err := setting.Texts(c, "trustedHosts", s.trusted)
	if err != nil {
		return nil, err
	}
	if len(trusted) > 0 {
		if !slices.Contains(trusted, host) {
			return nil, fmt.Errorf("%s is none of trustedHosts", host)
		}
		config.InsecureSkipVerify = true
		return config, nil
	}
	verify, err := s.verify.OnOff(c, true)
	if err != nil || verify {
		return config, err
	}
	config.InsecureSkipVerify = true // the name is not compared; that an authority vouches for the certificate is checked here
	config.VerifyConnection = func(state tls.ConnectionState) error {
		o := x509.VerifyOptions{Intermediates: x509.NewCertPool()}
		for _, certificate := range state.PeerCertificates[1:] {
			o.Intermediates.AddCert(certificate)
		}
		_, err := state.PeerCertificates[0].Verify(o)
		return err
	}
	return config, nil
}

// deliver hands a mail to the server.
func (s *server) deliver(ctx context.Context, c *task.Context, message *mail.Msg) error {
	r, err := s.render(c)
	if err != nil {
		return err
	}
	d := dialer{network: c.Network, address: net.JoinHostPort(strings.Trim(r.host, "[]"), strconv.Itoa(r.port))}
	if r.strategy == smtps {
		d.tls = r.tls
	}
	defer d.close()
	stop := context.AfterFunc(ctx, d.close)
	defer stop()
	options := []mail.Option{
		mail.WithPort(r.port), mail.WithTimeout(r.timeout), mail.WithTLSConfig(r.tls), mail.WithDialContextFunc(d.dial),
		mail.WithTLSPolicy(map[string]mail.TLSPolicy{
			smtp: mail.TLSOpportunistic, smtpTLS: mail.TLSMandatory, smtpOAuth2: mail.TLSMandatory, smtps: mail.NoTLS,
		}[r.strategy]),
	}
	if r.user != "" || r.password != "" {
		options = append(options, mail.WithUsername(r.user), mail.WithPassword(r.password), r.auth())
	}
	client, err := mail.NewClient(r.host, options...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, message)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// auth says how the user is told. A password goes over a connection that is not safe if the task asks for one that need not be.
func (r *session) auth() mail.Option {
	plain, login := mail.SMTPAuthPlain, mail.SMTPAuthLogin
	switch r.strategy {
	case smtpOAuth2:
		return mail.WithSMTPAuth(mail.SMTPAuthXOAUTH2)
	case smtp:
		plain, login = mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc
	}
	return mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, plain, login, mail.SMTPAuthCramMD5)
}

// dialer connects to a server, and closes the connection, which the client leaves open when the server lets nobody in.
type dialer struct {
	network task.Network
	address string      // of the server; the client's own is none for addresses of IPv6
	tls     *tls.Config // nil: the connection does not begin safe

	mu   sync.Mutex
	conn net.Conn // nil: there is none
}

func (d *dialer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	conn, err := d.network.Dial(ctx, d.address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.conn = conn
	d.mu.Unlock()
	if d.tls == nil {
		return conn, nil
	}
	safe := tls.Client(conn, d.tls)
	if err := safe.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", d.address, err)
	}
	return safe, nil
}

func (d *dialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		_ = d.conn.Close()
	}
}
