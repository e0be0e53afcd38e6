package caddymodule

import (
	"encoding/json"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/google/go-cmp/cmp"
)

// adminProbe is an app that notes the addresses of the admin endpoints when it is provisioned.
type adminProbe struct{}

var adminSeen []string

func (adminProbe) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "kestra_admin_probe", New: func() caddy.Module { return new(adminProbe) }}
}

func (adminProbe) Provision(ctx caddy.Context) error {
	addresses, ok := adminAddresses(ctx)
	if !ok {
		addresses = []string{"Caddy's context has changed"}
	}
	adminSeen = addresses
	return nil
}

func (adminProbe) Start() error { return nil }
func (adminProbe) Stop() error  { return nil }

// TestAdminAddresses checks that they are found in configurations of this version of Caddy.
func TestAdminAddresses(t *testing.T) {
	caddy.RegisterModule(adminProbe{})
	t.Setenv("ADMIN_PORT", "2222")
	for _, tt := range []struct {
		admin string
		want  []string
	}{
		{`null`, []string{"localhost:2019"}},
		{`{}`, []string{"localhost:2019"}},
		{`{"listen": "127.0.0.1:3333"}`, []string{"127.0.0.1:3333"}},
		{`{"listen": ":{env.ADMIN_PORT}"}`, []string{":2222"}},
		{`{"listen": "tcp4/0.0.0.0:3333"}`, []string{"0.0.0.0:3333"}},
		{`{"listen": "unix//run/admin.sock"}`, nil},
		{`{"disabled": true}`, nil},
		{`{"disabled": true, "remote": {"listen": ":4444"}}`, []string{":4444"}},
		{`{"remote": {}}`, []string{"localhost:2019", ":2021"}},
	} {
		cfg := new(caddy.Config)
		if err := json.Unmarshal([]byte(`{"admin": `+tt.admin+`, "apps": {"kestra_admin_probe": {}}}`), cfg); err != nil {
			t.Fatal(err)
		}
		adminSeen = nil
		if err := caddy.Validate(cfg); err != nil {
			t.Logf("%s: %v", tt.admin, err) // of what else is in it
		}
		if diff := cmp.Diff(tt.want, adminSeen); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.admin, diff)
		}
	}
	if got, ok := adminAddresses(caddy.Context{}); !ok || len(got) != 1 {
		t.Errorf("without a configuration: %v, %t", got, ok)
	}
}
