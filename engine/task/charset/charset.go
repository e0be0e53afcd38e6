package charset

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

// Named returns the charset with a name, of any case; nil is UTF-8, which "" is too.
func Named(name string) (encoding.Encoding, error) {
	if name == "" || strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8") {
		return nil, nil //nolint:nilnil // nothing is to be converted
	}
	e, err := ianaindex.MIME.Encoding(name)
	if err != nil || e == nil {
		return nil, fmt.Errorf("charset %q is not known", name)
	}
	return e, nil
}
