package http

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/charset"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// options are how requests are made.
type options struct {
	connect, idle, most              setting.Setting
	proxyType, proxyHost, proxyPort  setting.Setting
	proxyUser, proxyPassword         setting.Setting
	auth                             string // its type; empty: none
	user, password, token            setting.Setting
	insecure, redirects, allowFailed setting.Setting
	charset                          setting.Setting
	codes                            func(*task.Context) (value.Value, error) // nil: what a failure is does not depend on it
	logs                             logs
}

// settings returns a setting of options, or of an object in them, by its name or, when it is not written, its older names.
type settings func(object string, names ...string) setting.Setting

// read reads the settings.
func (o *options) read(at settings) {
	o.connect = at("timeout", "connectTimeout").Or(at("", "connectTimeout"))
	o.idle = at("timeout", "readIdleTimeout").Or(at("", "readTimeout", "readIdleTimeout"))
	o.most = at("", "maxContentLength")
	o.proxyType = at("proxy", "type").Or(at("", "proxyType"))
	o.proxyHost = at("proxy", "address").Or(at("", "proxyAddress"))
	o.proxyPort = at("proxy", "port").Or(at("", "proxyPort"))
	o.proxyUser = at("proxy", "username").Or(at("", "proxyUsername"))
	o.proxyPassword = at("proxy", "password").Or(at("", "proxyPassword"))
	o.user = at("auth", "username").Or(at("", "basicAuthUser"))
	o.password = at("auth", "password").Or(at("", "basicAuthPassword"))
	o.token = at("auth", "token")
	o.insecure = at("ssl", "insecureTrustAllCertificates")
	o.redirects = at("", "followRedirects")
	o.allowFailed = at("", "allowFailed")
	o.charset = at("", "defaultCharset")
	switch kind := at("auth", "type"); {
	case kind.Written():
		o.auth, _ = kind.Constant()
	case o.user.Written() || o.password.Written():
		o.auth = authTypes[0]
	}
}

// newOptions compiles the options of a task, with those that it has under older names.
func newOptions(c *flow.Component) (options, error) {
	m := c.Object("options")
	o := options{logs: logsOf(m)}
	o.read(func(object string, names ...string) setting.Setting {
		if m == nil || object == "" {
			return setting.Of(m, names...)
		}
		return setting.Of(m.Object(object), names...)
	})
	o.insecure = o.insecure.Or(setting.Of(c.Object("sslOptions"), "insecureTrustAllCertificates"))
	o.allowFailed = o.allowFailed.Or(setting.Of(&c.Members, "allowFailed"))
	if m == nil {
		return o, nil
	}
	codes, auth := m.Structure("allowedResponseCodes"), m.Object("auth")
	if codes != nil {
		o.codes = func(c *task.Context) (value.Value, error) { return codes.RenderJSON(c.Pebble) }
	}
	switch {
	case o.auth == "BEARER" && !o.token.Written():
		return o, auth.Errorf("token", "BEARER needs a token")
	case o.auth != "" && o.auth != "BEARER" && !o.user.Written():
		return o, auth.Errorf("username", "%s needs a username", o.auth)
	case o.proxyHost.Written() && !o.proxyPort.Written():
		return o, m.Errorf("proxy", "a proxy needs a port")
	}
	if name, constant := o.charset.Constant(); constant && o.charset.Written() {
		if _, err := charset.Named(name); err != nil {
			return o, m.Errorf("defaultCharset", "%w", err)
		}
	}
	if v, constant := constantOf(codes); constant {
		if _, err := codesOf(v); err != nil {
			return o, m.Errorf("allowedResponseCodes", "%w", err)
		}
	}
	return o, nil
}

// constantOf returns the value of a structure without expressions; a text that is to be JSON is none. s may be nil.
func constantOf(s *pebble.Structure) (value.Value, bool) {
	if s == nil || s.Template() != nil {
		return value.Null, false
	}
	return s.Constant()
}

