package caddymodule

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// sending is what `caddy kestra send` is told.
type sending struct {
	trigger, sender, event, method, data, delivery, base, secret string
	headers                                                      []string
	wrong, unsigned, insecure                                    bool
	server                                                       running
}

func sendCommand() *cobra.Command {
	var from origin
	var s sending
	c := &cobra.Command{
		Use:   "send <namespace>/<flow> [--event <event>] [--sender <sender>] [--data <text or @file>] [--wrong-secret | --unsigned] [--base <url> | --address <address>] [--insecure]" + flowsUsage,
		Short: "Sends a sample of a sender's webhook to a running server, signed as the flow asks for",
		Long: `
Sends a request to the webhook of a flow at a running server, signed as its
trigger asks for, and prints the answer: so a flow is tried before its sender is
set up. The exit status is 1 for an answer of 400 and above.

The request is a sample of the sender that the trigger names, or of --sender, in
its shape, with the name of the event and a new delivery id where that service
puts them. --event may be any; one without a body of its own gets that of the
sender's first event. --data is another body, and --header another header.

The key and the secret are those of the flow, from the environment of the command
or where the configuration says; the key is never printed. Another secret is
given by --secret; for senders that sign by a private key, as Discord, it is that
key, as @file in PEM. --wrong-secret shows what the server answers to a wrong one.
Amazon SNS signs by a key that nobody else has, so its samples cannot be sent.

It is sent to the site of the configuration that serves the flow: to the host and
port of that, with the prefix that is stripped before it. --address takes the
configuration of a running server, and --base is another URL.`,
		Args: cobra.MinimumNArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			flows, err := from.load(args[1:])
			if err != nil {
				return err
			}
			if s.server.address != "" {
				if flows.config, err = s.server.call(http.MethodGet, "/config/", nil, nil); err != nil {
					return err
				}
				flows.given = true
			}
			return s.send(c.OutOrStdout(), c.ErrOrStderr(), flows, args[0])
		}),
	}
	from.addFlags(c)
	addBaseFlag(c, &s.base, siteBase)
	f := c.Flags()
	f.StringVar(&s.trigger, "trigger", "", "id of the trigger (default: the first webhook trigger)")
	f.StringVar(&s.sender, "sender", "", "whose sample to send (default: the sender of the trigger)")
	f.StringVar(&s.event, "event", "", "name of the event (default: the sender's first sample)")
	f.StringVar(&s.method, "method", http.MethodPost, "method of the request")
	f.StringVar(&s.data, "data", "", "body instead of that of the sample, as text or as @file")
	f.StringVar(&s.delivery, "delivery", "", "delivery id, to send the same delivery again (default: a new one)")
	f.StringArrayVarP(&s.headers, "header", "H", nil, "further header, as in 'X-Name: text'; may be given several times")
	f.StringVar(&s.secret, "secret", "", "secret to sign with, as text or as @file (default: that of the flow)")
	f.BoolVar(&s.wrong, "wrong-secret", false, "sign with a wrong secret")
	f.BoolVar(&s.unsigned, "unsigned", false, "do not sign")
	f.StringVar(&s.server.address, "address", "", "address of the admin endpoint of a running server, whose configuration says where the site is")
	f.BoolVarP(&s.insecure, "insecure", "k", false, "take any certificate of the server, as that of a local site")
	c.MarkFlagsMutuallyExclusive("secret", "wrong-secret", "unsigned")
	return c
}

// send sends the request and prints the answer.
func (s *sending) send(w, problems io.Writer, flows *commandFlows, name string) error {
	namespace, id, complete := strings.Cut(name, "/")
	if !complete {
		return fmt.Errorf("write <namespace>/<flow>, %q is none; %s", name, withWebhook(flows.urls))
	}
	caller, err := engine.FindCaller(flows.set, engine.SiteOptions{Environ: os.Environ(), Secrets: flows.secrets, BaseURL: flows.baseURL}, namespace, id, s.trigger)
	if err != nil {
		_ = flows.reportErrors(problems) // it may be among those that do not load
		return fmt.Errorf("%w; %s", err, withWebhook(flows.urls))
	}
	key, err := caller.Key()
	if err != nil {
		return err
	}
	if s.base, err = flows.site(s.base, flows.set.Flow(namespace, id)); err != nil {
		return err
	}
	r, shown, err := s.request(caller, engine.URL{Namespace: namespace, FlowID: id}.Path(key))
	if err != nil {
		return err
	}
	hide := strings.NewReplacer(key, maskedKey, url.PathEscape(key), maskedKey)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: s.insecure} //nolint:gosec // who asks for it
	defer transport.CloseIdleConnections()
	client := http.Client{
		Transport:     transport,
		Timeout:       sendTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		if outer, ok := errors.AsType[*url.Error](err); ok { // which prints the URL
			err = outer.Err
		}
		hint := "Does a server listen there? --base says where"
		if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
			hint = "--insecure takes any certificate, as that of a local site"
		}
		return fmt.Errorf("%s: %s. %s", s.base, hide.Replace(err.Error()), hint)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxShownAnswer))
	if err != nil {
		return fmt.Errorf("the answer: %s", hide.Replace(err.Error()))
	}
	if err := printAnswer(w, hide, r.Method+" "+s.base+engine.URL{Namespace: namespace, FlowID: id}.Path("")+maskedKey+shown, answer, body); err != nil {
		return err
	}
	switch {
	case s.wrong && answer.StatusCode == http.StatusUnauthorized:
		return nil // as it should be
	case s.wrong:
		return fmt.Errorf("a wrong secret was answered with %d, not with 401", answer.StatusCode)
	case answer.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("the answer is %s", answer.Status)
	}
	return nil
}

