package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Dial implements [task.Network].
func (c *Client) Dial(ctx context.Context, address string) (net.Conn, error) {
	if c.wire != nil {
		return nil, fmt.Errorf("Connect to %s failed: nothing is connected to in a test of flows", address) //nolint:staticcheck // Kestra's words
	}
	conn, err := c.dial(ctx, "tcp", address)
	if err == nil || ctx.Err() != nil {
		return conn, err
	}
	if says := unreached(address, err); says != nil {
		return nil, says
	}
	return nil, fmt.Errorf("%s: %w", address, err)
}

// unreached says why there is no connection to a server; nil: it was not about that.
func unreached(server string, err error) error {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return refused
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return fmt.Errorf("%s: Name or service not known", dns.Name)
		}
		return fmt.Errorf("%s: the name cannot be resolved: %s", dns.Name, dns.Err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return fmt.Errorf("Connect to %s failed: %s", server, cause(op)) //nolint:staticcheck // Kestra's words
	}
	return nil
}

var _ task.Network = (*Client)(nil)
