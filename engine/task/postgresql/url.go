package postgresql

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// address is what the URL of a database says.
type address struct {
	hosts          []host // tried in their order
	database       string // empty: that with the name of the user
	user, password string
	sslMode        string            // as in the URL; empty: not said
	settings       map[string]string // of the session
}

type host struct {
	name string
	port uint16
}

const prefix = "jdbc:postgresql:"

// parseURL reads a URL as the JDBC driver of PostgreSQL does: jdbc:postgresql://host:port,host/database?parameter=value. No error
// quotes it, since it may have a password.
func parseURL(text string) (address, error) {
	a := address{settings: map[string]string{}}
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), prefix)
	if !ok {
		return a, fmt.Errorf("must begin with %q", prefix)
	}
	rest, query, _ := strings.Cut(rest, "?")
	servers := "localhost"
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		servers, rest, _ = strings.Cut(after, "/")
		if servers == "" {
			servers = "localhost"
		}
	}
	var err error
	if a.database, err = url.PathUnescape(strings.TrimPrefix(rest, "/")); err != nil || strings.ContainsRune(a.database, 0) {
		return a, errors.New("has a name of a database that is broken")
	}
	for server := range strings.SplitSeq(servers, ",") {
		h, err := parseHost(server)
		if err != nil {
			return a, err
		}
		a.hosts = append(a.hosts, h)
	}
	err = a.parameters(query)
	return a, err
}

func parseHost(server string) (host, error) {
	const usual = 5432
	h := host{strings.TrimSpace(server), usual}
	if at := strings.LastIndexByte(h.name, ':'); at >= 0 && !strings.HasSuffix(h.name, "]") {
		port, err := strconv.ParseUint(h.name[at+1:], 10, 16)
		if err != nil || port == 0 {
			return h, errors.New("has a port that is none")
		}
		h.name, h.port = h.name[:at], uint16(port)
	}
	h.name = strings.TrimSuffix(strings.TrimPrefix(h.name, "["), "]")
	if h.name == "" || strings.ContainsAny(h.name, "/@ \x00") {
		return h, errors.New("has a host that is none")
	}
	return h, nil
}

// unsupported are parameters that would make another connection.
var unsupported = map[string]bool{
	"sslcert": true, "sslkey": true, "sslrootcert": true, "sslpassword": true, "sslfactory": true, "socketFactory": true, "gssEncMode": true,
	"targetServerType": true, "service": true,
}

// parameters reads those of the URL. What only says how the driver of Java works is left out.
func (a *address) parameters(query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, text, _ := strings.Cut(pair, "=")
		text, err := url.QueryUnescape(text)
		if err != nil || strings.ContainsRune(text, 0) {
			return errors.New("has a parameter that is broken")
		}
		switch {
		case name == "user":
			a.user = text
		case name == "password":
			a.password = text
		case name == "sslmode":
			a.sslMode = text
		case name == "ssl" && text != "false" && a.sslMode == "":
			a.sslMode = "verify-full"
		case name == "currentSchema":
			a.settings["search_path"] = text
		case name == "ApplicationName":
			a.settings["application_name"] = text
		case name == "options":
			a.settings["options"] = text
		case unsupported[name]:
			return fmt.Errorf("has the parameter %s, which is not supported here: see the properties of the task", name)
		}
	}
	return nil
}
