package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Login says who connects to which server.
type Login struct {
	Host, Port, User string

	Password               string // used when there is no key
	PrivateKey, Passphrase string // a key as text of PEM or OpenSSH

	KnownHosts string // file of the keys of servers, as ssh writes it; empty: any server is trusted
	OldRSA     bool   // signatures of RSA with SHA-1 are taken
}

// handshake is how long a server may take to let somebody in.
const handshake = 30 * time.Second

// Connect connects to a server. The connection is to be closed; it closes itself when ctx is done. No error quotes a password or a key.
func Connect(ctx context.Context, network task.Network, l Login) (*ssh.Client, error) {
	config, err := l.config()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort(l.Host, l.Port)
	dialed, err := network.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	conn := &ending{Conn: dialed, stop: context.AfterFunc(ctx, func() { _ = dialed.Close() })}
	if err := conn.SetDeadline(time.Now().Add(handshake)); err != nil {
		_ = conn.Close()
		return nil, explain(ctx, address, err)
	}
	c, channels, requests, err := ssh.NewClientConn(conn, address, config)
	if err != nil {
		_ = conn.Close()
		return nil, explain(ctx, address, err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		_ = c.Close()
		return nil, explain(ctx, address, err)
	}
	return ssh.NewClient(c, channels, requests), nil
}

// ending is a connection that stops to wait for the end of its context when it is closed.
type ending struct {
	net.Conn
	once sync.Once
	stop func() bool
}

// Close implements [net.Conn].
func (e *ending) Close() error {
	e.once.Do(func() { e.stop() })
	return e.Conn.Close()
}

func explain(ctx context.Context, address string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if wrong, ok := errors.AsType[*knownhosts.KeyError](err); ok {
		if len(wrong.Want) == 0 {
			return fmt.Errorf("%s is no known host", address)
		}
		return fmt.Errorf("%s has another key than the one that is known", address)
	}
	return fmt.Errorf("%s: %w", address, err)
}

func (l *Login) config() (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{User: l.User, HostKeyCallback: ssh.InsecureIgnoreHostKey()} //nolint:gosec // Kestra's default; see KnownHosts
	if l.KnownHosts != "" {
		check, err := knownhosts.New(l.KnownHosts)
		if err != nil {
			// Authors of flows see it, and where the file is concerns the server alone.
			return nil, fmt.Errorf("the known hosts cannot be read: %s", strings.ReplaceAll(err.Error(), l.KnownHosts, filepath.Base(l.KnownHosts)))
		}
		config.HostKeyCallback = check
	}
	if l.OldRSA {
		config.HostKeyAlgorithms = slices.Concat(ssh.SupportedAlgorithms().HostKeys, []string{ssh.KeyAlgoRSA})
	}
	switch {
	case l.PrivateKey != "":
		signer, err := l.signer()
		if err != nil {
			return nil, err
		}
		config.Auth = []ssh.AuthMethod{ssh.PublicKeys(signer)}
	case l.Password != "":
		config.Auth = []ssh.AuthMethod{ssh.Password(l.Password), ssh.KeyboardInteractive(l.answer)}
	}
	return config, nil
}

// answer answers a server that asks for the password as one question.
func (l *Login) answer(_, _ string, questions []string, echos []bool) ([]string, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	if len(questions) != 1 || echos[0] {
		return nil, errors.New("the server asks for more than a password")
	}
	return []string{l.Password}, nil
}

func (l *Login) signer() (ssh.Signer, error) {
	key := []byte(strings.TrimSpace(strings.ReplaceAll(l.PrivateKey, "\r\n", "\n")) + "\n")
	var signer ssh.Signer
	var err error
	if l.Passphrase == "" {
		signer, err = ssh.ParsePrivateKey(key)
	} else {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(key, []byte(l.Passphrase))
	}
	if err != nil {
		return nil, fmt.Errorf("the private key cannot be used: %w", err)
	}
	return signer, nil
}
