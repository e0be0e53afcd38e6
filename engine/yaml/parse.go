package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// Node is a part of a document with its place.
type Node = yaml.Node

// The kinds of nodes.
const (
	DocumentNode = yaml.DocumentNode
	SequenceNode = yaml.SequenceNode
	MappingNode  = yaml.MappingNode
	ScalarNode   = yaml.ScalarNode
	AliasNode    = yaml.AliasNode
)

// The styles of nodes.
const (
	TaggedStyle       = yaml.TaggedStyle
	DoubleQuotedStyle = yaml.DoubleQuotedStyle
	SingleQuotedStyle = yaml.SingleQuotedStyle
	LiteralStyle      = yaml.LiteralStyle
	FoldedStyle       = yaml.FoldedStyle
)

// MergeTag is the tag of the key <<.
const MergeTag = "!!merge"

// What parsing a text costs for each of its bytes: steps of a meter, and bytes of memory, which is what the nodes of the worst
// texts take, such as lists of nothing.
const (
	StepsPerByte = 4
	BytesPerByte = 100
)

// Parse returns the first documents of a text, at most limit. It parses the text as often as it has to mend it; spend is
// asked before each time, with the length of the text.
func Parse(text []byte, limit int, spend func(bytes int) error) ([]*Node, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text, marker := markSurrogates(acceptVersion(text))
	for {
		if err := spend(len(text)); err != nil {
			return nil, err
		}
		docs, err := decode(text, limit)
		if err == nil {
			if marker != 0 {
				for _, doc := range docs {
					restoreSurrogates(doc, marker)
				}
			}
			return docs, nil
		}
		mended, ok := indentTabs(text, err)
		if !ok {
			return nil, err
		}
		text = mended
	}
}

func decode(text []byte, limit int) (docs []*Node, err error) {
	// The library reports some of its own mistakes by panic; a bad text must not end the process.
	defer func() {
		if p := recover(); p != nil {
			docs, err = nil, fmt.Errorf("yaml: cannot be parsed: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for len(docs) < limit {
		var doc Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		docs = append(docs, &doc)
	}
	return docs, nil
}
