package condition

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func executionNamespaceSpec() flow.Spec {
	spec := kestraSpec("ExecutionNamespace", "Met when the namespace of the execution is this one, or begins or ends so. A webhook's is that of its flow.")
	spec.Properties = []flow.Property{
		{Name: "namespace", Type: flow.String, Required: true, Dynamic: true, Summary: "What the namespace is compared with."},
		{Name: "comparison", Type: flow.String, Dynamic: true, Values: comparisons, Default: equals, Summary: "How. A prefix or a suffix may end inside of a part: `company.te` is a prefix of `company.team`."},
		{Name: "prefix", Type: flow.Boolean, Dynamic: true, Default: "false", Summary: "Without `comparison`, true stands for PREFIX."},
	}
	spec.Example = `type: io.kestra.plugin.core.condition.ExecutionNamespace
namespace: company
comparison: PREFIX
`
	spec.Compile = func(c *flow.Component) (any, error) {
		x := executionNamespace{isGiven: c.Has("comparison")}
		var err error
		if x.namespace, err = newSetting(c, "namespace", asWritten); err != nil {
			return nil, err
		}
		if x.comparison, err = newSetting(c, "comparison", oneOf(comparisons)); err != nil {
			return nil, err
		}
		x.prefix, err = newSetting(c, "prefix", readBool)
		x.prefix.fixed = c.Bool("prefix")
		return x, err
	}
	spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
		x := c.Compiled.(executionNamespace)
		if x.namespace.isFixed() && x.comparison.isFixed() && x.prefix.isFixed() {
			warnConstant(report, "", x.matches(f.Namespace, x.namespace.fixed, x.comparison.fixed, x.prefix.fixed), ownFlow)
		}
	}
	return spec
}

const (
	equals = "EQUALS"
	prefix = "PREFIX"
	suffix = "SUFFIX"
)

var comparisons = []string{equals, prefix, suffix}

// readBool takes what Kestra's JSON library does.
func readBool(text string) (bool, error) {
	switch text = strings.TrimSpace(text); text {
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return false, errors.New("is neither true nor false")
	}
	return n != 0, nil
}

// executionNamespace is Kestra's ExecutionNamespace.
type executionNamespace struct {
	namespace, comparison setting[string]
	prefix                setting[bool]
	isGiven               bool // comparison is
}

// Holds implements [Condition].
func (x executionNamespace) Holds(ctx context.Context, e *Event) (bool, error) {
	isPrefix, err := x.prefix.get(ctx, e)
	if err != nil {
		return false, err
	}
	namespace, err := x.namespace.get(ctx, e)
	if err != nil {
		return false, err
	}
	comparison, err := x.comparison.get(ctx, e)
	if err != nil {
		return false, err
	}
	return x.matches(e.Flow.Namespace, namespace, comparison, isPrefix), nil
}

func (x *executionNamespace) matches(actual, wanted, comparison string, isPrefix bool) bool {
	if !x.isGiven && isPrefix {
		comparison = prefix
	}
	switch comparison {
	case prefix:
		return strings.HasPrefix(actual, wanted)
	case suffix:
		return strings.HasSuffix(actual, wanted)
	default:
		return actual == wanted
	}
}
