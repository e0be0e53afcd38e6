package webhook

import (
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// edge is what few triggers say of their requests: who may send them, and what is kept of them.
type edge struct {
	sender    *senders.Sender // nil: none is named
	signed    *signed         // nil: requests need no signature
	rateLimit *RateLimit      // nil: there is none
	maxBody   int64           // bytes; 0: the site's
	allowed   Networks        // none: all
	fetch     Fetch           // what executions have of the body
}

// open is the edge of a trigger that says nothing of this, as most. They share it, since there may be many.
var open = &edge{fetch: FetchText}

func compileEdge(c *flow.Component) (*edge, error) {
	e := edge{sender: senders.ByName(c.Text("sender")), fetch: fetchOf(c)}
	var err error
	if e.signed, err = compileSignature(c, e.sender); err != nil {
		return nil, err
	}
	if e.rateLimit, err = compileRateLimit(c.Object("rateLimit")); err != nil {
		return nil, err
	}
	if e.maxBody, err = compileMaxBody(c); err != nil {
		return nil, err
	}
	if e.allowed, err = compileAllow(c); err != nil {
		return nil, err
	}
	if e.sender == nil && e.signed == nil && e.rateLimit == nil && e.maxBody == 0 && e.allowed == nil && e.fetch == FetchText {
		return open, nil
	}
	return &e, nil
}
