package webhook

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/caddy-kestra/kestra-webhook/engine/execution"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Delivery is what one request brought: the variables that conditions, tasks and the answer see. Its large parts are made when
// they are first read, and can be dropped.
type Delivery struct {
	request Request // without ReadBody: a delivery outlives the connection
	account Account
	body    body
	trigger *value.Map
	drawn   value.Drawn              // the memory for it
	fetch   Fetch                    // what the execution has of the body
	uri     func(name string) string // of its files; nil: there are none
	arrived []byte                   // the bytes of the body as they came, if they are to be handed on
	letter  *letter                  // nil: the request is not handed on
	whole   bool                     // somebody walked over the variable, and its parts are held by that too
	asked   bool                     // a part was made on first use, or there was no memory for it
	built   int64                    // bytes that those parts take
	parts   [len(partNames)]part
}

// part is a member of the variable `trigger`, made when it is first read.
type part struct {
	once sync.Once
	v    value.Value
}

// partBody is the place of the body among the parts.
const partBody = 0

// partNames are the members of the variable `trigger`, in order.
var partNames = [...]string{"body", "headers", "parameters", "uri", "parts", "formFields", "event", "deliveryId", "bodyBase64"}

// Receive reads the body of a request, at most limit bytes of it, and takes the memory for it, and for what is made of it
// later, from account. The error is a [*BodyError], a [SignatureError] or that of the account.
func Receive(r *Request, limit int64, account Account) (*Delivery, error) {
	d := new(Delivery)
	if err := d.Receive(r, limit, account); err != nil {
		return nil, err
	}
	return d, nil
}

// Receive makes d, which is new or zero again, what [Receive] returns. After an error it is of no use.
func (d *Delivery) Receive(r *Request, limit int64, account Account) error {
	d.request, d.account, d.fetch = *r, account, FetchText
	d.request.ReadBody, d.request.Hash, d.request.signature = nil, nil, nil
	var raw []byte
	if r.Method != http.MethodGet && r.ContentLength != 0 {
		if r.ContentLength > limit {
			return TooLarge(limit)
		}
		var err error
		if raw, err = r.ReadBody(limit, account); err != nil {
			return err
		}
	}
	if err := r.signature.end(raw, false, account); err != nil {
		return err
	}
	var err error
	if d.body, err = readBody(r, raw, limit, account); err != nil {
		return err
	}
	if r.handedOn {
		if err := d.keepArrived(raw); err != nil {
			return err
		}
	}
	if err := r.signature.endMembers(d); err != nil {
		return err
	}
	d.trigger = d.drawn.From(d)
	return nil
}

// Trigger returns the variable `trigger`: body (absent without one), headers, parameters; formFields of a form, and parts for the
// files of one; uri of the file with the body, if there is to be one; and bodyBase64 for bytes that are no text. A part for which there
// is no memory is null, and the account knows of it.
func (d *Delivery) Trigger() *value.Map { return d.trigger }

// Get implements [value.Source].
func (d *Delivery) Get(name string) (value.Value, bool) {
	if !d.Has(name) {
		return value.Null, false
	}
	p := &d.parts[slices.Index(partNames[:], name)]
	p.once.Do(func() { p.v = d.make(name) })
	return p.v, true
}

// Has implements [value.Source].
func (d *Delivery) Has(name string) bool {
	switch name {
	case "body":
		return d.body.present
	case "headers", "parameters":
		return true
	case "uri":
		return d.stores()
	case "parts":
		return d.body.multipart != nil
	case "formFields":
		return d.body.form || d.body.multipart != nil
	case "bodyBase64":
		return d.body.binary && d.body.multipart == nil // the bytes of a form are in its parts
	case "event", "deliveryId":
		return d.named(name) != ""
	default:
		return false
	}
}

// Map implements [value.Source].
func (d *Delivery) Map() *value.Map { return d.all(d.Has) }

// all returns all members that has reports to be there.
func (d *Delivery) all(has func(name string) bool) *value.Map {
	d.whole = true
	m := value.NewMap(len(partNames))
	for _, name := range partNames {
		if has(name) {
			m.SetLazy(name, func() value.Value {
				v, _ := d.Get(name)
				return v
			})
		}
	}
	return m
}