// apply renders the options into a request.
func (o *options) apply(c *task.Context, r *task.HTTPRequest) error {
	var err error
	if r.ConnectTimeout, err = o.connect.Time(c); err != nil {
		return err
	}
	if r.IdleTimeout, err = o.idle.Time(c); err != nil {
		return err
	}
	most, err := o.most.Number(c)
	if err != nil {
		return err
	}
	if most != 0 {
		r.MaxBody = most
	}
	follow, err := o.redirects.OnOff(c, true)
	if err != nil {
		return err
	}
	r.KeepRedirects = !follow
	if r.Insecure, err = o.insecure.OnOff(c, false); err != nil {
		return err
	}
	if r.Proxy, err = o.proxy(c); err != nil {
		return err
	}
	r.Auth, err = o.credentials(c)
	return err
}

// proxy returns the proxy; nil: there is none.
func (o *options) proxy(c *task.Context) (*task.HTTPProxy, error) {
	kind, err := o.proxyType.Trimmed(c)
	if err != nil || kind == "DIRECT" {
		return nil, err
	}
	if kind != "" && !slices.Contains(proxyTypes, kind) {
		return nil, fmt.Errorf("type of the proxy must be one of DIRECT, HTTP and SOCKS, is %q", kind)
	}
	p := &task.HTTPProxy{SOCKS: kind == "SOCKS"}
	if p.Host, err = o.proxyHost.Trimmed(c); err != nil || p.Host == "" {
		return nil, err
	}
	const highest = 65535
	port, err := o.proxyPort.Number(c)
	switch {
	case err != nil:
		return nil, err
	case port == 0 || port > highest:
		return nil, fmt.Errorf("port of the proxy must be from 1 to %d", highest)
	}
	p.Port = int(port)
	if p.Username, err = o.proxyUser.Text(c); err != nil {
		return nil, err
	}
	p.Password, err = o.proxyPassword.Text(c)
	return p, err
}

// credentials returns who asks; nil: nobody says.
func (o *options) credentials(c *task.Context) (*task.HTTPAuth, error) {
	if o.auth == "" {
		return nil, nil //nolint:nilnil // there are none
	}
	a := &task.HTTPAuth{Scheme: task.HTTPAuthScheme(slices.Index(authTypes, o.auth))}
	var err error
	if a.Scheme == task.BearerAuth {
		if a.Token, err = o.token.Trimmed(c); err == nil && a.Token == "" {
			err = errors.New("token of BEARER is empty")
		}
		return a, err
	}
	if a.Username, err = o.user.Text(c); err != nil {
		return nil, err
	}
	a.Password, err = o.password.Text(c)
	return a, err
}

// allows reports whether an answer with a code is no failure.
func (o *options) allows(c *task.Context, code int) (bool, error) {
	if o.codes != nil {
		v, err := o.codes(c)
		if err != nil {
			return false, err
		}
		codes, err := codesOf(v)
		if err != nil || len(codes) > 0 {
			return slices.Contains(codes, code), err
		}
	}
	allowed, err := o.allowFailed.OnOff(c, false)
	return allowed || code < failedCode, err
}

// failedCode is the least code of an answer that is a failure.
const failedCode = 400

// codesOf returns the codes of a list.
func codesOf(v value.Value) ([]int, error) {
	if v.IsNull() {
		return nil, nil
	}
	if v.Kind() != value.KindList {
		return nil, errors.New("allowedResponseCodes must be a list")
	}
	codes := make([]int, 0, v.List().Len())
	for _, item := range v.List().All() {
		code, err := strconv.Atoi(value.Text(item))
		if err != nil || code < 100 || code > 999 {
			return nil, fmt.Errorf("allowedResponseCodes has %q, which is no code of an answer", value.Text(item))
		}
		codes = append(codes, code)
	}
	return codes, nil
}
