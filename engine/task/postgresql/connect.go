package postgresql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"go.step.sm/crypto/pemutil"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{querySpec(), queriesSpec(), copyInSpec()} }

// modes are how a connection is made safe.
var modes = []string{"DISABLE", "ALLOW", "PREFER", "REQUIRE", "VERIFY_CA", "VERIFY_FULL"}

// connectionProperties are those of all tasks.
var connectionProperties = []flow.Property{
	{Name: "url", Type: flow.String, Required: true, Dynamic: true, Summary: "The database, as in jdbc:postgresql://db.example.com:5432/shop."},
	{Name: "username", Type: flow.String, Dynamic: true, Summary: "The user."},
	{Name: "password", Type: flow.String, Dynamic: true, Secret: true, Summary: "Its password."},
	{Name: "ssl", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "The server must show by its certificate that it is the one, unless `sslMode` says otherwise."},
	{Name: "sslMode", Type: flow.String, Dynamic: true, Values: modes, Default: "PREFER", Summary: "How the connection is made safe. PREFER: if the server can, whoever it is."},
	{Name: "sslRootCert", Type: flow.String, Dynamic: true, Summary: "The certificate of who vouches for the server, as text of PEM."},
	{Name: "sslCert", Type: flow.String, Dynamic: true, Summary: "The certificate that says who asks, as text of PEM."},
	{Name: "sslKey", Type: flow.String, Dynamic: true, Secret: true, Summary: "Its key, as text of PEM."},
	{Name: "sslKeyPassword", Type: flow.String, Dynamic: true, Secret: true, Summary: "What the key is encrypted with."},
	{Name: "timeZoneId", Type: flow.String, Dynamic: true, Default: "UTC", Summary: "The zone of times with one."},
	{Name: "connectionPooling", Type: flow.Boolean, Dynamic: true, Summary: "It has no effect here: each attempt has a connection of its own."},
	{Name: "connectionPoolSize", Type: flow.Integer, Dynamic: true, Summary: "It has no effect here: see `connectionPooling`."},
}

var errNoServer = errors.New("the task cannot run here: it needs a server")

// database is the database of a task.
type database struct {
	url, user, password, ssl, mode, root, certificate, key, keyPassword, zone setting.Setting
}

func newDatabase(c *flow.Component) (database, error) {
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	d := database{of("url"), of("username"), of("password"), of("ssl"), of("sslMode"), of("sslRootCert"), of("sslCert"), of("sslKey"), of("sslKeyPassword"), of("timeZoneId")}
	if text, constant := d.url.Constant(); constant {
		if _, err := parseURL(text); err != nil {
			return d, c.Errorf("url", "%w", err)
		}
	}
	return d, nil
}

