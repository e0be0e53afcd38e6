package flowtest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// host is where requests of cases go.
const host = "localhost"

// build returns the request of a step for a site.
func (p *play) build(q *request, number int) (*webhook.Request, error) {
	r, body, err := p.compose(q, number)
	if err != nil {
		return nil, err
	}
	p.address(r)
	r.ContentLength = int64(len(body))
	r.ReadBody = func(limit int64, account webhook.Account) ([]byte, error) {
		if int64(len(body)) > limit {
			return nil, webhook.TooLarge(limit)
		}
		text, err := webhook.ReadAll(bytes.NewReader(body), int64(len(body)), limit, account)
		if err == nil && r.Hash != nil {
			_, _ = r.Hash.Write(text) // never fails
		}
		return text, err
	}
	return r, nil
}

// compose returns the request of a step and its body, signed if its trigger asks for that; number is that of the step.
func (p *play) compose(q *request, number int) (*webhook.Request, []byte, error) {
	r := &webhook.Request{
		Method: q.method, Header: http.Header{}, Host: host, Scheme: "http", RemoteAddr: q.remote, Path: q.path,
	}
	if r.Method == "" {
		r.Method = http.MethodPost
	}
	var caller *engine.Caller
	if q.flow != "" {
		namespace, id, _ := strings.Cut(q.flow, "/")
		var err error
		if caller, err = engine.FindCaller(p.suite.set, p.options, namespace, id, q.trigger); err != nil {
			return nil, nil, err
		}
		key, err := caller.Key()
		if q.key != nil {
			key, err = *q.key, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%w: give it in `secrets` or `envs`", err)
		}
		r.Path = webhook.Prefix + url.PathEscape(namespace) + "/" + url.PathEscape(id) + "/" + url.PathEscape(key)
	}
	path, query, _ := strings.Cut(r.Path, "?")
	body, query, err := p.fill(q, caller, r.Header, query, number)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range q.headers {
		r.Header.Del(h.name)
	}
	for _, h := range q.headers {
		if strings.EqualFold(h.name, "Host") {
			r.Host = h.text
			continue
		}
		r.Header.Add(h.name, h.text)
	}
	for _, parameter := range q.parameters {
		if query != "" {
			query += "&"
		}
		query += url.QueryEscape(parameter.name) + "=" + url.QueryEscape(parameter.text)
	}
	r.Path, r.RawQuery, r.URI = path, query, path
	if query != "" {
		r.URI += "?" + query
	}
	if caller != nil && !q.unsigned && caller.Signs() {
		base := p.options.BaseURL
		if base == "" {
			base = r.Scheme + "://" + r.Host
		}
		if body, err = caller.Sign(r.Method, r.Header, base+r.URI, body, q.signWith, p.now()); err != nil {
			return nil, nil, err
		}
	}
	return r, body, nil
}

// address says which webhook the path of a request is of.
func (p *play) address(r *webhook.Request) {
	if !webhook.IsURL(r.Path) {
		r.Malformed = true
		return
	}
	target, ok := webhook.ParseURL(r.Path)
	if !ok {
		target, r.Token, ok = webhook.ParseStatusURL(r.Path)
	}
	r.Target, r.Malformed = target, !ok
}

// fill returns the body and the query of a request, and sets the headers that go with them.
func (p *play) fill(q *request, caller *engine.Caller, header http.Header, query string, number int) ([]byte, string, error) {
	var body []byte
	if q.sender != "" || q.event != "" {
		sample, err := sampleOf(q, caller, fmt.Sprintf("%s-%d", p.of.Name, number))
		if err != nil {
			return nil, "", err
		}
		maps.Copy(header, sample.Header)
		body = sample.Body
		if sample.Query != "" {
			query = strings.TrimPrefix(query+"&"+sample.Query, "&")
		}
	}
	switch {
	case q.body != nil:
		body = []byte(*q.body)
	case q.json != nil:
		body = value.AppendJSON(nil, *q.json)
		header.Set("Content-Type", "application/json")
	case q.form != nil:
		form := make([]string, len(q.form))
		for i, field := range q.form {
			form[i] = url.QueryEscape(field.name) + "=" + url.QueryEscape(field.text)
		}
		body = []byte(strings.Join(form, "&"))
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	case q.parts != nil:
		var err error
		if body, err = writeParts(q.parts, header); err != nil {
			return nil, "", err
		}
	}
	return body, query, nil
}

// sampleOf returns the request of a sender that a request begins with. Its delivery id is the same in each run of the case, and no
// two requests have the same one.
func sampleOf(q *request, caller *engine.Caller, id string) (*senders.Sample, error) {
	var sender *senders.Sender
	switch {
	case q.sender != "":
		sender = senders.ByName(q.sender)
	case caller != nil:
		sender = caller.Sender()
	}
	if sender == nil {
		return nil, fmt.Errorf("the trigger names no sender: say in `sender` whose event %q is", q.event)
	}
	return sender.Sample(q.event, id)
}

// boundary stands between the parts of forms, the same in each run.
const boundary = "flowtest-boundary-7MA4YWxkTrZu0gW"

func writeParts(parts []part, header http.Header) ([]byte, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(boundary); err != nil {
		return nil, err
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for _, one := range parts {
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + quote.Replace(one.name) + `"`
		if one.filename != "" {
			disposition += `; filename="` + quote.Replace(one.filename) + `"`
			h.Set("Content-Type", "application/octet-stream")
		}
		h.Set("Content-Disposition", disposition)
		if one.kind != "" {
			h.Set("Content-Type", one.kind)
		}
		to, err := w.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(to, one.text)
		}
		if err != nil {
			return nil, err
		}
	}
	header.Set("Content-Type", w.FormDataContentType())
	err := w.Close()
	return b.Bytes(), err
}
