package slack

import (
	"regexp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// messageOf returns the message that has a text. Kestra takes as JSON whatever begins like it, such as "42 is the answer", of which
// it sends 42; no such text is meant so.
func messageOf(text string) value.Value {
	if v, err := value.DecodeJSONText(text); err == nil && v.Kind() == value.KindMap {
		return v
	}
	return value.MapOf("text", value.String(markdown.of(text)))
}

// markdown are the marks that Slack writes otherwise than Markdown, in the order in which they are replaced.
var markdown = marks{
	{regexp.MustCompile(`\*\*(.*?)\*\*`), `*$1*`},
	{regexp.MustCompile(`__(.*?)__`), `_${1}_`},
	{regexp.MustCompile(`\[(.*?)\]\((.*?)\)`), `<$2|$1>`},
}

type marks []struct {
	from *regexp.Regexp
	to   string
}

func (m marks) of(text string) string {
	for _, mark := range m {
		text = mark.from.ReplaceAllString(text, mark.to)
	}
	return text
}
