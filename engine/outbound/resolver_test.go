package outbound

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
)

// resolver returns a resolver for which every name has one address, another one each time it is asked for; the last one stays.
func resolver(t *testing.T, addrs ...string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		question := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(reply(question[:n], addrs, &asked), from)
		}
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// reply answers a question of DNS: one for an address of IPv4 with the next one, others with nothing.
func reply(question []byte, addrs []string, asked *atomic.Int64) []byte {
	const header = 12
	end := header
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 1 + 4
	out := append([]byte(nil), question[:end]...)
	out[2], out[3] = 0x81, 0x80
	clear(out[6:header]) // no records, not even those that the question has
	if binary.BigEndian.Uint16(question[end-4:]) != 1 {
		return out
	}
	addr := netip.MustParseAddr(addrs[min(int(asked.Add(1)), len(addrs))-1]).As4()
	out[7] = 1
	out = append(out, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4) // the same name, type A, class IN, no time to live
	return append(out, addr[:]...)
}
