package compress

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{archiveCompressSpec(), archiveDecompressSpec(), fileCompressSpec(), fileDecompressSpec()}
}

// The forms of archives.
const (
	zipFormat  = "ZIP"
	jarFormat  = "JAR"
	tarFormat  = "TAR"
	arFormat   = "AR"
	cpioFormat = "CPIO"
)

var (
	formats      = []string{zipFormat, jarFormat, tarFormat, arFormat, cpioFormat}
	otherFormats = []string{"ARJ", "DUMP"} // that Kestra has beside
)

// properties are those that all tasks for archives have.
var properties = []flow.Property{
	{Name: "algorithm", Type: flow.String, Required: true, Dynamic: true, Summary: "The form of the archive: " + strings.Join(formats, ", ") + "."},
	{Name: "compression", Type: flow.String, Dynamic: true, Summary: "How it is compressed as a whole, mostly a TAR: as `compression` of `FileCompress` and `FileDecompress`."},
}

var errNoServer = errors.New("the task cannot run here: it needs a server")

// archive is what the tasks have in common.
type archive struct{ format, way setting.Setting }

func newArchive(c *flow.Component, written bool) (archive, error) {
	a := archive{setting.Of(&c.Members, "algorithm"), setting.Of(&c.Members, "compression")}
	if format, constant := a.format.Constant(); constant {
		if err := checkFormat(format); err != nil {
			return a, c.Errorf("algorithm", "%w", err)
		}
	}
	if way, constant := a.way.Constant(); constant {
		if err := checkWay(way, written); err != nil {
			return a, c.Errorf("compression", "%w", err)
		}
	}
	return a, nil
}

// render returns the form of the archive, and how it is compressed; "": not at all.
func (a *archive) render(c *task.Context, written bool) (format, way string, err error) {
	if c.Services == nil || c.Files == nil {
		return "", "", errNoServer
	}
	if format, err = a.format.Trimmed(c); err != nil {
		return "", "", err
	}
	if way, err = a.way.Trimmed(c); err != nil {
		return "", "", err
	}
	if err := checkFormat(format); err != nil {
		return "", "", fmt.Errorf("algorithm %w", err)
	}
	if err := checkWay(way, written); err != nil {
		return "", "", fmt.Errorf("compression %w", err)
	}
	return format, way, nil
}

func checkFormat(format string) error { return check(format, formats, otherFormats) }

func check(name string, known, others []string) error {
	switch {
	case slices.Contains(known, name):
		return nil
	case slices.Contains(others, name):
		return fmt.Errorf("%s is not supported here: it must be one of %s", name, strings.Join(known, ", "))
	default:
		return fmt.Errorf("must be one of %s", strings.Join(known, ", "))
	}
}
