package pebble

import (
	"os"
	"strings"
	"sync"
	"time"
)

// systemLocation returns the zone of the system under its own name, which time.Local does not have: dates print it.
var systemLocation = sync.OnceValue(func() *time.Location {
	target, _ := os.Readlink("/etc/localtime") // fails where it is a file, or there is none
	return namedLocation(os.Getenv("TZ"), target)
})

// namedLocation returns the zone that the variable TZ names, else the one whose file /etc/localtime links to, else
// time.Local.
func namedLocation(tz, link string) *time.Location {
	name := strings.TrimPrefix(tz, ":")
	if name == "" {
		_, name, _ = strings.Cut(link, "zoneinfo/")
	}
	if name != "" {
		if location, err := time.LoadLocation(name); err == nil {
			return location
		}
	}
	return time.Local
}