const (
	sendTimeout    = 2 * time.Minute // longer than any wait_timeout that makes sense for somebody who tries a flow
	maxShownAnswer = 16 << 20        // bytes
)

// request returns the request to a path, signed, and what to say of it.
func (s *sending) request(caller *engine.Caller, path string) (r *http.Request, shown string, err error) {
	header, query, body := http.Header{}, "", []byte("{}")
	header.Set("Content-Type", "application/json")
	sender := caller.Sender()
	if s.sender != "" {
		if sender = engine.SenderByName(s.sender); sender == nil {
			return nil, "", unknownSender(s.sender)
		}
	}
	switch {
	case sender != nil:
		id := s.delivery
		if id == "" {
			id = rand.Text()
		}
		sample, err := sender.Sample(s.event, id)
		if err != nil {
			return nil, "", err
		}
		maps.Copy(header, sample.Header)
		query, body = sample.Query, sample.Body
		shown = ", a sample of " + sender.Title
		if sample.Event != "" {
			shown += ": " + sample.Event
		}
	case s.event != "":
		return nil, "", errors.New("the trigger names no sender: --sender says whose event it is")
	}
	if s.data != "" {
		if body, err = textOrFile(s.data); err != nil {
			return nil, "", fmt.Errorf("--data: %w", err)
		}
		if sender == nil && !json.Valid(body) {
			header.Set("Content-Type", "text/plain")
		}
	}
	for _, line := range s.headers {
		name, text, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("--header must be as in 'X-Name: text', and %q is not", line)
		}
		header.Set(strings.TrimSpace(name), strings.TrimSpace(text))
	}
	if query != "" {
		path += "?" + query
	}
	if body, err = s.sign(caller, header, s.base+path, body); err != nil {
		return nil, "", err
	}
	r, err = http.NewRequest(s.method, s.base+path, bytes.NewReader(body)) //nolint:noctx // the client has a timeout
	if err != nil {
		return nil, "", errors.New("--method or --base is none") // the error would print the key
	}
	r.Header = header
	return r, shown, nil
}

// sign signs a request, if it is to be.
func (s *sending) sign(caller *engine.Caller, header http.Header, to string, body []byte) ([]byte, error) {
	secret := ""
	switch {
	case s.unsigned || !caller.Signs() && !s.wrong:
		return body, nil
	case s.wrong:
		var err error
		if secret, err = caller.WrongSecret(); err != nil {
			return nil, err
		}
	case s.secret != "":
		text, err := textOrFile(s.secret)
		if err != nil {
			return nil, fmt.Errorf("--secret: %w", err)
		}
		secret = strings.TrimSpace(string(text))
	}
	return caller.Sign(s.method, header, to, body, secret, time.Now())
}

// textOrFile returns a text, or what is in the file whose name stands behind an at sign.
func textOrFile(text string) ([]byte, error) {
	if file, ok := strings.CutPrefix(text, "@"); ok {
		return os.ReadFile(file)
	}
	return []byte(text), nil
}

// printAnswer prints what was sent, and the answer with its headers in the order of their names.
func printAnswer(w io.Writer, hide *strings.Replacer, sent string, answer *http.Response, body []byte) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s %s\n", printable(sent), answer.Proto, answer.Status)
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		for _, text := range answer.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, printable(hide.Replace(text)))
		}
	}
	if len(body) > 0 {
		b.WriteByte('\n')
		for line := range strings.Lines(hide.Replace(string(body))) {
			b.WriteString(printable(strings.TrimSuffix(line, "\n")) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
