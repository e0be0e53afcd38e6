package outbound

import (
	"context"
	"net"
	"strings"
	"testing"
)

// TestDial connects to addresses, and compares why it does not.
func TestDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	conn, err := newClient(t, Options{}).Dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx     context.Context
		o       Options
		to, err string
	}{
		{t.Context(), Options{}, "169.254.169.254:25", "requests to 169.254.169.254:25 are refused: it is a link-local address"},
		{t.Context(), Options{}, "[fd00:ec2::254]:22", "where a cloud tells machines their secrets"},
		{t.Context(), Options{DenyPrivate: true}, address, "a private address"},
		{t.Context(), Options{Admin: []string{address}}, address, "the admin endpoint of this server"},
		{t.Context(), Options{}, "nobody.invalid:25", "nobody.invalid: Name or service not known"},
		{t.Context(), Options{}, "no port", "no port: "},
		{over, Options{}, address, "canceled"},
	} {
		conn, err := newClient(t, test.o).Dial(test.ctx, test.to)
		if err == nil || !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %v, %v, want %s", test.to, conn, err, test.err)
		}
	}
	_ = l.Close()
	if _, err := newClient(t, Options{}).Dial(t.Context(), address); err == nil || err.Error() != "Connect to "+address+" failed: Connection refused" {
		t.Error(err)
	}
}
