package webhook

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode/utf32"
)

// encodingOf returns the encoding of this name; nil for UTF-8, and for one that is not known. The index of names has no code for
// UTF-32.
func encodingOf(name string) encoding.Encoding {
	switch strings.ToLower(name) {
	case "", "utf-8":
		return nil
	case "utf-32":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil {
		return e
	}
	return nil
}

// marked returns the name of the encoding that a byte order mark of two or four bytes indicates; "" if there is none.
func marked(raw []byte) string {
	for _, mark := range [...]struct{ bytes, name string }{
		{"\x00\x00\xfe\xff", "utf-32"}, {"\xff\xfe\x00\x00", "utf-32"}, {"\xfe\xff", "utf-16"}, {"\xff\xfe", "utf-16"},
	} {
		if bytes.HasPrefix(raw, []byte(mark.bytes)) {
			return mark.name
		}
	}
	return ""
}
