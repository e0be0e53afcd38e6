package senders

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// Flow returns a flow to start from: a trigger for the sender, and one task that writes down what has come.
func (s *Sender) Flow() string {
	var b strings.Builder
	id := s.Name
	fmt.Fprintf(&b, "id: %s\nnamespace: company.team\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n", id)
	what := "{{ trigger.body }}"
	if s.Event != (Place{}) {
		what = "{{ trigger.event ?? 'no event' }}: " + what
	}
	fmt.Fprintf(&b, "    message: %q\n%striggers:\n  - id: webhook\n    type: io.kestra.plugin.core.trigger.Webhook\n", what, s.tasks)
	fmt.Fprintf(&b, "    key: \"{{ secret('WEBHOOK_KEY') }}\"\n    sender: %s\n", s.Name)
	switch {
	case s.Signature.Algorithm == signature.SNS:
		b.WriteString("    secret: arn:aws:sns:us-east-2:123456789012:MyTopic\n")
	case s.Signs():
		fmt.Fprintf(&b, "    secret: \"{{ secret('%s') }}\"\n", strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))+"_SECRET")
	}
	return b.String()
}

// Page returns all that is known of the sender, in Markdown.
func (s *Sender) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", s.Title)
	fmt.Fprintf(&b, "`sender: %s`, after %s\n\n", s.Name, s.Docs)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "* %s: %s\n", name, fmt.Sprintf(format, args...))
	}
	if s.Signs() {
		row("Secret", "%s", s.Secret)
		for _, line := range s.scheme() {
			row(line[0], "%s", line[1])
		}
		row("Seen by", "%s", s.Proof)
	} else {
		row("Signature", "%s", s.Proof)
	}
	if s.Note != "" {
		row("Note", "%s", s.Note)
	}
	row("`trigger.event`", "%s", s.Event)
	id := s.DeliveryID.String()
	if s.IDWithin != (Place{}) {
		id = s.IDWithin.String() + ", a blank, and " + id
	}
	if s.DeliveryID != (Place{}) && !s.IDIsSigned() {
		id += ", which no signature covers: it knows what the sender sends again, and does not protect from somebody else who does"
	}
	row("`trigger.deliveryId`", "%s", id)
	for _, h := range s.Handshakes {
		row("Handshake", "%s", h)
	}
	if s.WaitTimeout > 0 {
		row("`waitTimeout`", "%s, unless the flow says otherwise", s.WaitTimeout)
	}
	again := s.Retries
	if s.DeliveryID != (Place{}) {
		again += "; known by its id for a day"
	}
	if s.DeliveryID != (Place{}) && s.ByHand {
		again += ", and run again if the first execution FAILED"
	}
	row("Sends again", "%s", again)
	fmt.Fprintf(&b, "\nA flow to start from:\n\n```yaml\n%s```\n", s.Flow())
	return b.String()
}

// scheme returns the members of the signature as a flow would write them.
func (s *Sender) scheme() [][2]string {
	scheme := s.Signature
	if scheme.Algorithm == "" {
		scheme.Algorithm = signature.SHA256
	}
	var lines [][2]string
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, [2]string{"`" + name + "`", "`" + text + "`"})
		}
	}
	add("header", scheme.Header)
	add("signatureMember", scheme.SignatureMember)
	add("prefix", scheme.Prefix)
	add("algorithm", string(scheme.Algorithm))
	add("encoding", string(scheme.Encoding))
	add("payload", scheme.Payload)
	add("timestampHeader", scheme.TimestampHeader)
	add("timestampMember", scheme.TimestampMember)
	if scheme.Tolerance > 0 {
		add("tolerance", scheme.Tolerance.String())
	}
	add("idHeader", scheme.IDHeader)
	add("idMember", scheme.IDMember)
	if scheme.Separator != "" {
		add("separator", strconv.Quote(scheme.Separator))
	}
	add("versions", strings.Join(scheme.Versions, ", "))
	add("timestampItem", scheme.TimestampItem)
	add("secretEncoding", string(scheme.SecretEncoding))
	add("secretPrefix", scheme.SecretPrefix)
	return lines
}

// String says in words where the place is.
func (p Place) String() string {
	switch {
	case p.Header != "" && p.Member != "":
		return "header `" + p.Header + "`, or else `" + p.Member + "` of the body"
	case p.Header != "":
		return "header `" + p.Header + "`"
	case p.Parameter != "":
		return "parameter `" + p.Parameter + "` of the URL"
	case p.Field != "":
		return "field `" + p.Field + "` of the form"
	case p.Member != "":
		return "`" + p.Member + "` of the body"
	default:
		return "none"
	}
}

// String says in words what is asked, and what is answered.
func (h Handshake) String() string {
	var b strings.Builder
	if h.Method != "" {
		b.WriteString(h.Method + " ")
	}
	for i, m := range h.If {
		if i > 0 {
			b.WriteString(" and ")
		}
		b.WriteString("with " + m.Place.String())
		if m.Is != "" {
			b.WriteString(" = `" + m.Is + "`")
		}
	}
	if h.Unsigned {
		b.WriteString(", without a signature,")
	}
	b.WriteString(" is answered by ")
	if h.Text != (Place{}) {
		return b.String() + "the text of " + h.Text.String() + "; nothing is started"
	}
	names := make([]string, len(h.JSON))
	for i, m := range h.JSON {
		names[i] = "`" + m.Name + "`"
	}
	return b.String() + "JSON with " + strings.Join(names, " and ") + "; nothing is started"
}
