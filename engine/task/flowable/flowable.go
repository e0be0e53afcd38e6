package flowable

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// Specs returns the specs of this package's tasks.
func Specs() []flow.Spec {
	return []flow.Spec{
		sequentialSpec(), parallelSpec(), ifSpec(), switchSpec(), forEachSpec(), eachSequentialSpec(), eachParallelSpec(), dagSpec(), allowFailureSpec(),
		loopUntilSpec(), pauseSpec(), workingDirectorySpec(), subflowSpec(), forEachItemSpec(),
	}
}

// withEnds adds the properties that every flowable has.
func withEnds(own ...flow.Property) []flow.Property {
	return slices.Concat(own, []flow.Property{
		{Name: "errors", Type: flow.Tasks, Summary: "Tasks to run, one after the other, when a task inside has failed."},
		{Name: "finally", Type: flow.Tasks, Summary: "Tasks to run at the end, one after the other, whatever came before."},
	})
}

// branches returns the lists of a flowable with the properties of withEnds.
func branches(c *flow.Component, main ...[]*flow.Component) flow.Branches {
	return flow.Branches{Main: main, Errors: c.Children("errors"), Finally: c.Children("finally")}
}

// nothing compiles a flowable that only its shape runs.
func nothing(*flow.Component) (any, error) { return nil, nil }
