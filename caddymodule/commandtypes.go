package caddymodule

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func typesCommand() *cobra.Command {
	var asJSON bool
	var from origin
	c := &cobra.Command{
		Use:   "types [--json] [--config <file> [--adapter <name>]] [<type>...]",
		Short: "Prints the types of tasks, triggers and conditions",
		Long: `
Prints the types of tasks, triggers and conditions that flows can use. With
types, prints their properties, outputs, an example and other names; a type is
named in full, by one of its other names, or by its last part, as in Log.

Where the configuration has the option upstream, each type is marked: here, or
handed on, with the flow that uses it.

With --json, prints an object: "types" are the types, "common" the properties
that every task, trigger or condition has beside those of its type. A type
"runs" here, is handed on, or does neither.`,
		Args: cobra.ArbitraryArgs,
		RunE: runE(func(c *cobra.Command, names []string) error {
			catalog, err := from.commandCatalog(c)
			if err != nil {
				return err
			}
			specs, err := chosenTypes(catalog, names)
			if err != nil {
				return err
			}
			switch {
			case asJSON:
				return printTypesJSON(c.OutOrStdout(), specs, catalog.HandsOn())
			case len(names) == 0:
				return printTypes(c.OutOrStdout(), specs, catalog.HandsOn())
			}
			return printTypesWhole(c.OutOrStdout(), specs, catalog.HandsOn())
		}),
	}
	from.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print all that is known of the types as JSON")
	return c
}

func schemaCommand() *cobra.Command {
	var from origin
	c := &cobra.Command{
		Use:   "schema [--config <file> [--adapter <name>]]",
		Short: "Prints a JSON Schema of flow files, for editors",
		Long: `
Prints a JSON Schema of flow files, for editors. Write it beside the flows,

    caddy kestra schema > flow.schema.json

and begin each flow with this line, which the YAML language server reads:

    # yaml-language-server: $schema=flow.schema.json`,
		Args: cobra.NoArgs,
		RunE: runE(func(c *cobra.Command, _ []string) error {
			catalog, err := from.commandCatalog(c)
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(catalog.Schema())
			return err
		}),
	}
	from.addFlags(c)
	return c
}

// commandCatalog is loadCatalog for a command that is about types alone: it prints a warning at once.
func (o *origin) commandCatalog(c *cobra.Command) (*engine.Catalog, error) {
	catalog, unread, err := o.loadCatalog()
	if unread != nil {
		printFinding(c.ErrOrStderr(), "warning", unread)
	}
	return catalog, err
}

// kinds are the kinds of component in the order in which they are printed, with their headings.
var kinds = []struct {
	kind    flow.Kind
	heading string
}{{flow.KindTask, "Tasks"}, {flow.KindTrigger, "Triggers"}, {flow.KindCondition, "Conditions"}}

// chosenTypes returns the types with these names, or all of them, by kind and name.
func chosenTypes(catalog *engine.Catalog, names []string) ([]*flow.Spec, error) {
	all := slices.Clone(catalog.Types())
	all = slices.DeleteFunc(all, func(s *flow.Spec) bool { return s.Refused })
	slices.SortStableFunc(all, func(a, b *flow.Spec) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Type, b.Type))
	})
	if len(names) == 0 {
		return all, nil
	}
	var chosen []*flow.Spec
	var unknown []error
	for _, name := range names {
		found := false
		for _, spec := range all {
			if isCalled(spec, name) {
				found = true
				chosen = append(chosen, spec)
			}
		}
		if !found {
			hint := "`caddy kestra types` lists them"
			if catalog.HandsOn() && strings.HasPrefix(name, pluginPrefix) {
				hint = "if a plugin of Kestra has it, a flow with it is handed on"
			}
			unknown = append(unknown, fmt.Errorf("there is no type %s here: %s", name, hint))
		}
	}
	return chosen, errors.Join(unknown...)
}

// pluginPrefix is how types of Kestra's plugins begin.
const pluginPrefix = "io.kestra.plugin."

// isCalled reports whether a type has this name, in full or the last part of it.
func isCalled(spec *flow.Spec, name string) bool {
	return spec.Type == name || slices.Contains(spec.Aliases, name) || strings.EqualFold(spec.Type[strings.LastIndexByte(spec.Type, '.')+1:], name)
}

// typesJSON is what `types --json` prints.
type typesJSON struct {
	Types  []typeJSON                            `json:"types"`
	Common map[string][]flow.PropertyDescription `json:"common"` // by kind
}

type typeJSON struct {
	flow.Description

	Runs string `json:"runs"` // see runs
}

// The values of "runs".
const (
	runsHere     = "here"
	runsBehind   = "handed on" // with the flow that uses it
	runsNowhere  = "nowhere"
	pluginsToo   = "Types of Kestra's plugins, which are too many to be listed, are handed on too."
	firesBehind  = "Kestra's, which fire where a flow is handed on to"
	notSupported = "Kestra's, not supported yet"
)

