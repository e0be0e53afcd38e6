package debug

import "github.com/caddy-kestra/kestra-webhook/engine/flow"

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec { return []flow.Spec{echoSpec(), returnSpec()} }
