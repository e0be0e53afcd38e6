package container

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"512": 512, "1k": 1024, "512MB": 512 << 20, "512mb": 512 << 20, "512Mb": 512 << 20, "512 MB": 512 << 20, "0.5GB": 512 << 20, "1GiB": 1 << 30, "2t": 2 << 40, "-1": -1,
		// None of these is a size:
		"": 0, "much": 0, "1x": 0, "-2": 0, "1.2.3": 0, "9999999999999": 0, "999999999999t": 0,
	} {
		if got, err := parseBytes(text); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestParsePort(t *testing.T) {
	for text, want := range map[string]Port{
		"80": {"", "", "80/tcp"}, "8080:80": {"", "8080", "80/tcp"}, "8080:80/udp": {"", "8080", "80/udp"}, "127.0.0.1:8080:80": {"127.0.0.1", "8080", "80/tcp"},
		"127.0.0.1::80": {"127.0.0.1", "", "80/tcp"}, "[::1]:8080:80/sctp": {"::1", "8080", "80/sctp"},
		"": {}, "a": {}, "80:": {}, "0:80": {}, "80/icmp": {}, "70000": {}, "a:1:2": {}, "1:2:3:4": {}, "80-90:80": {},
	} {
		got, err := ParsePort(text)
		if d := cmp.Diff(want, got); d != "" || (err == nil) != (want != Port{}) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	for _, seed := range []string{"512MB", "0.5g", "-1", "[::1]:8080:80/udp", "1.5", "1e6", "NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseBytes(text); err == nil && n < -1 {
			t.Errorf("%q is %d bytes", text, n)
		}
		if n, err := parseCPUs(text); err == nil && n < 0 {
			t.Errorf("%q is %d billionths", text, n)
		}
		if p, err := ParsePort(text); err == nil && p.Container == "" {
			t.Errorf("%q is %v", text, p)
		}
	})
}

func TestDomain(t *testing.T) {
	for image, want := range map[string]string{
		"alpine": Hub, "alpine:3": Hub, "a/b": Hub, "docker.io/a/b": Hub, "index.docker.io/a/b": Hub, "ghcr.io/a/b:1": "ghcr.io", "localhost/a": "localhost", "localhost:5000/a": "localhost:5000", "r.example.com:5000/a@sha256:b": "r.example.com:5000",
	} {
		if got := Domain(image); got != want {
			t.Errorf("%s: %s, want %s", image, got, want)
		}
	}
	for address, want := range map[string]string{
		"https://index.docker.io/v1/": Hub, "registry-1.docker.io/v2": Hub, "docker.io": Hub, "https://ghcr.io/v2/": "ghcr.io", "http://localhost:5000": "localhost:5000", "r.example.com": "r.example.com",
	} {
		if got := registryHost(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
