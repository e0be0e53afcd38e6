package webhook

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Delivery is what one request brought: the variables that conditions, tasks and the answer see. Every part is made on
// first use, and once.
type Delivery struct {
	request *Request
	body    body
	trigger *value.Map

	rawOnce sync.Once
	raw     string // the body's text; read it by RawBody
}

// Receive reads the body of a request, at most limit bytes of it. The error is a [*BodyError].
func Receive(r *Request, limit int64) (*Delivery, error) {
	d := &Delivery{request: r}
	if r.Method != http.MethodGet && r.ContentLength != 0 {
		if r.ContentLength > limit {
			return nil, TooLarge(limit)
		}
		raw, err := r.ReadBody(limit)
		if err != nil {
			return nil, err
		}
		if d.body, err = readBody(r.Header, raw, limit); err != nil {
			return nil, err
		}
	}
	d.trigger = d.buildTrigger()
	return d, nil
}

// What a body takes in memory: copies of its text (the bytes, the text that expressions share, the JSON that is kept), and
// for a JSON tree, in bytes, for each value and, beside that, for each list or map.
const (
	textCopies     = 3
	valueBytes     = 24
	containerBytes = 72
)

// Size returns about how many bytes of memory the body takes: its text, decompressed, in all its copies, and when that is
// JSON the tree that an expression may build of it, which is many times larger when its values are short.
func (d *Delivery) Size() int64 {
	text := d.body.text
	size := textCopies * len(text)
	if !d.body.json {
		return int64(size)
	}
	values := bytes.Count(text, []byte{','}) + 1
	containers := bytes.Count(text, []byte{'['}) + bytes.Count(text, []byte{'{'})
	return int64(size + valueBytes*(values+containers) + containerBytes*containers)
}

// Trigger returns the variable `trigger`: body (absent without one), headers, parameters, and formFields for the body
// of a form.
func (d *Delivery) Trigger() *value.Map { return d.trigger }

func (d *Delivery) buildTrigger() *value.Map {
	m := value.NewMap(4)
	if d.body.present {
		m.SetLazy("body", d.bodyValue)
	}
	m.SetLazy("headers", func() value.Value { return value.FromMap(d.request.headers()) })
	m.SetLazy("parameters", func() value.Value { return value.FromMap(d.request.parameters()) })
	if d.body.present && isForm(d.request.Header.Get("Content-Type")) {
		m.SetLazy("formFields", func() value.Value { return value.FromMap(parseParameters(d.RawBody())) })
	}
	return m
}

// RawBody returns the text of the body, decompressed and in UTF-8.
func (d *Delivery) RawBody() string {
	d.rawOnce.Do(func() { d.raw = string(d.body.text) })
	return d.raw
}

// bodyValue returns the body as expressions see it: the JSON tree, or the text.
func (d *Delivery) bodyValue() value.Value {
	if d.body.json {
		if v, err := value.DecodeJSONText(d.RawBody()); err == nil {
			return v
		}
	}
	return value.String(d.RawBody())
}

// appendBody appends the body as a JSON value: valid JSON as it was sent, anything else as a string.
func (d *Delivery) appendBody(dst []byte) []byte {
	if !d.body.json {
		return value.AppendQuoted(dst, d.RawBody())
	}
	// An escaped surrogate may be a lone one, which is no text: then what expressions see is what is kept.
	if bytes.Contains(d.body.text, []byte(`\ud`)) || bytes.Contains(d.body.text, []byte(`\uD`)) {
		body, _ := d.trigger.Get("body")
		return value.AppendJSON(dst, body)
	}
	return append(dst, bytes.TrimSpace(d.body.text)...)
}

// Variables returns the JSON text of the variable `trigger`, which the answer and the kept execution carry. A body that
// is JSON stands in it byte for byte.
func (d *Delivery) Variables() []byte {
	dst := make([]byte, 0, len(d.body.text)+512)
	dst = append(dst, '{')
	trigger := d.trigger
	for i := range trigger.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, trigger.Key(i)...)
		dst = append(dst, `":`...)
		if trigger.Key(i) == "body" {
			dst = d.appendBody(dst)
		} else {
			dst = value.AppendJSON(dst, trigger.At(i))
		}
	}
	return append(dst, '}')
}
