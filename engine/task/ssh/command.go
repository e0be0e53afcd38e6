package ssh

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/printed"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Options are what the tasks of a server have in common.
type Options struct {
	KnownHosts string // file of the keys of servers, for tasks that check them; empty: there is none
}

// Specs returns the specs of this package's tasks.
func Specs(o Options) []flow.Spec { return []flow.Spec{commandSpec(o)} }

// How a task says who it is, and whether it checks who the server is.
const (
	byPassword = "PASSWORD"
	byKey      = "PUBLIC_KEY"
	byOpenSSH  = "OPEN_SSH"

	unchecked = "no"
)

func commandSpec(o Options) flow.Spec {
	return flow.Spec{
		Kind:    flow.KindTask,
		Type:    "io.kestra.plugin.fs.ssh.Command",
		Summary: "Run commands on another machine by SSH. What they print is logged.",
		Properties: []flow.Property{
			{Name: "host", Type: flow.String, Required: true, Dynamic: true, Summary: "The machine."},
			{Name: "port", Type: flow.String, Dynamic: true, Default: "22", Summary: "Its port."},
			{Name: "username", Type: flow.String, Required: true, Dynamic: true, Summary: "The user there."},
			{Name: "authMethod", Type: flow.String, Dynamic: true, Values: []string{byPassword, byKey, byOpenSSH}, Default: byPassword, Summary: "How the user is told: by PASSWORD or PUBLIC_KEY. OPEN_SSH, the configuration of Kestra's own user, is refused."},
			{Name: "password", Type: flow.String, Dynamic: true, Secret: true, Summary: "The password, for PASSWORD."},
			{Name: "privateKey", Type: flow.String, Dynamic: true, Secret: true, Summary: "The private key as text of OpenSSH or PEM, for PUBLIC_KEY."},
			{Name: "privateKeyPassphrase", Type: flow.String, Dynamic: true, Secret: true, Summary: "What the key is encrypted with."},
			{Name: "commands", Type: flow.StringList, Required: true, Dynamic: true, Summary: "The commands, which a shell there runs one after the other. Lines such as `::{\"outputs\": {\"name\": 1}}::` that they print become `vars`."},
			{Name: "env", Type: flow.Map, Dynamic: true, JSONText: true, Summary: "Environment variables, as far as the server takes some."},
			{Name: "strictHostKeyChecking", Type: flow.String, Dynamic: true, Values: []string{"yes", "no", "ask"}, Default: unchecked, Summary: "The key of the server must be a known one: with `yes` and `ask`, which needs `tasks ssh { known_hosts <file> }`."},
			{Name: "enableSshRsa1", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Servers whose keys sign by RSA with SHA-1 are taken."},
			{Name: "warningOnStdErr", Type: flow.Boolean, Dynamic: true, Summary: "It has no effect, as in Kestra."},
			{Name: "openSSHConfigDir", Type: flow.String, NotYet: true, Summary: "The configuration of OpenSSH."},
			{Name: "openSSHConfigPath", Type: flow.String, NotYet: true, Summary: "The configuration of OpenSSH."},
			{Name: "proxyCommand", Type: flow.String, NotYet: true, Summary: "A command that makes the connection."},
		},
		Outputs: []flow.TaskOutput{
			{Name: "exitCode", Type: flow.TypeInt, Summary: "What the commands ended with: 0, or the task fails."},
			{Name: "vars", Type: flow.TypeJSON, Summary: "The outputs that they have printed."},
			{Name: "stdOutLineCount", Type: flow.TypeInt, Summary: "How many lines they have printed."},
			{Name: "stdErrLineCount", Type: flow.TypeInt, Summary: "How many lines they have printed as errors."},
		},
		Example: `id: deploy
type: io.kestra.plugin.fs.ssh.Command
host: app.example.com
username: deploy
authMethod: PUBLIC_KEY
privateKey: "{{ secret('DEPLOY_KEY') }}"
commands:
  - cd /srv/app
  - git pull
`,
		Compile: func(c *flow.Component) (any, error) { return compileCommand(c, o) },
	}
}

func compileCommand(c *flow.Component, o Options) (any, error) {
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	t := &command{
		o, of("host"), of("port"), of("username"), of("authMethod"), of("password"), of("privateKey"), of("privateKeyPassphrase"),
		of("strictHostKeyChecking"), of("enableSshRsa1"), c.Structure("commands"), c.Structure("env"),
	}
	method, constant := t.method.Constant()
	switch {
	case !constant:
	case method == byOpenSSH:
		return nil, c.Errorf("authMethod", "is not supported: no flow uses the configuration of the server's own user")
	case method == byKey && !t.key.Written():
		return nil, c.Errorf("authMethod", "PUBLIC_KEY needs a privateKey")
	case method != byKey && !t.password.Written():
		return nil, c.Errorf("authMethod", "PASSWORD needs a password")
	}
	if strict, constant := t.strict.Constant(); constant && strict != "" && strict != unchecked && o.KnownHosts == "" {
		return nil, c.Errorf("strictHostKeyChecking", "needs the keys of servers: write `tasks ssh { known_hosts <file> }` in the global block")
	}
	return t, nil
}

// command is io.kestra.plugin.fs.ssh.Command.
type command struct {
	options                                                             Options
	host, port, user, method, password, key, passphrase, strict, oldRSA setting.Setting
	commands, env                                                       *pebble.Structure // env may be nil
}

func (t *command) Run(ctx context.Context, c *task.Context) (task.Result, error) {
	if c.Services == nil || c.Network == nil {
		return task.Result{}, errors.New("the task cannot run here: it needs a server")
	}
	login, err := t.login(c)
	if err != nil {
		return task.Result{}, err
	}
	commands, err := setting.Texts(c, "commands", t.commands)
	if err != nil {
		return task.Result{}, err
	}
	env, err := setting.Map(c, "env", t.env)
	if err != nil {
		return task.Result{}, err
	}
	client, err := Connect(ctx, c.Network, login)
	if err != nil {
		return task.Result{}, err
	}
	defer func() { _ = client.Close() }()
	session, err := client.NewSession()
	if err != nil {
		return task.Result{}, explain(ctx, login.Host, err)
	}
	defer func() { _ = session.Close() }()
	for name, v := range env.All() {
		if err := session.Setenv(name, value.Text(v)); err != nil {
			c.Log.Log(task.Debug, "the server does not take the environment variable "+name)
		}
	}
	return t.run(ctx, c, session, strings.Join(commands, "\n"))
}

// run runs a text as commands in a session.
func (t *command) run(ctx context.Context, c *task.Context, session *ssh.Session, text string) (task.Result, error) {
	var mu sync.Mutex
	into := printed.New(c, func() { _ = session.Close() })
	out, errs := &stream{mu: &mu, into: into}, &stream{stderr: true, mu: &mu, into: into}
	session.Stdout, session.Stderr = out, errs
	err := session.Run(text)
	out.end()
	errs.end()
	if into.Err() != nil {
		return task.Result{}, into.Err()
	}
	r := task.Result{Outputs: value.MapOf(
		"exitCode", value.Int(0), "vars", value.FromMap(into.Outputs()), "stdOutLineCount", value.Int(out.lines), "stdErrLineCount", value.Int(errs.lines),
	)}
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok && ctx.Err() == nil {
		if name := exit.Signal(); name != "" {
			return task.Result{}, fmt.Errorf("SSH command was ended by the signal %s", name)
		}
		return task.Result{}, fmt.Errorf("SSH command fails with exit status %d", exit.ExitStatus())
	}
	if err != nil {
		return task.Result{}, explain(ctx, "SSH", err)
	}
	return r, nil
}

func (t *command) login(c *task.Context) (l Login, err error) {
	for _, p := range []struct {
		of      setting.Setting
		to      *string
		trimmed bool
	}{{t.host, &l.Host, true}, {t.port, &l.Port, true}, {t.user, &l.User, true}, {t.password, &l.Password, false}, {t.key, &l.PrivateKey, false}, {t.passphrase, &l.Passphrase, false}} {
		if *p.to, err = p.of.Text(c); err != nil {
			return l, err
		}
		if p.trimmed {
			*p.to = strings.TrimSpace(*p.to)
		}
	}
	if l.Port == "" {
		l.Port = "22"
	}
	method, err := t.method.Trimmed(c)
	if err != nil {
		return l, err
	}
	switch {
	case method == byOpenSSH:
		return l, errors.New("authMethod OPEN_SSH is not supported: no flow uses the configuration of the server's own user")
	case method == byKey && l.PrivateKey == "":
		return l, errors.New("privateKey is necessary with authMethod PUBLIC_KEY")
	case method != byKey && l.Password == "":
		return l, errors.New("password is necessary with authMethod PASSWORD")
	case method != byKey:
		l.PrivateKey = ""
	}
	if l.OldRSA, err = t.oldRSA.OnOff(c, false); err != nil {
		return l, err
	}
	strict, err := t.strict.Trimmed(c)
	if err == nil && strict != "" && strict != unchecked {
		if l.KnownHosts = t.options.KnownHosts; l.KnownHosts == "" {
			err = errors.New("strictHostKeyChecking needs the keys of servers: write `tasks ssh { known_hosts <file> }` in the global block")
		}
	}
	return l, err
}
