package engine

import (
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// Senders returns what is known of the services that call webhooks, by name.
func Senders() []*senders.Sender {
	names := senders.Names()
	all := make([]*senders.Sender, len(names))
	for i, name := range names {
		all[i] = senders.ByName(name)
	}
	return all
}

// SenderByName returns the one that flows call so; nil when there is none.
func SenderByName(name string) *senders.Sender { return senders.ByName(name) }
