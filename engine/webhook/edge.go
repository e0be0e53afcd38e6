package webhook

import (
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// edge is what a trigger asks of its callers before it looks at what they say.
type edge struct {
	sender    *senders.Sender // nil: none is named
	signed    *signed         // nil: requests need no signature
	rateLimit *RateLimit      // nil: there is none
	maxBody   int64           // bytes; 0: the site's
	allowed   Networks        // none: all
}

// open is the edge of a trigger that asks for nothing. Most do, and there may be many.
var open = new(edge)

func compileEdge(c *flow.Component) (*edge, error) {
	e := edge{sender: senders.ByName(c.Text("sender"))}
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
	if e.sender == nil && e.signed == nil && e.rateLimit == nil && e.maxBody == 0 && e.allowed == nil {
		return open, nil
	}
	return &e, nil
}
