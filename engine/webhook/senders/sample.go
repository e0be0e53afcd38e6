package senders

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Sample is a request as a sender might send it, but for its signature.
type Sample struct {
	Event      string      // as the flow sees it; empty: the sender names none
	DeliveryID string      // likewise
	Header     http.Header // with its Content-Type
	Query      string      // of the URL, without a question mark
	Body       []byte
}

// Events returns the events of which there is a sample in the sender's own shape, the first one for whoever names none.
func (s *Sender) Events() []string {
	var events []string
	for _, one := range samples[s.Name] {
		if one.event != "" {
			events = append(events, one.event)
		}
	}
	return events
}

// Sample returns a request with an event, or the first one of [Sender.Events] if that is empty, and with a delivery id where the sender
// has one. Of an event without a body of its own it has that of the first one. The error is of an event for a sender that has none.
func (s *Sender) Sample(event, id string) (*Sample, error) {
	body, known := sampleBody{}, samples[s.Name]
	for i, one := range known {
		if i == 0 || one.event == event {
			body = one
		}
	}
	if event == "" {
		event = body.event
	}
	if event != "" && s.Event == (Place{}) {
		return nil, fmt.Errorf("requests of %s have no name of an event", s.Title)
	}
	to := &Sample{Header: http.Header{}, Body: []byte(body.body)}
	kind := "application/json"
	if body.form {
		kind = "application/x-www-form-urlencoded"
	} else if body.body == "" {
		to.Body = []byte("{}")
	}
	to.Header.Set("Content-Type", kind)
	for name, text := range body.header {
		to.Header.Set(name, text)
	}
	if event == "" && s.Event != (Place{}) {
		event = "example"
	}
	if event != "" {
		to.Event = event
		if err := to.put(s.Event, event); err != nil {
			return nil, err
		}
	}
	if s.DeliveryID != (Place{}) {
		if s.numbered() {
			id = digits(id)
		}
		to.DeliveryID = id
		if err := to.put(s.DeliveryID, id); err != nil {
			return nil, err
		}
	}
	return to, nil
}

// numbered reports whether delivery ids are numbers in samples.
func (s *Sender) numbered() bool {
	if s.DeliveryID.Member == "" || len(samples[s.Name]) == 0 {
		return false
	}
	v, err := value.DecodeJSON([]byte(samples[s.Name][0].body))
	if err != nil {
		return false
	}
	for name := range strings.SplitSeq(s.DeliveryID.Member, ".") {
		v = child(v, name)
	}
	return v.Kind() == value.KindInt
}

// digits returns a number that follows from a text.
func digits(text string) string {
	n := uint32(2166136261) // FNV-1a
	for i := range len(text) {
		n = (n ^ uint32(text[i])) * 16777619
	}
	return strconv.FormatUint(uint64(n), 10)
}

// put makes a text stand at a place.
func (s *Sample) put(p Place, text string) error {
	switch {
	case p.Header != "":
		s.Header.Set(p.Header, text)
	case p.Parameter != "":
		s.Query = url.QueryEscape(p.Parameter) + "=" + url.QueryEscape(text)
	case p.Field != "":
		form, err := url.ParseQuery(string(s.Body))
		if err != nil {
			return err
		}
		form.Set(p.Field, text)
		s.Body = []byte(form.Encode())
	case p.Member != "":
		v, err := value.DecodeJSON(s.Body)
		if err != nil {
			return err
		}
		s.Body = value.AppendJSON(nil, with(v, strings.Split(p.Member, "."), text))
	}
	return nil
}

func child(v value.Value, name string) value.Value {
	if n, err := strconv.Atoi(name); err == nil && v.Kind() == value.KindList {
		if n < v.List().Len() {
			return v.List().At(n)
		}
		return value.Null
	}
	inside, _ := v.Map().Get(name)
	return inside
}

// with returns a value in which a text stands at a path of names and numbers; what is not there is made. What was a number there stays one.
func with(v value.Value, path []string, text string) value.Value {
	if len(path) == 0 {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && v.Kind() == value.KindInt {
			return value.Int(n)
		}
		return value.String(text)
	}
	if path[0] == "0" && v.Kind() != value.KindMap {
		items := []value.Value{value.Null}
		if v.Kind() == value.KindList && v.List().Len() > 0 {
			items = append([]value.Value(nil), v.List().Slice()...)
		}
		items[0] = with(items[0], path[1:], text)
		return value.ListOf(items...)
	}
	if path[0] == "0" && v.Map().Len() == 0 { // of nothing yet
		return value.ListOf(with(value.Null, path[1:], text))
	}
	m := value.NewMap(v.Map().Len() + 1)
	for name, member := range v.Map().All() {
		m.Set(name, member)
	}
	inside, _ := v.Map().Get(path[0])
	m.Set(path[0], with(inside, path[1:], text))
	return value.FromMap(m)
}
