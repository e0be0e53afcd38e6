package task

import (
	"context"
	"net"
)

// Network connects to other servers, for tasks that speak something else than HTTP. It refuses the addresses that [HTTP] refuses.
// Methods may be called concurrently.
type Network interface {
	// Dial connects to an address such as example.com:5432 over TCP. An error says what happened in words for the flow's author.
	Dial(ctx context.Context, address string) (net.Conn, error)
}
