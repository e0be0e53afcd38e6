package webhook

import (
	"bytes"
	"io"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Fetch says what an execution has of the body of its request. Whatever it is, what is evaluated before the execution begins sees all.
type Fetch string

// The values of the property fetchType, as in Kestra 2.0.
const (
	FetchText Fetch = "FETCH" // the body, in the variable `trigger`
	FetchFile Fetch = "STORE" // a file with its bytes, whose URI is trigger.uri; of a form its files and fields
	FetchNone Fetch = "NONE"  // nothing
)

func fetchProperty() flow.Property {
	return flow.Property{
		Name: "fetchType", Type: flow.String, Values: []string{string(FetchText), string(FetchFile), string(FetchNone)}, Default: string(FetchText),
		Summary: "What the execution has of the body: with FETCH trigger.body, with STORE a file that trigger.uri names, with NONE nothing. Conditions, labels and inputs see all of it.",
	}
}

// Fetch returns what executions of the trigger have of the body.
func (t *Trigger) Fetch() Fetch { return t.fetch }

// variables are the members of the variable `trigger`.
func variables() []flow.Variable {
	all := make([]flow.Variable, len(partNames))
	for i, name := range partNames {
		all[i] = flow.Variable{
			Name:   name,
			Lists:  name == "headers" || name == "parameters" || name == "formFields",
			Absent: func(c *flow.Component, early bool) bool { return absent(fetchOf(c), name, early) },
		}
	}
	return all
}

func fetchOf(c *flow.Component) Fetch {
	if written := c.Text("fetchType"); written != "" {
		return Fetch(written)
	}
	return FetchText
}

// absent reports whether no request gives a trigger's variable a member: early, to what is evaluated before the execution begins.
func absent(fetch Fetch, name string, early bool) bool {
	switch {
	case name == "uri":
		return fetch != FetchFile
	case early || fetch == FetchText:
		return false
	case name == "body" || name == "bodyBase64":
		return true
	case name == "parts" || name == "formFields":
		return fetch == FetchNone
	default: // not of the body
		return false
	}
}

// Place says what the execution is to have of the body, and which URI its file with a name has.
func (d *Delivery) Place(fetch Fetch, uri func(name string) string) {
	if fetch == FetchNone { // there will be none
		uri = nil
	}
	d.fetch, d.uri = fetch, uri
}

// IsForm reports whether the body is of type multipart/form-data, and has been read as one.
func (d *Delivery) IsForm() bool { return d.body.multipart != nil }

// Broken returns why a body that says that it is of type multipart/form-data is a text and nothing more; nil: it does not, or it is one.
func (d *Delivery) Broken() error { return d.body.broken }

// bodyFile is the name of the file that has the body.
const bodyFile = "body"

// stores reports whether the execution has a file with the body.
func (d *Delivery) stores() bool {
	return d.fetch == FetchFile && d.body.present && d.body.multipart == nil
}

// HasFiles reports whether the execution is to have files.
func (d *Delivery) HasFiles() bool {
	return d.letter != nil || d.stores() || d.body.multipart != nil && d.fetch != FetchNone && len(d.body.multipart.files) > 0
}

// WriteFiles calls write for each file that the execution is to have, by its name, with what is in it. The names are ours.
func (d *Delivery) WriteFiles(write func(name string, content io.Reader) error) error {
	if d.letter != nil {
		if err := d.writeLetter(write); err != nil {
			return err
		}
	}
	switch {
	case !d.HasFiles():
		return nil
	case d.stores():
		return write(bodyFile, bytes.NewReader(d.body.raw))
	case d.body.multipart == nil || d.fetch == FetchNone:
		return nil
	default:
		return d.body.multipart.writeFiles(d.body.raw, write)
	}
}

// keeps reports whether the execution has a member of the variable `trigger`.
func (d *Delivery) keeps(name string) bool {
	if !d.Has(name) {
		return false
	}
	if name == "formFields" && d.fetch == FetchFile { // the file has those that are not of several parts
		return d.body.multipart != nil
	}
	return d.fetch == FetchText || !absent(d.fetch, name, false)
}

// Kept returns the variable `trigger` as the execution has it.
func (d *Delivery) Kept() *value.Map {
	if d.fetch == FetchText {
		return d.trigger
	}
	return value.DrawMap(keptVariables{d})
}

// keptVariables are what is kept of a delivery.
type keptVariables struct{ *Delivery }

// Get implements [value.Source].
func (k keptVariables) Get(name string) (value.Value, bool) {
	if !k.keeps(name) {
		return value.Null, false
	}
	return k.Delivery.Get(name)
}

// Has implements [value.Source].
func (k keptVariables) Has(name string) bool { return k.keeps(name) }

// Map implements [value.Source].
func (k keptVariables) Map() *value.Map { return k.all(k.keeps) }
