package webhook

import (
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Delivery is what one request brought: the variables that conditions, tasks and the answer see. Every part is made on
// first use, and once.
type Delivery struct {
	request *Request
	body    body
	trigger func() *value.Map
}

// Receive reads the body of a request, at most limit bytes of it. The error is a [*BodyError].
func Receive(r *Request, limit int64) (*Delivery, error) {
	d := &Delivery{request: r}
	d.trigger = sync.OnceValue(d.buildTrigger)
	if r.Method == "GET" || r.ContentLength == 0 {
		return d, nil
	}
	if r.ContentLength > limit {
		return nil, TooLarge(limit)
	}
	raw, err := r.ReadBody(limit)
	if err == nil {
		d.body, err = readBody(r.Header, raw, limit)
	}
	return d, err
}

// Trigger returns the variable `trigger`: body (absent without one), headers, parameters, and formFields for the body
// of a form.
func (d *Delivery) Trigger() *value.Map { return d.trigger() }

func (d *Delivery) buildTrigger() *value.Map {
	m := value.NewMap(4)
	if d.body.present {
		m.SetLazy("body", d.body.value)
	}
	m.SetLazy("headers", func() value.Value { return value.FromMap(d.request.headers()) })
	m.SetLazy("parameters", func() value.Value { return value.FromMap(parseParameters(d.request.RawQuery)) })
	if d.body.present && isForm(d.request.Header.Get("Content-Type")) {
		m.SetLazy("formFields", func() value.Value { return value.FromMap(parseParameters(string(d.body.text))) })
	}
	return m
}

// RawBody returns the text of the body, decompressed and in UTF-8.
func (d *Delivery) RawBody() string { return string(d.body.text) }

// Variables returns the JSON text of the variable `trigger`, which the answer and the kept execution carry. A body that
// is JSON stands in it byte for byte.
func (d *Delivery) Variables() []byte {
	dst := make([]byte, 0, len(d.body.text)+512)
	dst = append(dst, '{')
	trigger := d.Trigger()
	for i := range trigger.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, trigger.Key(i)...)
		dst = append(dst, `":`...)
		if trigger.Key(i) == "body" {
			dst = d.body.appendJSON(dst)
		} else {
			dst = value.AppendJSON(dst, trigger.At(i))
		}
	}
	return append(dst, '}')
}
