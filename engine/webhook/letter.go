package webhook

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// Letter is a request as it is handed on, without its body. It is kept in a file with that, as one sealed line before it.
type Letter struct {
	Trigger string // id
	Method  string
	Main    bool // the path names the tenant: PrefixMain
	Query   string
	Header  http.Header
	Key     string
}

// letterLine is a Letter in JSON, before it is sealed. What may be no UTF-8 is Base64.
type letterLine struct {
	Trigger string              `json:"trigger"`
	Method  string              `json:"method"`
	Main    bool                `json:"main,omitempty"`
	Query   []byte              `json:"query,omitempty"`
	Header  map[string][][]byte `json:"header,omitempty"`
	Key     string              `json:"key"`
}

// LetterFile is the name of the file among those of a request.
const LetterFile = "handed-on"

// HandOn says that the request is to be handed on: its execution has it in a file, see [Delivery.WriteFiles], which tokens seal. The
// body is in it as it came.
func (d *Delivery) HandOn(trigger, execution string, tokens *Tokens) {
	d.letter = &letter{trigger: trigger, execution: execution, tokens: tokens}
}

// letter is what a delivery needs to be handed on.
type letter struct {
	trigger, execution string // ids
	tokens             *Tokens
}

// keepArrived keeps the bytes of the body as they came. They take memory of their own where a content coding was undone.
func (d *Delivery) keepArrived(raw []byte) error {
	d.arrived = raw
	if len(raw) == 0 || len(d.body.raw) > 0 && &raw[0] == &d.body.raw[0] {
		return nil
	}
	return d.account.Take(int64(cap(raw)))
}

// writeLetter writes the request as it came, with the bytes of its body. Headers of the connection are left out, and those that an
// execution is not to see.
func (d *Delivery) writeLetter(write func(name string, content io.Reader) error) error {
	r := &d.request
	l := letterLine{
		Trigger: d.letter.trigger, Key: r.Target.Key, Method: r.Method, Main: strings.HasPrefix(r.Path, PrefixMain),
		Query: []byte(r.RawQuery), Header: make(map[string][][]byte, len(r.Header)),
	}
	for name, texts := range r.Header {
		if ofConnection(r.Header, name) || r.hides(name) {
			continue
		}
		kept := make([][]byte, len(texts))
		for i, text := range texts {
			kept[i] = []byte(text)
		}
		l.Header[name] = kept
	}
	text, err := json.Marshal(l)
	if err == nil {
		text, err = d.letter.tokens.Seal(d.letter.execution, text)
	}
	if err != nil {
		return fmt.Errorf("request that is handed on: %w", err)
	}
	return write(LetterFile, io.MultiReader(bytes.NewReader(sealedLine(text)), bytes.NewReader(d.arrived)))
}

// ReadLetter reads the letter of an execution, and returns how many bytes of the file it takes: the others are the body.
func ReadLetter(r io.Reader, execution string, tokens *Tokens) (l *Letter, size int64, err error) {
	text, size, err := unseal(bufio.NewReader(r), execution, tokens)
	var read letterLine
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("request that is handed on: %w", err)
	}
	l = &Letter{Trigger: read.Trigger, Method: read.Method, Main: read.Main, Query: string(read.Query), Header: make(http.Header, len(read.Header)), Key: read.Key}
	for name, texts := range read.Header {
		for _, text := range texts {
			l.Header[name] = append(l.Header[name], string(text))
		}
	}
	return l, size, nil
}

// CopyLetter returns the file of a letter for another execution, as the one of r has it.
func CopyLetter(r io.Reader, execution, other string, tokens *Tokens) (io.Reader, error) {
	b := bufio.NewReader(r)
	text, _, err := unseal(b, execution, tokens)
	if err == nil {
		text, err = tokens.Seal(other, text)
	}
	if err != nil {
		return nil, fmt.Errorf("request that is handed on: %w", err)
	}
	return io.MultiReader(bytes.NewReader(sealedLine(text)), b), nil
}

// sealedLine returns a sealed text as the first line of the file.
func sealedLine(sealed []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(nil, sealed), '\n')
}

// unseal reads the first line of the file, and returns how many bytes it takes.
func unseal(r *bufio.Reader, execution string, tokens *Tokens) (text []byte, size int64, err error) {
	line, err := r.ReadBytes('\n')
	if err == nil {
		text, err = base64.StdEncoding.AppendDecode(nil, bytes.TrimSuffix(line, []byte("\n")))
	}
	if err == nil {
		text, err = tokens.Unseal(execution, text)
	}
	return text, int64(len(line)), err
}

// ofConnection reports whether a header is one of the connection to this server, or one that each connection has anew.
func ofConnection(h http.Header, name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Http2-Settings", "Host", "Content-Length", "Expect", "Accept-Encoding", "X-Kestra-Delivery-Id":
		return true
	}
	return slices.ContainsFunc(h["Connection"], func(list string) bool {
		return slices.ContainsFunc(strings.Split(list, ","), func(named string) bool {
			return textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(named)) == name
		})
	})
}
