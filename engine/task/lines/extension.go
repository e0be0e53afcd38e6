package lines

import (
	"net/url"
	"path"
)

// NoExtension is what the names of files end in that have no other ending.
const NoExtension = ".tmp"

// Extension returns what the name in a URI ends in, with its dot.
func Extension(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return NoExtension
	}
	if extension := path.Ext(u.Path); extension != "" && extension != "." {
		return extension
	}
	return NoExtension
}
