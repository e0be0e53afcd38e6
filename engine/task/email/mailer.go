package email

import (
	"context"
	"fmt"

	"github.com/wneessen/go-mail"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// mailer is what the tasks have in common: the server, and the mail but for its text.
type mailer struct {
	server             server
	from, to, cc       setting.Setting
	subject            setting.Setting
	attachments, embed *pebble.Structure // may be nil
}

func newMailer(c *flow.Component) (*mailer, error) {
	of := func(name string) setting.Setting { return setting.Of(&c.Members, name) }
	m := &mailer{
		from: of("from"), to: of("to"), cc: of("cc"), subject: of("subject"),
		attachments: c.Structure("attachments"), embed: c.Structure("embeddedImages"),
		server: newServer(c),
	}
	for _, p := range []setting.Setting{m.from, m.to, m.cc} {
		if text, constant := p.Constant(); constant && p.Written() {
			if err := addresses(new(mail.Msg), p.Name(), text); err != nil {
				return nil, c.Errorf(p.Name(), "%w", err)
			}
		}
	}
	return m, nil
}

// body is the text of a mail.
type body struct{ html, plain string }

// onlyHTML is what programs show that can show no HTML, in a mail without a text.
const onlyHTML = "Please view this email in a modern email client"

// send sends a mail.
func (m *mailer) send(ctx context.Context, c *task.Context, text body) error {
	if c.Services == nil || c.Network == nil || c.Files == nil {
		return errNoServer
	}
	message, err := m.message(ctx, c, text)
	if err != nil {
		return err
	}
	if err := m.server.deliver(ctx, c, message); err != nil {
		return err
	}
	c.Log.Log(task.Debug, "Mail sent")
	return nil
}

func (m *mailer) message(ctx context.Context, c *task.Context, text body) (*mail.Msg, error) {
	message := mail.NewMsg()
	for _, p := range []setting.Setting{m.from, m.to, m.cc} {
		if !p.Written() {
			continue
		}
		list, err := p.Trimmed(c)
		if err != nil {
			return nil, err
		}
		if list == "" && p.Name() == "cc" {
			continue
		}
		if err := addresses(message, p.Name(), list); err != nil {
			return nil, err
		}
	}
	message.SetGenHeader("Return-Receipt-To", message.GetFromString()...)
	subject, err := m.subject.Text(c)
	if err != nil {
		return nil, err
	}
	message.Subject(oneLine(subject))
	plain := text.plain
	if plain == "" {
		plain = onlyHTML
	}
	message.SetBodyString(mail.TypeTextPlain, plain)
	if text.html != "" {
		message.AddAlternativeString(mail.TypeTextHTML, text.html)
	}
	list, err := attached(ctx, c, "attachments", m.attachments)
	if err != nil {
		return nil, err
	}
	message.SetAttachments(list)
	pictures, err := attached(ctx, c, "embeddedImages", m.embed)
	if err != nil {
		return nil, err
	}
	for _, p := range pictures {
		p.Header.Set("Content-ID", "<"+p.Name+">")
	}
	message.SetEmbeds(pictures)
	return message, nil
}

// addresses sets those of a property.
func addresses(m *mail.Msg, property, text string) error {
	list := split(text)
	var err error
	switch {
	case len(list) == 0:
		err = fmt.Errorf("%s names nobody", property)
	case property == "from" && len(list) > 1:
		err = fmt.Errorf("from must be one address")
	case property == "from":
		err = m.From(list[0])
	case property == "to":
		err = m.To(list...)
	default:
		err = m.Cc(list...)
	}
	return err
}
