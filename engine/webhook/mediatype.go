package webhook

import (
	"errors"
	"fmt"
	"mime"
	"strings"
)

// mediaType is the type of an answer's body.
type mediaType struct {
	text   string // value of the header Content-Type; empty: none
	active bool   // a browser that shows it runs what is in it
}

// parseMediaType reads the type that a flow gives a body: one in UTF-8, since all bodies are. Text that names no charset gets this one.
func parseMediaType(text string) (mediaType, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return mediaType{}, nil
	}
	name, parameters, err := mime.ParseMediaType(text)
	if err != nil || !strings.Contains(name, "/") {
		return mediaType{}, fmt.Errorf("%q is no media type, such as text/plain", cutName(text))
	}
	charset, named := parameters["charset"]
	switch {
	case named && !strings.EqualFold(charset, "utf-8"):
		return mediaType{}, errors.New("the charset must be utf-8, in which all answers are")
	case !named && strings.HasPrefix(name, "text/"):
		parameters["charset"] = "utf-8"
	}
	formatted := mime.FormatMediaType(name, parameters) // whatever was written, there is one type in it
	if formatted == "" {
		return mediaType{}, fmt.Errorf("%q is no media type, such as text/plain", cutName(text))
	}
	return mediaType{formatted, isActive(name)}, nil
}

// isActive reports whether a browser may run scripts in a document of this type: HTML, all that is XML, since an element of it may be
// one of HTML or SVG, and what is made of several documents.
func isActive(name string) bool {
	switch name {
	case "text/html", "text/xml", "application/xml", "text/xsl":
		return true
	default:
		return strings.HasSuffix(name, "+xml") || strings.HasPrefix(name, "multipart/") || strings.HasPrefix(name, "message/")
	}
}
