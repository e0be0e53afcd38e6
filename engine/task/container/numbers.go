package container

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

var bytesText = regexp.MustCompile(`^(?i)(\d{1,12}(?:\.\d{1,6})?) ?([kmgt]?)i?b?$`)

// parseBytes returns a number of bytes that is written as Kestra reads it: K, M and G are 1024 of the one before; -1 is any number.
func parseBytes(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "-1" {
		return -1, nil
	}
	parts := bytesText.FindStringSubmatch(text)
	if parts == nil {
		return 0, fmt.Errorf("%q is no size, as in 512MB", text)
	}
	n, err := strconv.ParseFloat(parts[1], 64)
	unit := math.Pow(1024, float64(strings.Index("kmgt", strings.ToLower(parts[2]))+1))
	if parts[2] == "" {
		unit = 1
	}
	if n *= unit; err != nil || n > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is no size, as in 512MB", text)
	}
	return int64(n), nil
}

// parseCPUs returns a number of processors in billionths.
func parseCPUs(text string) (int64, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(n > 0 && n <= 1e6) {
		return 0, fmt.Errorf("%q is no number of processors, as in 1.5", text)
	}
	return int64(n * 1e9), nil
}

// Port is one of a container that the machine of the daemon has for it.
type Port struct {
	Address   string // of the machine; empty: all
	Host      string // port there; empty: any that is free
	Container string // port and its protocol, as in 80/tcp
}

var errPort = errors.New("must be as in 8080:80, 127.0.0.1:8080:80 or 8080:80/udp")

// ParsePort reads a port as `docker run --publish` does.
func ParsePort(text string) (Port, error) {
	rest, protocol, found := strings.Cut(text, "/")
	if !found {
		protocol = "tcp"
	}
	at := strings.LastIndexByte(rest, ':')
	p := Port{Container: rest[at+1:] + "/" + protocol}
	if at >= 0 {
		rest = rest[:at]
		p.Host = rest
		if at := strings.LastIndexByte(rest, ':'); at >= 0 {
			p.Address, p.Host = strings.Trim(rest[:at], "[]"), rest[at+1:]
			if _, err := netip.ParseAddr(p.Address); err != nil {
				return Port{}, fmt.Errorf("port %q %w", text, errPort)
			}
		}
	}
	number := func(text string) bool {
		n, err := strconv.ParseUint(text, 10, 16)
		return err == nil && n > 0
	}
	if inside, _, _ := strings.Cut(p.Container, "/"); !number(inside) || p.Host != "" && !number(p.Host) || protocol != "tcp" && protocol != "udp" && protocol != "sctp" {
		return Port{}, fmt.Errorf("port %q %w", text, errPort)
	}
	return p, nil
}
