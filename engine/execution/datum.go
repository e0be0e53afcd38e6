package execution

import "encoding/json"

// InlineLimit is the length in bytes above which a [Datum] is kept apart.
const InlineLimit = 256 << 10

// Datum is a JSON text that belongs to an execution: trigger variables, outputs of a task run, outputs of the flow. The
// zero Datum is none at all.
//
// A text of at most [InlineLimit] bytes travels in JSON. A longer one is kept apart ([Store.PutValue]) and Ref names it;
// a runner then fills JSON when somebody needs the text, and stores keep only the Ref.
type Datum struct {
	JSON []byte // must not be changed
	Ref  string
}

// IsZero reports whether there is no datum.
func (d Datum) IsZero() bool { return len(d.JSON) == 0 && d.Ref == "" }

// Kept returns what a store keeps of d: the text, or else the reference.
func (d Datum) Kept() Datum {
	if d.Ref != "" {
		d.JSON = nil
	}
	return d
}

// datumJSON carries the text as a string, because encoding/json would reformat it as a member and change bytes of the
// sender.
type datumJSON struct {
	Text string `json:"text,omitempty"`
	Ref  string `json:"ref,omitempty"`
}

// MarshalJSON writes what a store keeps of d; the text comes back byte for byte.
func (d Datum) MarshalJSON() ([]byte, error) {
	d = d.Kept()
	return json.Marshal(datumJSON{Text: string(d.JSON), Ref: d.Ref})
}

// UnmarshalJSON reads what [Datum.MarshalJSON] wrote.
func (d *Datum) UnmarshalJSON(data []byte) error {
	var v datumJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*d = Datum{Ref: v.Ref}
	if v.Text != "" {
		d.JSON = []byte(v.Text)
	}
	return nil
}
