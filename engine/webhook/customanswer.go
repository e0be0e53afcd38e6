package webhook

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// customAnswer is an answer that a flow describes itself.
type customAnswer struct {
	members     *flow.Members // for findings
	status      *pebble.Template
	headers     *pebble.Structure
	contentType *pebble.Template
	constant    mediaType // of a contentType without expressions
	body        *pebble.Structure
}

// answerProperties describe an answer: `response`, or one of `respond`.
func answerProperties(status string) []flow.Property {
	return []flow.Property{
		{Name: "status", Type: flow.String, Dynamic: true, Default: status, Summary: "The status, 200 to 599."},
		{
			Name: "headers", Type: flow.Map, Dynamic: true,
			Summary: "Headers by name; a list gives one several times, and one that renders to nothing is left out.",
		},
		{
			Name: "contentType", Type: flow.String, Dynamic: true,
			Summary: "The type of the body. Default: `application/json` for a mapping or a list, else `text/plain`.",
		},
		{
			Name: "body", Type: flow.Any, Dynamic: true,
			Summary: "A text as it is rendered; a mapping or a list, also as the value of an expression, as JSON, in which an expression alone keeps its type.",
		},
	}
}

// compileAnswer checks what is known when the flow is loaded.
func compileAnswer(m *flow.Members) (*customAnswer, error) {
	a := &customAnswer{
		members: m, status: m.Template("status"), headers: m.Structure("headers"), contentType: m.Template("contentType"), body: m.Structure("body"),
	}
	if text, constant := constantText(a.status); constant {
		if _, err := parseResponseCode(text); err != nil {
			return nil, m.Errorf("status", "%w", err)
		}
	}
	if text, constant := constantText(a.contentType); constant {
		var err error
		if a.constant, err = parseMediaType(text); err != nil {
			return nil, m.Errorf("contentType", "%w", err)
		}
	}
	if a.headers == nil {
		return a, nil
	}
	if rendered, constant := a.headers.Constant(); constant {
		if _, err := responseHeader(rendered, nil); err != nil {
			return nil, m.Errorf("headers", "%w", err)
		}
		return a, nil
	}
	for name, values := range a.headers.Members() {
		text, constant := name.Constant()
		if !constant {
			continue
		}
		if err := checkHeaderName(text); err != nil {
			return nil, m.Errorf("headers", "%w", err)
		}
		if v, constant := values.Constant(); constant {
			if _, err := headerTexts(v); err != nil {
				return nil, m.Errorf("headers", "the header %s %w", text, err)
			}
		}
	}
	return a, nil
}

// forbidden returns the finding about a header that a site does not allow; nil: it allows all those whose names are known.
func (a *customAnswer) forbidden(allowed HeaderNames) *flow.Diagnostic {
	if a == nil || a.headers == nil {
		return nil
	}
	for name := range a.headers.Members() {
		text, constant := name.Constant()
		if canonical := http.CanonicalHeaderKey(text); constant && needsSite(canonical) && !allowed.has(canonical) {
			return a.members.Errorf("headers", "%s: elsewhere this trigger is switched off", notAllowed(canonical))
		}
	}
	return nil
}

func constantText(t *pebble.Template) (string, bool) {
	if t == nil {
		return "", false
	}
	return t.Constant()
}

// render makes the answer, with this status unless the flow sets one. What it takes is taken from account before it is made.
func (a *customAnswer) render(c *pebble.Context, status int, allowed HeaderNames, account Account) (r Response, err error) {
	if r.Status, err = renderStatus(a.status, c, status); err != nil {
		return Response{}, fmt.Errorf("status: %w", err)
	}
	if a.headers != nil {
		rendered, err := a.headers.Render(c)
		if err == nil {
			r.Header, err = responseHeader(rendered, allowed.has)
		}
		if err != nil {
			return Response{}, fmt.Errorf("headers: %w", err)
		}
	}
	typ := a.constant
	if a.contentType != nil && typ.text == "" {
		text, err := a.contentType.Render(c)
		if err == nil {
			typ, err = parseMediaType(text)
		}
		if err != nil {
			return Response{}, fmt.Errorf("contentType: %w", err)
		}
	}
	if !r.HasBody() {
		return r, account.Take(headerSize(r.Header))
	}
	if r.Body, err = a.renderBody(c, &typ, account); err != nil {
		return Response{}, fmt.Errorf("body: %w", err)
	}
	r.ContentType = typ.text
	if typ.active {
		if r.Header == nil {
			r.Header = make(http.Header, 1)
		}
		r.Header.Add("Content-Security-Policy", "sandbox") // beside one of the flow: a browser obeys both
	}
	return r, account.Take(headerSize(r.Header))
}

// renderBody makes the body, and gives it a type if it has none.
func (a *customAnswer) renderBody(c *pebble.Context, typ *mediaType, account Account) ([]byte, error) {
	if a.body == nil {
		return nil, nil
	}
	v, err := a.body.RenderTyped(c)
	if err != nil {
		return nil, err
	}
	if v.Kind() == value.KindMap || v.Kind() == value.KindList {
		if typ.text == "" {
			typ.text = jsonType
		}
		size := value.SizeJSON(v)
		if err := account.Take(size); err != nil {
			return nil, err
		}
		return value.AppendJSON(make([]byte, 0, size), v), nil
	}
	if v.IsNull() {
		return nil, nil
	}
	text := value.Text(v)
	if typ.text == "" {
		typ.text = textType
	}
	if err := account.Take(int64(len(text))); err != nil {
		return nil, err
	}
	return []byte(strings.ToValidUTF8(text, "\ufffd")), nil
}

// headerSize returns about how many bytes of memory headers take.
func headerSize(h http.Header) int64 {
	size := int64(0)
	for name, texts := range h {
		for _, text := range texts {
			size += int64(len(name) + len(text) + 64)
		}
	}
	return size
}
