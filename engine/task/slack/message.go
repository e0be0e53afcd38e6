package slack

import (
	"fmt"
	"regexp"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// payloadOf returns the message that JSON text is.
func payloadOf(text string) (value.Value, error) {
	v, err := value.DecodeJSONText(text)
	if err == nil && v.Kind() != value.KindMap {
		err = fmt.Errorf("it is %s", v.Kind())
	}
	if err != nil {
		return value.Null, fmt.Errorf("payload is no JSON object: %w", err)
	}
	return v, nil
}

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
