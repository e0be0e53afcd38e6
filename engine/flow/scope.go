package flow

import "github.com/caddy-kestra/kestra-webhook/engine/value"

// Tenant is the only tenant there is, as in Kestra's open-source edition.
const Tenant = "main"

// Variable returns the variable `flow` of expressions.
func (f *Flow) Variable(revision int64) value.Value {
	return value.MapOf("id", value.String(f.ID), "namespace", value.String(f.Namespace),
		"revision", value.Int(revision), "tenantId", value.String(Tenant))
}