// connect connects to the database. The connection is to be closed.
func (d *database) connect(ctx context.Context, c *task.Context) (*pgconn.PgConn, error) {
	if c.Services == nil || c.Network == nil || c.Files == nil {
		return nil, errNoServer
	}
	text, err := d.url.Trimmed(c)
	if err != nil {
		return nil, err
	}
	a, err := parseURL(text)
	if err != nil {
		return nil, fmt.Errorf("url %w", err)
	}
	for _, p := range []struct {
		of setting.Setting
		to *string
	}{{d.user, &a.user}, {d.password, &a.password}} {
		if !p.of.Written() {
			continue
		}
		if *p.to, err = p.of.Text(c); err != nil {
			return nil, err
		}
	}
	if a.user == "" {
		return nil, errors.New("username must be written")
	}
	zone, err := d.zone.Trimmed(c)
	if err != nil {
		return nil, err
	}
	if zone == "" {
		zone = "UTC"
	}
	a.settings["TimeZone"] = zone
	mode, err := d.safety(c, &a)
	if err != nil {
		return nil, err
	}
	config, err := d.config(c, &a, mode)
	if err != nil {
		return nil, err
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	default: // a line for each server and way that was tried
		return nil, errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
}

// safety returns how the connection is made safe.
func (d *database) safety(c *task.Context, a *address) (string, error) {
	mode, err := d.mode.Trimmed(c)
	if err != nil {
		return "", err
	}
	ssl, err := d.ssl.OnOff(c, false)
	switch {
	case err != nil:
		return "", err
	case mode != "":
	case a.sslMode != "":
		mode = strings.ToUpper(strings.ReplaceAll(a.sslMode, "-", "_"))
	case ssl:
		mode = "VERIFY_FULL"
	default:
		mode = "PREFER"
	}
	if !slices.Contains(modes, mode) {
		return "", fmt.Errorf("sslMode must be one of %s", strings.Join(modes, ", "))
	}
	return mode, nil
}

// config returns how to connect. Nothing of the server's own environment and files counts.
func (d *database) config(c *task.Context, a *address, mode string) (*pgconn.Config, error) {
	const nothingOfOurs = "host=localhost port=5432 user=nobody password='' dbname='' sslmode=disable passfile='' " +
		"sslcert='' sslkey='' sslrootcert='' sslpassword='' application_name='' connect_timeout=0 target_session_attrs=any"
	config, err := pgconn.ParseConfig(nothingOfOurs)
	if err != nil {
		return nil, err
	}
	config.User, config.Password, config.Database = a.user, a.password, a.database
	config.RuntimeParams = a.settings
	maps.Copy(config.RuntimeParams, map[string]string{"DateStyle": "ISO", "IntervalStyle": "iso_8601", "client_encoding": "UTF8"})
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "kestra_webhook"
	}
	config.DialFunc = func(ctx context.Context, _, address string) (net.Conn, error) { return c.Network.Dial(ctx, address) }
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil } // the dialer does it
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		const patience = 5 * time.Second // until the server says that it has stopped
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: patience}
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { c.Log.Log(task.Debug, n.Severity+": "+n.Message) }
	config.Fallbacks = nil
	for i, h := range a.hosts {
		safe, err := d.tls(c, mode, h.name)
		if err != nil {
			return nil, err
		}
		var ways []*tls.Config
		switch mode {
		case "DISABLE":
			ways = []*tls.Config{nil}
		case "ALLOW":
			ways = []*tls.Config{nil, safe}
		case "PREFER":
			ways = []*tls.Config{safe, nil}
		default:
			ways = []*tls.Config{safe}
		}
		for j, way := range ways {
			if i == 0 && j == 0 {
				config.Host, config.Port, config.TLSConfig = h.name, h.port, way
				continue
			}
			config.Fallbacks = append(config.Fallbacks, &pgconn.FallbackConfig{Host: h.name, Port: h.port, TLSConfig: way})
		}
	}
	return config, nil
}

// tls returns what is asked of the server's certificate.
func (d *database) tls(c *task.Context, mode, host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	root, err := d.root.Text(c)
	if err != nil {
		return nil, err
	}
	if root != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(root)) {
			return nil, errors.New("sslRootCert has no certificate")
		}
	}
	certificate, err := d.certificate.Text(c)
	if err != nil {
		return nil, err
	}
	key, err := d.key.Text(c)
	if err != nil {
		return nil, err
	}
	password, err := d.keyPassword.Text(c)
	if err != nil {
		return nil, err
	}
	if password != "" {
		if key, err = decrypted(key, password); err != nil {
			return nil, err
		}
	}
	if certificate != "" || key != "" {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return nil, fmt.Errorf("sslCert and sslKey: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	switch mode {
	case "VERIFY_FULL":
	case "VERIFY_CA": // the name is not compared; that an authority vouches for the certificate is checked here
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(state tls.ConnectionState) error {
			o := x509.VerifyOptions{Roots: config.RootCAs, Intermediates: x509.NewCertPool()}
			for _, certificate := range state.PeerCertificates[1:] {
				o.Intermediates.AddCert(certificate)
			}
			_, err := state.PeerCertificates[0].Verify(o)
			return err
		}
	default:
		config.InsecureSkipVerify = true // as the mode says
	}
	return config, nil
}

// decrypted returns a key that is encrypted as PKCS #8, or as PEM, without that.
func decrypted(key, password string) (string, error) {
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return "", errors.New("sslKey is no key as text of PEM")
	}
	var raw []byte
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY":
		raw, err = pemutil.DecryptPKCS8PrivateKey(block.Bytes, []byte(password))
		block.Type = "PRIVATE KEY"
	case block.Headers["DEK-Info"] != "":
		raw, err = pemutil.DecryptPEMBlock(block, []byte(password))
		block.Headers = nil
	default:
		return key, nil // it is not encrypted
	}
	if err != nil {
		return "", errors.New("sslKey cannot be decrypted with sslKeyPassword")
	}
	block.Bytes = raw
	return string(pem.EncodeToMemory(block)), nil
}

// closeConnection closes a connection, also when the task's context is over.
func closeConnection(ctx context.Context, conn *pgconn.PgConn) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = conn.Close(ctx)
}
