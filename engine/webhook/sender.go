package webhook

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

func senderProperty() flow.Property {
	return flow.Property{
		Name: "sender", Type: flow.String, Values: senders.Names(), Extension: true,
		Summary: "The service that calls the webhook: its signature is checked, its handshake answered, and a delivery that it sends again known. " +
			"Expressions have `trigger.event` and `trigger.deliveryId`. What `signature`, `deduplicate` and `waitTimeout` say comes first.",
	}
}

func senderSecretProperty() flow.Property {
	return flow.Property{
		Name: "secret", Type: flow.String, Dynamic: true, Secret: true, Extension: true,
		Summary: "The secret of the sender's signature, best as in `{{ secret('X') }}`; required for a sender that signs.",
	}
}

// Sender returns the sender of the trigger; nil: none is named.
func (t *Trigger) Sender() *senders.Sender { return t.sender }

// Greet returns the answer to a question of the sender's that has no signature and no body; nil: the request is none. Nothing is
// started for it.
func (e *Endpoint) Greet(r *Request, account Account) *Response {
	if e.sender == nil {
		return nil
	}
	return e.greet(&Delivery{request: *r, account: account}, true)
}

// GreetSigned returns the answer to a question of the sender's that has its signature, if its requests have one; nil: the delivery
// is none.
func (e *Endpoint) GreetSigned(d *Delivery) *Response {
	if e.sender == nil {
		return nil
	}
	return e.greet(d, false)
}

func (e *Endpoint) greet(d *Delivery, unsigned bool) *Response {
	for i := range e.sender.Handshakes {
		h := &e.sender.Handshakes[i]
		if h.Unsigned != unsigned || h.Method != "" && h.Method != d.request.Method || !d.matches(h.If) {
			continue
		}
		r := Response{Status: http.StatusOK, Outcome: OutcomeHandshake}
		if h.Text != (senders.Place{}) {
			r.ContentType, r.Body = textType, []byte(d.at(h.Text))
		} else {
			r.ContentType, r.Body = jsonType, value.AppendJSON(nil, value.FromMap(e.members(h, d)))
		}
		return &r
	}
	return nil
}

// members returns the answer of a handshake that is JSON.
func (e *Endpoint) members(h *senders.Handshake, d *Delivery) *value.Map {
	m := value.NewMap(len(h.JSON))
	for _, member := range h.JSON {
		text := d.at(member.Of)
		switch {
		case member.Of == senders.Place{}:
			m.Set(member.Name, value.Int(int64(member.Number)))
		case member.HMAC:
			m.Set(member.Name, value.String(e.verifier.MAC(text)))
		default:
			m.Set(member.Name, value.String(text))
		}
	}
	return m
}

func (d *Delivery) matches(all []senders.Match) bool {
	for _, m := range all {
		if text := d.at(m.Place); text == "" || m.Is != "" && text != m.Is {
			return false
		}
	}
	return true
}

// named returns the event or the delivery id, as the sender has it; "" without one.
func (d *Delivery) named(part string) string {
	switch {
	case d.request.sender == nil:
		return ""
	case part == "event":
		return d.at(d.request.sender.Event)
	default:
		id, within := d.at(d.request.sender.DeliveryID), d.at(d.request.sender.IDWithin)
		if id == "" || within == "" {
			return id
		}
		return within + " " + id
	}
}

// at returns the text that stands at a place; "" when there is none.
func (d *Delivery) at(p senders.Place) string {
	first := func(part, name string) string {
		v, _ := d.Get(part)
		texts, _ := v.Map().Get(name)
		if texts.List().Len() == 0 {
			return ""
		}
		return texts.List().At(0).Str()
	}
	switch {
	case p.Header != "" && (p.Member == "" || d.request.Header.Get(p.Header) != ""):
		return d.request.Header.Get(p.Header)
	case p.Parameter != "":
		return first("parameters", p.Parameter)
	case p.Field != "":
		return first("formFields", p.Field)
	case p.Member != "":
		return d.member(p.Member)
	default:
		return ""
	}
}

// member returns the text or number at a path of the JSON body, as in event.id or 0.id.
func (d *Delivery) member(path string) string {
	if !d.body.json {
		return ""
	}
	v, _ := d.Get("body")
	for name := range strings.SplitSeq(path, ".") {
		if n, err := strconv.Atoi(name); err == nil && v.Kind() == value.KindList {
			if n >= v.List().Len() {
				return ""
			}
			v = v.List().At(n)
		} else {
			v, _ = v.Map().Get(name)
		}
	}
	switch v.Kind() {
	case value.KindString:
		return v.Str()
	case value.KindInt:
		return value.Text(v)
	default:
		return ""
	}
}
