package flow

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// The schemes of URIs of files: those of executions, and those of namespaces. Kestra has file:// too, for folders of the server
// that its configuration names.
const (
	executionFile = "kestra"
	namespaceFile = "nsfile"
)

// checkFileURI returns why a text cannot be the value of a FILE. Kestra uploads a text that is no URI from the server's own file
// system; here the path of a file opens nothing.
func checkFileURI(text string) error {
	u, err := url.Parse(text)
	scheme := ""
	if err == nil {
		scheme = u.Scheme
	}
	const wanted = "`%s` is no URI of a file as kestra:///… and nsfile:///…"
	switch {
	case (scheme == executionFile || scheme == namespaceFile) && isURI(text) && strings.HasPrefix(text, scheme+"://") && len(u.Path) > 1:
		return nil
	case scheme == "http" || scheme == "https":
		return violated(wanted+": the task http.Download makes a file of it", excerpt(text))
	case scheme == "" || scheme == "file":
		return violated(wanted+", and files of the server are never read", excerpt(text))
	default:
		return violated(wanted, excerpt(text))
	}
}

// checkExtension holds the URI of a file against the extensions that are allowed, in Kestra's words. Letters are equal in any case.
func (t *Type) checkExtension(uri string) error {
	if len(t.Extensions) == 0 {
		return nil
	}
	u, err := url.Parse(uri)
	if err == nil && slices.ContainsFunc(t.Extensions, func(allowed string) bool { return strings.EqualFold(allowed, path.Ext(u.Path)) }) {
		return nil
	}
	return violated("File type not allowed. Accepted extensions: %s", strings.Join(t.Extensions, ", "))
}

// fileDefault refuses defaults of a FILE that Kestra refuses when the flow is saved.
func (l *loader) fileDefault(in *Input, n *yaml.Node, path string) {
	written, constant := in.Defaults.Constant()
	switch {
	case !constant:
		l.errorAt(n, path, "inputs of type 'FILE' only support `defaults` with expression that can be rendered immediately: write the URI")
	case strings.HasPrefix(written.Str(), executionFile+":"):
		l.errorAt(n, path, "inputs of type 'FILE' only support `defaults` as namespace files using a nsfile URI")
	}
}
