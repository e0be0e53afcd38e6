package main

import (
	"context"
	"net"
	"testing"
)

// TestDNSAnswersGo asks with the resolver that the program itself uses.
func TestDNSAnswersGo(t *testing.T) {
	names, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	go serveDNS(names)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", names.LocalAddr().String())
	}}
	got, err := resolver.LookupHost(t.Context(), "hooks.example.com")
	if err != nil || len(got) != 1 || got[0] != "127.0.0.1" {
		t.Errorf("hooks.example.com is %v, %v", got, err)
	}
}

func TestDNSQueriesThatAreNone(t *testing.T) {
	for name, query := range map[string]string{
		"empty":           "",
		"no question":     "\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a label too far": "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3fa",
		"no class":        "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01",
	} {
		if answer, err := answerDNS([]byte(query)); err == nil {
			t.Errorf("%s: answered %q, want an error", name, answer)
		}
	}
}
