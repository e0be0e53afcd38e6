package engine

import (
	"fmt"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/guard"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// Group is a group of tasks beside the core.
type Group struct {
	Name  string // for errors
	Specs []flow.Spec
}

// takenTypes are the types and aliases of tasks that a catalog has so far, each with who has it.
type takenTypes map[string]string

// add adds those of a spec. It returns the one that somebody else has, and who.
func (t takenTypes) add(spec *flow.Spec, owner string) (name, by string) {
	for _, name := range append([]string{spec.Type}, spec.Aliases...) {
		if by, taken := t[name]; taken {
			return name, by
		}
		t[name] = owner
	}
	return "", ""
}

// checked returns the specs of a group as a catalog takes them. Somebody else may have written them: what they compile is checked when
// a flow is loaded, and a panic there is an error of that flow, where it would end the process.
func (g Group) checked(taken takenTypes) ([]flow.Spec, error) {
	specs := make([]flow.Spec, len(g.Specs))
	for i, spec := range g.Specs {
		switch {
		case spec.Kind != flow.KindTask:
			return nil, fmt.Errorf("task group %s: %s is a %s, and a group has tasks alone", g.Name, spec.Type, spec.Kind)
		case spec.Shape != flow.ShapeLeaf:
			return nil, fmt.Errorf("task group %s: %s has tasks inside of it, which those of the core alone have", g.Name, spec.Type)
		case spec.Compile == nil:
			return nil, fmt.Errorf("task group %s: %s has no Compile", g.Name, spec.Type)
		}
		if name, by := taken.add(&spec, "task group "+g.Name); name != "" {
			return nil, fmt.Errorf("task group %s: the type %s is taken by %s", g.Name, name, by)
		}
		spec.Compile = checkedCompile(spec.Compile)
		if check := spec.Check; check != nil {
			spec.Check = func(f *flow.Flow, c *flow.Component, report flow.Report) {
				if err := withoutPanic(func() error { check(f, c, report); return nil }); err != nil {
					report(flow.SeverityError, "", err.Error())
				}
			}
		}
		specs[i] = spec
	}
	return specs, nil
}

func checkedCompile(compile func(*flow.Component) (any, error)) func(*flow.Component) (any, error) {
	return func(c *flow.Component) (compiled any, err error) {
		err = withoutPanic(func() (err error) {
			compiled, err = compile(c)
			return err
		})
		if _, ok := compiled.(task.Task); err == nil && !ok {
			err = fmt.Errorf("%s cannot be run: its Compile gave %T, which is no task.Task", c.Spec.Type, compiled)
		}
		return compiled, err
	}
}

// withoutPanic calls f and returns its error. A panic is an error that says where it was.
func withoutPanic(f func() error) error {
	var panicked []string
	err := guard.Do(func(message string, fields ...zap.Field) {
		for _, field := range fields {
			if field.Type == zapcore.StringType {
				panicked = append(panicked, field.String)
			}
		}
	}, f)
	if panicked != nil {
		return fmt.Errorf("%w: panic: %s", err, strings.Join(panicked, " at "))
	}
	return err
}
