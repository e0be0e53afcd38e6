package signature

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// kind says what a part of a payload stands for.
type kind string

const (
	partText      kind = "" // itself
	partBody      kind = "body"
	partTimestamp kind = "timestamp"
	partID        kind = "id"
	partURL       kind = "url"
	partMethod    kind = "method"
	partDecoded   kind = "decodedUrl"
	partParams    kind = "params"
)

var kinds = []kind{partBody, partTimestamp, partID, partURL, partDecoded, partMethod, partParams}

// decodedURL undoes the encoding of the characters that HubSpot decodes before it signs a URL.
var decodedURL = strings.NewReplacer("%3A", ":", "%3a", ":", "%2F", "/", "%2f", "/", "%3F", "?", "%3f", "?", "%40", "@", "%21", "!", "%24", "$",
	"%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%2a", "*", "%2C", ",", "%2c", ",", "%3B", ";", "%3b", ";")

// part is a piece of a payload.
type part struct {
	kind kind
	text string // of partText
}

func parsePayload(text string) ([]part, error) {
	var parts []part
	for text != "" {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			return append(parts, part{text: text}), nil
		}
		if open > 0 {
			parts = append(parts, part{text: text[:open]})
		}
		name, rest, closed := strings.Cut(text[open+1:], "}")
		if !closed || !slices.Contains(kinds, kind(name)) {
			names := make([]string, len(kinds))
			for i, k := range kinds {
				names[i] = "{" + string(k) + "}"
			}
			return nil, fmt.Errorf("may have %s in it, and no other brace", strings.Join(names, ", "))
		}
		if kind(name) == partBody && slices.Contains(parts, part{kind: partBody}) {
			return nil, fmt.Errorf("has {body} twice")
		}
		parts, text = append(parts, part{kind: kind(name)}), rest
	}
	return parts, nil
}

// has reports whether the payload has a part of this kind.
func (f *Form) has(k kind) bool { return slices.Contains(f.payload, part{kind: k}) }

// formParameters returns the parameters of a form as they are signed: by name and then by value, each value once, with nothing
// between them.
func formParameters(body string) string {
	values, _ := url.ParseQuery(body) // what is broken is left out, and then the signature is wrong
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		slices.Sort(values[name])
		for _, v := range slices.Compact(values[name]) {
			text.WriteString(name)
			text.WriteString(v)
		}
	}
	return text.String()
}