// make makes a part.
func (d *Delivery) make(name string) value.Value {
	switch name {
	case "body":
		return d.bodyValue()
	case "headers":
		return d.build(3*d.request.Size(), func() value.Value { return value.FromMap(d.request.headers()) })
	case "parameters":
		return d.multimap(d.request.RawQuery, d.request.parameters)
	case "event", "deliveryId":
		return value.String(d.named(name))
	case "uri":
		return value.String(d.uri(bodyFile))
	case "bodyBase64":
		return d.build(int64(base64.StdEncoding.EncodedLen(len(d.body.raw))), func() value.Value {
			return value.String(textOf(base64.StdEncoding.AppendEncode(nil, d.body.raw)))
		})
	case "parts":
		_, size := d.body.multipart.valuesSize()
		return d.build(size, func() value.Value { return d.body.multipart.filesValue(d.uri) })
	default:
		if form := d.body.multipart; form != nil {
			size, _ := form.valuesSize()
			return d.build(size, form.fieldsValue)
		}
		return d.multimap(d.body.text, func() *value.Map { return parseParameters(d.body.text) })
	}
}

// Drop drops the parts that were made on first use; they are made again when they are read again.
func (d *Delivery) Drop() {
	if !d.asked || d.whole {
		return
	}
	d.parts = [len(partNames)]part{}
	d.account.Give(d.built)
	d.asked, d.built = false, 0
}

// build makes a part that takes so many bytes.
func (d *Delivery) build(bytes int64, make func() value.Value) value.Value {
	d.asked = true
	if err := d.account.Take(bytes); err != nil {
		return value.Null // the account keeps in mind that something is missing
	}
	d.built += bytes
	return make()
}

// pairBytes is the memory that a name and a value take beside their texts in the worst case: every name is different, so each
// has its own list and its own place in the map.
const pairBytes = 320

var noMembers = value.FromMap(value.NewMap(0))

// multimap makes the map of a query string or a form.
func (d *Delivery) multimap(query string, read func() *value.Map) value.Value {
	if query == "" {
		return noMembers
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
	return d.build(treeSize(d.body.text), d.decode)
}

// decode makes the tree of a JSON body.
func (d *Delivery) decode() value.Value {
	v, err := value.DecodeJSONText(d.body.text)
	if err != nil { // never: it was scanned
		return value.String(d.body.text)
	}
	return v
}

// What the values of a JSON tree take in memory, in bytes: each value, and beside that each list or map.
const (
	valueBytes     = 24
	containerBytes = 72
)

// DecodeVariables returns the variable `trigger` of an execution that was loaded, out of what [Delivery.Variables] returned:
// names of headers are looked up without regard to case.
func DecodeVariables(d execution.Datum) *value.Map {
	kept, err := value.DecodeMembers(d.JSON) // which may each be as deep as a body
	m := value.NewMap(len(partNames))
	if err != nil { // never: Variables made it
		return m
	}
	for name, v := range kept.All() {
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
		body, _ := d.Get("body")
		return value.AppendJSON(dst, body)
	}
	return append(dst, strings.TrimSpace(d.body.text)...)
}

// namesBytes is more than the names of all parts take in the JSON text, with what stands around them.
const namesBytes = 128

// Variables returns the JSON text of the variable `trigger` of the execution, which the answer and the kept execution carry. A body that
// is JSON stands in it byte for byte. It is in room if that is large enough. The error is that of the account.
func (d *Delivery) Variables(room []byte) ([]byte, error) {
	size := int64(namesBytes)
	switch {
	case !d.keeps("body"):
	case d.body.json:
		size += int64(len(d.body.text))
	default:
		size += value.SizeQuoted(d.body.text)
	}
	var (
		listRoom [16]headerList // for the headers of most requests
		textRoom [16]string
	)
	headers, texts := d.request.headerLists(listRoom[:0], textRoom[:0])
	size += sizeHeaders(headers, texts)
	var others [len(partNames)]value.Value
	for i := range partNames {
		if name := partNames[i]; name != "body" && name != "headers" && d.keeps(name) {
			others[i], _ = d.Get(name)
			size += value.SizeJSON(others[i])
		}
	}
	if err := d.account.Take(size); err != nil {
		return nil, err
	}
	dst := append(slices.Grow(room[:0], int(size)), '{')
	for i, name := range partNames {
		if !d.keeps(name) {
			continue
		}
		dst = append(value.AppendQuoted(dst, name), ':')
		switch name {
		case "body":
			dst = d.appendBody(dst)
		case "headers":
			dst = appendHeaders(dst, headers, texts)
		default:
			dst = value.AppendJSON(dst, others[i])
		}
		dst = append(dst, ',')
	}
	dst[len(dst)-1] = '}'
	return dst, nil
}
