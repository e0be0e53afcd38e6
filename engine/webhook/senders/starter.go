package senders

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// Starter is a flow to start from that is written into files, see [Sender.Starter].
type Starter struct {
	Flow  string // the text of the flow, with comments
	Cases string // cases of it

	Event string   // that the flow is for; empty: any
	Key   string   // the name of the secret that is its key
	Asked []Secret // that the service knows
}

// Secret is one that a service knows, and what it calls it.
type Secret struct{ Name, Called string }

// SampleSecret is a secret for cases of flows, of the form that all senders take whose secret is a text.
const SampleSecret = "c2VjcmV0IGZvciB0ZXN0cw==" //nolint:gosec // of cases

// Starter returns a flow with an id in a namespace, that runs for the first of the sender's events, and cases of it. public is a public key
// and private the one to sign its cases with, both for a sender that signs by one; see [Sender.SignsByKey].
func (s *Sender) Starter(namespace, id, public, private string) (*Starter, error) {
	sample, err := s.Sample("", "")
	if err != nil {
		return nil, err
	}
	name := strings.ToUpper(strings.ReplaceAll(id, "-", "_"))
	out := &Starter{Key: name + "_KEY", Event: sample.Event}
	body := s.Flow()
	body = strings.Replace(body, "id: "+s.Name+"\nnamespace: company.team\n", "id: "+id+"\nnamespace: "+namespace+"\n", 1)
	body = strings.Replace(body, "secret('WEBHOOK_KEY')", "secret('"+out.Key+"')", 1)
	body = strings.Replace(body, "tasks:\n", "\ntasks: # what is to be done, one after the other\n", 1)
	body = strings.Replace(body, "triggers:\n", "\ntriggers:\n", 1)
	if s.Signs() && s.Signature.Algorithm != signature.SNS {
		own := strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_")) + "_SECRET"
		out.Asked = append(out.Asked, Secret{name + "_SECRET", s.Secret})
		body = strings.Replace(body, "secret('"+own+"')", "secret('"+name+"_SECRET')", 1)
	}
	if out.Event != "" && s.tasks == "" {
		body += fmt.Sprintf("    conditions: # other events are answered with 204, and nothing runs\n      - type: io.kestra.plugin.core.condition.Expression\n"+
			"        expression: \"{{ trigger.event == '%s' }}\"\n", out.Event)
	} else {
		out.Event = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Events of %s: %s\n#\n# The server needs these secrets, in its environment in Base64 or as files:\n", s.Title, s.Docs)
	fmt.Fprintf(&b, "#   %s: the end of the URL that %s calls; `caddy kestra genkey` makes one\n", out.Key, s.Title)
	for _, secret := range out.Asked {
		fmt.Fprintf(&b, "#   %s: %s\n", secret.Name, secret.Called)
	}
	b.WriteString("# `caddy kestra urls` prints the URL, `caddy kestra test` runs the cases beside this file, and `caddy kestra send` sends a sample to a server.\n")
	out.Flow = b.String() + body
	out.Cases = s.cases(out, namespace+"/"+id, public, private)
	return out, nil
}

// SignsByKey reports whether the sender signs by a private key, and flows have the public one.
func (s *Sender) SignsByKey() bool {
	return s.Signature.Algorithm == signature.Ed25519 || s.Signature.Algorithm == signature.ECDSA
}

// cases returns cases of a starter.
func (s *Sender) cases(of *Starter, name, public, private string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Run by `caddy kestra test`; docs/testing.md of kestra_webhook says what a case may have. These secrets are for tests alone.\nsecrets:\n  %s: a-key-for-tests-alone\n", of.Key)
	for _, secret := range of.Asked {
		value := SampleSecret
		if s.SignsByKey() {
			value = public
		}
		fmt.Fprintf(&b, "  %s: %s\n", secret.Name, value)
	}
	b.WriteString("cases:\n")
	write := func(title, request, expect string, signed bool) {
		fmt.Fprintf(&b, "  - name: %s\n    request:\n      flow: %s\n      %s\n", title, name, request)
		if signed && s.SignsByKey() {
			b.WriteString("      signWith: |\n        " + strings.ReplaceAll(strings.TrimSpace(private), "\n", "\n        ") + "\n")
		}
		fmt.Fprintf(&b, "    expect: %s\n", expect)
	}
	sample, first := "sender: "+s.Name, "a sample"
	if of.Event != "" {
		sample, first = fmt.Sprintf("event: %q", of.Event), fmt.Sprintf("%q", of.Event)
	}
	if s.Signature.Algorithm != signature.SNS { // which nobody else can sign for
		write(first, sample, "{status: 200, state: SUCCESS, tasks: {log: SUCCESS}}", true)
	}
	if of.Event != "" {
		write("another event", "event: \"another event\"", "{status: 204, executions: {"+name+": []}}", true)
	}
	if s.Signs() {
		write("without a signature", sample+"\n      unsigned: true", "{status: 401, executions: {"+name+": []}}", false)
	}
	return b.String()
}