// runs says where a type runs; handsOn: there is a Kestra behind this server.
func runs(spec *flow.Spec, handsOn bool) string {
	switch {
	case spec.Compile != nil:
		return runsHere
	case handsOn && spec.Kind != flow.KindCondition:
		return runsBehind
	default:
		return runsNowhere
	}
}

func printTypesJSON(w io.Writer, specs []*flow.Spec, handsOn bool) error {
	out := typesJSON{Types: []typeJSON{}, Common: make(map[string][]flow.PropertyDescription)}
	for _, spec := range specs {
		out.Types = append(out.Types, typeJSON{spec.Describe(), runs(spec, handsOn)})
	}
	for _, k := range kinds {
		out.Common[k.kind.String()] = flow.DescribeProperties(flow.CommonProperties(k.kind))
	}
	return printJSON(w, out)
}

// printJSON prints a value as JSON of several lines.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printTypes prints a paragraph for each type that can be used, and the names of the others.
func printTypes(w io.Writer, specs []*flow.Spec, handsOn bool) error {
	var b strings.Builder
	for _, k := range kinds {
		var later []string
		b.WriteString(k.heading + "\n")
		for _, spec := range specs {
			switch {
			case spec.Kind != k.kind:
			case spec.Compile == nil:
				later = append(later, strings.TrimPrefix(spec.Type, "io.kestra.plugin.core."))
			default:
				fmt.Fprintf(&b, "  %s%s\n      %s\n", spec.Type, mark(runsHere, handsOn), spec.Summary)
			}
		}
		if label := notSupported; len(later) > 0 {
			switch {
			case handsOn && k.kind == flow.KindTask:
				label = "Kestra's" + mark(runsBehind, handsOn)
			case handsOn && k.kind == flow.KindTrigger:
				label = firesBehind
			}
			b.WriteString("  " + label + ": " + strings.Join(later, ", ") + "\n")
		}
		if handsOn && k.kind == flow.KindTask {
			b.WriteString("  " + pluginsToo + "\n")
		}
		b.WriteByte('\n')
	}
	_, err := fmt.Fprint(w, wrap(strings.TrimSuffix(b.String(), "\n"), printWidth, "      "))
	return err
}

// mark is what stands behind a type where some are handed on.
func mark(where string, handsOn bool) string {
	if !handsOn {
		return ""
	}
	return " (" + where + ")"
}

// printTypesWhole prints all that is known of types.
func printTypesWhole(w io.Writer, specs []*flow.Spec, handsOn bool) error {
	for i, spec := range specs {
		var b strings.Builder
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s, a %s%s\n  %s\n", spec.Type, spec.Kind, mark(runs(spec, handsOn), handsOn), spec.Summary)
		if len(spec.Aliases) > 0 {
			b.WriteString("  Also called " + strings.Join(spec.Aliases, ", ") + ".\n")
		}
		printProperties(&b, "Properties", spec.Properties)
		if len(spec.Outputs) > 0 {
			b.WriteString("\nOutputs\n")
		}
		for _, out := range spec.Outputs {
			fmt.Fprintf(&b, "  %s: %s\n      %s\n", out.Name, out.Type, out.Summary)
		}
		if spec.Compile != nil {
			var common []string
			for _, p := range flow.CommonProperties(spec.Kind) {
				common = append(common, p.Name)
			}
			fmt.Fprintf(&b, "\nEvery %s has: %s\n", spec.Kind, strings.Join(common, ", "))
		}
		text := wrap(b.String(), printWidth, "      ")
		if spec.Example != "" {
			text += "\nExample\n  " + strings.ReplaceAll(strings.TrimSpace(spec.Example), "\n", "\n  ") + "\n"
		}
		if _, err := fmt.Fprint(w, text); err != nil {
			return err
		}
	}
	return nil
}

// printProperties prints a paragraph for each property, those inside of objects too.
func printProperties(b *strings.Builder, heading string, properties []flow.Property) {
	if len(properties) == 0 {
		return
	}
	b.WriteString("\n" + heading + "\n")
	for _, p := range properties {
		facts := []string{p.Type.String()}
		for _, fact := range []struct {
			holds bool
			says  string
		}{
			{p.Required, "required"},
			{p.Dynamic, "dynamic"},
			{p.Default != "", "default " + p.Default},
			{p.Extension, "Kestra does not have it"},
			{p.NotYet, "not supported yet"},
		} {
			if fact.holds {
				facts = append(facts, fact.says)
			}
		}
		fmt.Fprintf(b, "  %s: %s\n      %s\n", p.Name, strings.Join(facts, ", "), p.Summary)
		if len(p.Values) > 0 {
			b.WriteString("      One of " + strings.Join(p.Values, ", ") + ".\n")
		}
	}
	for _, p := range properties {
		printProperties(b, "Properties of "+p.Name, p.Properties)
	}
}
