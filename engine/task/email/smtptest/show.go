package smtptest

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// Show returns a mail as text: some headers, and its parts.
func Show(t testing.TB, raw string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, name := range []string{"To", "Cc", "Bcc", "Subject"} {
		if text := m.Header.Get(name); text != "" {
			text, err = new(mime.WordDecoder).DecodeHeader(text)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(name + ": " + text + "\n")
		}
	}
	showPart(t, &out, "", map[string][]string(m.Header), m.Body)
	return out.String()
}

func showPart(t testing.TB, out *strings.Builder, margin string, h map[string][]string, body io.Reader) {
	t.Helper()
	header := mail.Header(h)
	typ, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out.WriteString(margin + typ)
	if strings.HasPrefix(typ, "multipart/") {
		out.WriteString("\n")
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			showPart(t, out, margin+" ", part.Header, part)
		}
	}
	if _, parameters, err := mime.ParseMediaType(header.Get("Content-Disposition")); err == nil {
		out.WriteString(" " + parameters["filename"])
	}
	if id := header.Get("Content-Id"); id != "" {
		out.WriteString(" " + id)
	}
	switch header.Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	out.WriteString(": " + strings.ReplaceAll(string(text), "\r\n", "\n") + "\n")
}
