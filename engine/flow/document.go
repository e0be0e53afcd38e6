package flow

import (
	"path/filepath"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/yaml"
)

// caseFile is how the names of files end, before .yml or .yaml, that hold test cases of flows and stand beside them.
const caseFile = ".test"

// IsCaseFile reports whether a file holds test cases of flows, by its name: *.test.yml or *.test.yaml. It is no flow file.
func IsCaseFile(name string) bool {
	ext := filepath.Ext(name)
	return (ext == ".yml" || ext == ".yaml") && strings.HasSuffix(strings.TrimSuffix(name, ext), caseFile)
}

// ReadCases returns the files with test cases below a directory, as [ReadDir] returns flow files.
func ReadCases(dir string) ([]*Source, error) { return readDir(dir, IsCaseFile) }

// ReadDocument returns the root of a source that is no flow: one document, whose keys are texts and stand once, without aliases and
// merges, which are replaced by what they name. It is nil when there is an error.
func ReadDocument(s *Source) (*yaml.Node, Diagnostics) {
	c := &collector{source: s}
	root := c.parseDocument()
	return root, c.found
}
