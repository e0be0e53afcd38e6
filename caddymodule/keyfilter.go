package caddymodule

import (
	"fmt"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/logging"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
)

func init() {
	caddy.RegisterModule(new(KeyFilter))
}

// KeyFilter is a filter for fields of the log encoder `filter`. It takes webhook keys out of a field: in a text that
// contains `/executions/webhook/`, everything after the flow id is replaced, or the last segment if there are fewer.
// In an object or a list, such as the field `request` with its URI and headers, it does so for every text inside.
//
// It is for lines that the handler cannot reach: those of modules that answer before it, such as `basic_auth`, or after
// it, such as `reverse_proxy`, and those of Caddy's error log.
//
//	log {
//		format filter {
//			request kestra_key
//			resp_headers kestra_key
//			headers kestra_key
//			uri kestra_key
//		}
//	}
//
// The redirection to HTTPS has the URL among resp_headers, and reverse_proxy that of the upstream among headers.
//
// A short public URL, which a rewrite turns into a webhook's, is known by its path alone: with `kestra_key /hooks/`
// everything after `/hooks/` in a text, up to a question mark, is replaced as well.
//
// A filter on `request` takes the place of all filters on fields inside, as in `request>headers>Authorization`; beside
// such ones, name `request>uri` and `request>headers>Referer` instead.
type KeyFilter struct {
	// The beginnings of the paths of short public URLs, as in `/hooks/`. Default: none.
	Paths []string `json:"paths,omitempty"`
}

// CaddyModule returns the Caddy module information.
func (*KeyFilter) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "caddy.logging.encoders.filter.kestra_key",
		New: func() caddy.Module { return new(KeyFilter) },
	}
}

// UnmarshalCaddyfile reads the filter's name, and paths.
func (f *KeyFilter) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the filter's name
	for d.NextArg() {
		f.Paths = append(f.Paths, d.Val())
	}
	return f.Validate()
}

// Validate implements caddy.Validator.
func (f *KeyFilter) Validate() error {
	for _, path := range f.Paths {
		if len(path) < 2 || path[0] != '/' {
			return fmt.Errorf("kestra_key: %q is not the beginning of a path, as in /hooks/", path)
		}
	}
	return nil
}

// redact takes the keys out of a text.
func (f *KeyFilter) redact(text string) string {
	text = webhook.RedactURL(text)
	for _, path := range f.Paths {
		text = webhook.RedactPath(path, text)
	}
	return text
}

// Filter implements the interface of Caddy's log field filters. Fields that hold no text stay as they are.
func (f *KeyFilter) Filter(in zapcore.Field) zapcore.Field {
	switch in.Type {
	case zapcore.StringType:
		in.String = f.redact(in.String)
	case zapcore.ByteStringType:
		if text, ok := in.Interface.([]byte); ok {
			in.Interface = []byte(f.redact(string(text)))
		}
	case zapcore.StringerType, zapcore.ErrorType:
		return zap.String(in.Key, f.redact(fmt.Sprint(in.Interface)))
	case zapcore.ObjectMarshalerType:
		if object, ok := in.Interface.(zapcore.ObjectMarshaler); ok {
			in.Interface = redactedObject{object, f}
		}
	case zapcore.ArrayMarshalerType:
		if array, ok := in.Interface.(zapcore.ArrayMarshaler); ok {
			in.Interface = redactedArray{array, f}
		}
	default: // no text
	}
	return in
}

// redactedObject and redactedArray are an object and a list without the keys in their texts.
type (
	redactedObject struct {
		zapcore.ObjectMarshaler
		filter *KeyFilter
	}
	redactedArray struct {
		zapcore.ArrayMarshaler
		filter *KeyFilter
	}
)

// MarshalLogObject implements zapcore.ObjectMarshaler.
func (o redactedObject) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	return o.ObjectMarshaler.MarshalLogObject(objectRedactor{enc, o.filter})
}

// MarshalLogArray implements zapcore.ArrayMarshaler.
func (a redactedArray) MarshalLogArray(enc zapcore.ArrayEncoder) error {
	return a.ArrayMarshaler.MarshalLogArray(arrayRedactor{enc, a.filter})
}

type objectRedactor struct {
	zapcore.ObjectEncoder
	filter *KeyFilter
}

func (e objectRedactor) AddString(name, text string) {
	e.ObjectEncoder.AddString(name, e.filter.redact(text))
}

func (e objectRedactor) AddByteString(name string, text []byte) {
	e.ObjectEncoder.AddByteString(name, []byte(e.filter.redact(string(text))))
}

func (e objectRedactor) AddObject(name string, object zapcore.ObjectMarshaler) error {
	return e.ObjectEncoder.AddObject(name, redactedObject{object, e.filter})
}

func (e objectRedactor) AddArray(name string, array zapcore.ArrayMarshaler) error {
	return e.ObjectEncoder.AddArray(name, redactedArray{array, e.filter})
}

type arrayRedactor struct {
	zapcore.ArrayEncoder
	filter *KeyFilter
}

func (e arrayRedactor) AppendString(text string) {
	e.ArrayEncoder.AppendString(e.filter.redact(text))
}

func (e arrayRedactor) AppendByteString(text []byte) {
	e.ArrayEncoder.AppendByteString([]byte(e.filter.redact(string(text))))
}

func (e arrayRedactor) AppendObject(object zapcore.ObjectMarshaler) error {
	return e.ArrayEncoder.AppendObject(redactedObject{object, e.filter})
}

func (e arrayRedactor) AppendArray(array zapcore.ArrayMarshaler) error {
	return e.ArrayEncoder.AppendArray(redactedArray{array, e.filter})
}

// Interface guards
var (
	_ caddy.Module           = (*KeyFilter)(nil)
	_ caddy.Validator        = (*KeyFilter)(nil)
	_ caddyfile.Unmarshaler  = (*KeyFilter)(nil)
	_ logging.LogFieldFilter = (*KeyFilter)(nil)
)
