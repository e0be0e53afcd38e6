package senders

import (
	"slices"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// Sender is one service, as its documentation has it.
type Sender struct {
	Name  string // by which flows name it
	Title string // as it calls itself
	Docs  string // address of the documentation that the row follows
	Proof string // what has shown that the signature is right: an SDK that signs or checks so, a published vector, or the words of the documentation
	Note  string // what no other field says, and a user must know; empty: nothing

	Signature signature.Scheme // without a Header: it signs nothing
	Secret    string           // what the secret is called there; empty with a sender that signs nothing

	DeliveryID Place // the same when it sends something again; nowhere: there is none
	IDWithin   Place // what the id is unique within, which stands before it in trigger.deliveryId; nowhere: by itself
	Event      Place // what has happened, in one word; nowhere: there is none

	Handshakes []Handshake
	tasks      string // further ones of the flow to start from, in YAML

	WaitTimeout time.Duration // how long an answer may take, with a margin for the way; 0: it does not say
	Retries     string        // when and how often it sends again
	ByHand      bool          // it sends again only when a person asks for it, and then means it
}

// Signs reports whether the sender signs its requests.
func (s *Sender) Signs() bool { return s.Signature.Signs() }

// IDIsSigned reports whether the signature covers the delivery id. Where it does not, anybody who has seen a request may send it
// again as a new delivery.
func (s *Sender) IDIsSigned() bool {
	switch {
	case !s.Signs() || s.Signature.Algorithm == signature.Plain:
		return false
	case s.Signature.Bodiless:
		return s.Signature.IDMember == s.DeliveryID.Member
	case s.DeliveryID.Header != "":
		return s.Signature.IDHeader == s.DeliveryID.Header
	default:
		return s.DeliveryID != Place{}
	}
}

// Place is where a text stands in a request: one of its members is set, or none for nowhere. With Header and Member the text is in the
// header or else, where there is no such header, in the body.
type Place struct {
	Header    string // the name of a header, in Go's canonical spelling
	Parameter string // the name of a parameter of the URL
	Field     string // the name of a field of a form
	Member    string // names of members of the JSON body and numbers of elements, with dots between them, as in event.id
}

// Match is a condition on one place.
type Match struct {
	Place
	Is string // what its text is; empty: anything, but there
}

// Handshake is a question that a sender asks to find out whether it may send here, and its answer. Nothing is started for it.
type Handshake struct {
	Method   string  // empty: any
	If       []Match // all hold
	Unsigned bool    // it has no signature, even if the sender's requests have one
	Text     Place   // the answer is the text of this place, bare; nowhere: it is JSON
	JSON     []Member
}

// Member is a member of an answer that is a JSON object.
type Member struct {
	Name string
	Of   Place // its text; nowhere: it is Number
	HMAC bool  // the text is signed by the secret: HMAC-SHA256 in hex

	Number int
}

// ByName returns the sender that flows call so; nil when there is none.
func ByName(name string) *Sender {
	if i := slices.IndexFunc(table, func(s Sender) bool { return s.Name == name }); i >= 0 {
		return &table[i]
	}
	return nil
}

// Names returns the names of all senders, sorted.
func Names() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].Name
	}
	return names
}
