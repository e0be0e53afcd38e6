package webhook

import (
	"testing"
)

// TestNetworks says which clients are in a list of addresses and networks.
func TestNetworks(t *testing.T) {
	for _, test := range []struct {
		network, address string
		want             bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.77/24", "192.0.2.1", true}, // the bits behind the mask do not count
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/24", "::ffff:192.0.2.1", true},
		{"::ffff:192.0.2.0/120", "192.0.2.1", true},
		{"2001:db8::/32", "2001:db8:1::1", true},
		{"2001:db8::/32", "192.0.2.1", false},
		{"fe80::/10", "fe80::1%eth0", true},
		{"0.0.0.0/0", "198.51.100.7", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"192.0.2.1", "", false},
		{"192.0.2.1", "example.com", false},
	} {
		network, err := ParseNetwork(test.network)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Networks{network}).Contain(test.address); got != test.want {
			t.Errorf("%s in %s: %v", test.address, test.network, got)
		}
	}
	if !Networks(nil).Contain("192.0.2.1") || !Networks(nil).Contain("") {
		t.Error("no list excludes somebody")
	}
	for _, text := range []string{"", "example.com", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "/24", "192.0.2.1-5"} {
		if _, err := ParseNetwork(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestLimitsRefused has limits that do not load.
func TestLimitsRefused(t *testing.T) {
	for property, want := range map[string]string{
		"rateLimit: {window: PT1M}":                  "triggers[0].rateLimit.limit: is missing",
		"rateLimit: {limit: 0}":                      "triggers[0].rateLimit.limit: must be from 1 to 1000000",
		"rateLimit: {limit: 1, window: PT0S}":        "triggers[0].rateLimit.window: must be longer than nothing",
		"rateLimit: {limit: 1, window: P2D}":         "triggers[0].rateLimit.window: must not be longer than PT24H",
		"rateLimit: {limit: 1, key: '{{ nope() }}'}": "triggers[0].rateLimit.key: function or macro \"nope\" does not exist",
		"maxBody: some":                              "triggers[0].maxBody: must be a size, as in 64KiB or 1MB",
		"allow: [192.0.2.300]":                       "triggers[0].allow: \"192.0.2.300\" is neither an address nor a network, as in 192.0.2.0/24",
		"allow: []":                                  "triggers[0].allow: must not be empty: nobody could call the webhook",
	} {
		set, found := loadFlows(t, webhookFlow("f", "key: abc\n"+property))
		if got := found.Errors(); set.Len() > 0 || len(got) != 1 || got[0].Path+": "+got[0].Message != want {
			t.Errorf("%s: %d flows, %v", property, set.Len(), got)
		}
	}
}
