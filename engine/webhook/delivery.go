package webhook

import (
	"net/http"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Delivery is what one request brought: the variables that conditions, tasks and the answer see. Its large parts are made when
// they are first read, and can be dropped.
type Delivery struct {
	request *Request
	account Account
	body    body
	trigger *value.Map
	built   int64 // bytes that the parts take which were made on first use
}

// Receive reads the body of a request, at most limit bytes of it, and takes the memory for it, and for what is made of it
// later, from account. The error is a [*BodyError] or that of the account.
func Receive(r *Request, limit int64, account Account) (*Delivery, error) {
	own := *r
	own.ReadBody = nil // a delivery outlives the connection
	d := &Delivery{request: &own, account: account, trigger: value.NewMap(4)}
	if r.Method != http.MethodGet && r.ContentLength != 0 {
		if r.ContentLength > limit {
			return nil, TooLarge(limit)
		}
		raw, err := r.ReadBody(limit, account)
		if err != nil {
			return nil, err
		}
		if d.body, err = readBody(r.Header, raw, limit, account); err != nil {
			return nil, err
		}
	}
	d.setParts()
	return d, nil
}

// Trigger returns the variable `trigger`: body (absent without one), headers, parameters, and formFields for the body
// of a form. A part for which there is no memory is null, and the account knows of it.
func (d *Delivery) Trigger() *value.Map { return d.trigger }

// setParts sets the parts of the variable, each to be made when it is read.
func (d *Delivery) setParts() {
	m := d.trigger
	if d.body.present {
		m.SetLazy("body", d.bodyValue)
	}
	m.SetLazy("headers", func() value.Value {
		return d.build(3*d.request.Size(), func() value.Value { return value.FromMap(d.request.headers()) })
	})
	m.SetLazy("parameters", func() value.Value { return d.multimap(d.request.RawQuery, d.request.parameters) })
	if d.body.present && isForm(d.request.Header.Get("Content-Type")) {
		m.SetLazy("formFields", func() value.Value {
			return d.multimap(d.body.text, func() *value.Map { return parseParameters(d.body.text) })
		})
	}
}

// Drop drops the parts that were made on first use; they are made again when they are read again.
func (d *Delivery) Drop() {
	d.setParts()
	d.account.Give(d.built)
	d.built = 0
}

// build makes a part that takes so many bytes.
func (d *Delivery) build(bytes int64, make func() value.Value) value.Value {
	if err := d.account.Take(bytes); err != nil {
		return value.Null // the account keeps in mind that something is missing
	}
	d.built += bytes
	return make()
}

// pairBytes is the memory that a name and a value take beside their texts in the worst case: every name is different, so each
// has its own list and its own place in the map.
const pairBytes = 320

// multimap makes the map of a query string or a form.
func (d *Delivery) multimap(query string, read func() *value.Map) value.Value {
	if query == "" {
		return value.FromMap(value.NewMap(0))
	}
	pairs := int64(strings.Count(query, "&")) + 1
	return d.build(int64(len(query))+pairs*pairBytes, func() value.Value { return value.FromMap(read()) })
}

// RawBody returns the text of the body, decompressed and in UTF-8.
func (d *Delivery) RawBody() string { return d.body.text }

// bodyValue returns the body as expressions see it: the JSON tree, or the text.
func (d *Delivery) bodyValue() value.Value {
	if !d.body.json {
		return value.String(d.body.text)
	}
	return d.build(treeSize(d.body.text), func() value.Value {
		v, err := value.DecodeJSONText(d.body.text)
		if err != nil { // never: it was scanned
			return value.String(d.body.text)
		}
		return v
	})
}

// What the values of a JSON tree take in memory, in bytes: each value, and beside that each list or map.
const (
	valueBytes     = 24
	containerBytes = 72
)

// DecodeVariables returns the variable `trigger` of an execution that was loaded, out of what [Delivery.Variables] returned:
// names of headers are looked up without regard to case.
func DecodeVariables(d execution.Datum) *value.Map {
	kept, err := value.DecodeJSON(d.JSON)
	m := value.NewMap(4)
	if err != nil { // a body that is as deep as values may be lies one deeper here
		return m
	}
	for name, v := range kept.Map().All() {
		if name == "headers" {
			headers := value.NewFoldMap(v.Map().Len())
			for header, texts := range v.Map().All() {
				headers.Set(header, texts)
			}
			v = value.FromMap(headers)
		}
		m.Set(name, v)
	}
	return m
}

// treeSize estimates how many bytes of memory the tree of a JSON text takes beside the text. When the values are short that
// is many times the length of the text.
func treeSize(text string) int64 {
	values := strings.Count(text, ",") + 1
	containers := strings.Count(text, "[") + strings.Count(text, "{")
	return int64(valueBytes*(values+containers) + containerBytes*containers)
}

// appendBody appends the body as a JSON value: valid JSON as it was sent, anything else as a string.
func (d *Delivery) appendBody(dst []byte) []byte {
	if !d.body.json {
		return value.AppendQuoted(dst, d.body.text)
	}
	// A \ud… escape may be a lone surrogate, which is not valid text: encode the decoded body again, so that the stored body
	// equals what expressions saw.
	if strings.Contains(d.body.text, `\ud`) || strings.Contains(d.body.text, `\uD`) {
		body, _ := d.trigger.Get("body")
		return value.AppendJSON(dst, body)
	}
	return append(dst, strings.TrimSpace(d.body.text)...)
}

// Variables returns the JSON text of the variable `trigger`, which the answer and the kept execution carry. A body that
// is JSON stands in it byte for byte. The error is that of the account.
func (d *Delivery) Variables() ([]byte, error) {
	size := int64(len(d.body.text)) + 512
	if !d.body.json {
		size = value.SizeJSON(value.String(d.body.text)) + 512
	}
	m := d.trigger
	for i := range m.Len() {
		if m.Key(i) != "body" {
			size += value.SizeJSON(m.At(i))
		}
	}
	if err := d.account.Take(size); err != nil {
		return nil, err
	}
	dst := make([]byte, 0, size)
	dst = append(dst, '{')
	for i := range m.Len() {
		dst = value.AppendQuoted(dst, m.Key(i))
		dst = append(dst, ':')
		if m.Key(i) == "body" {
			dst = d.appendBody(dst)
		} else {
			dst = value.AppendJSON(dst, m.At(i))
		}
		dst = append(dst, ',')
	}
	dst[len(dst)-1] = '}'
	return dst, nil
}
