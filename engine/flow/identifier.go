package flow

import (
	"regexp"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// idRule is what Kestra allows as one kind of identifier.
type idRule struct {
	pattern *regexp.Regexp
	longest int // in characters; 0: no limit
	says    string
}

var (
	flowID      = idRule{regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]*$`), 100, "must begin with a letter or digit and have only letters, digits, '.', '_' and '-'"}
	namespaceID = idRule{regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`), 150, "must begin with a lower-case letter or digit and have only lower-case letters, digits, '.', '_' and '-'"}
	componentID = idRule{regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]*$`), 256, "must begin with a letter or digit and have only letters, digits, '_' and '-'"}
	dataID      = idRule{regexp.MustCompile(`^[a-zA-Z0-9][.a-zA-Z0-9_-]*$`), 0, "must begin with a letter or digit and have only letters, digits, '.', '_' and '-'"}
)

// reservedFlowIDs are words of Kestra's API paths.
var reservedFlowIDs = []string{"pause", "resume", "force-run", "change-status", "kill", "executions", "search", "source", "disable", "enable"}

// identifier returns the text of an identifier; "" when it is none.
func (l *loader) identifier(n *yaml.Node, path string, rule idRule) string {
	id, ok := l.text(n, path)
	switch {
	case !ok:
		return ""
	case id == "":
		l.errorAt(n, path, "must not be empty")
		return ""
	case rule.longest > 0 && utf8.RuneCountInString(id) > rule.longest:
		l.errorAt(n, path, "may have %d characters at most", rule.longest)
		return ""
	case !rule.pattern.MatchString(id):
		l.errorAt(n, path, "`%s` is no valid id: it %s", shorten(id), rule.says)
		return ""
	}
	return id
}
