package pebble

import "testing"

func TestNamedLocation(t *testing.T) {
	for _, test := range []struct{ tz, link, want string }{
		{"Europe/Paris", "/usr/share/zoneinfo/Asia/Tokyo", "Europe/Paris"},
		{":Europe/Paris", "", "Europe/Paris"},
		{"", "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"},
		{"", "/usr/share/zoneinfo/Etc/UTC", "Etc/UTC"},
		{"", "", "Local"},
		{"No/Where", "", "Local"},
	} {
		if got := namedLocation(test.tz, test.link).String(); got != test.want {
			t.Errorf("TZ=%q, link %q: %s, want %s", test.tz, test.link, got, test.want)
		}
	}
}
