package pebble

import (
	"fmt"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Signature returns how the entry is called: its name and, where it has any, its parameters with their defaults, as in
// `replace(replace_pairs, regexp=false)`.
func (e *Entry) Signature() string {
	var parts []string
	for _, p := range e.Parameters {
		switch {
		case p.Required:
			parts = append(parts, p.Name)
		case p.Default.Kind() == value.KindString && p.Default.Str() == "":
			parts = append(parts, p.Name+`=""`)
		case p.Default.Kind() == value.KindString:
			parts = append(parts, fmt.Sprintf("%s='%s'", p.Name, p.Default.Str()))
		default:
			parts = append(parts, p.Name+"="+value.JavaText(p.Default))
		}
	}
	if e.Variadic {
		parts = append(parts, "…")
	}
	if len(parts) == 0 {
		return e.Name
	}
	return e.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Manual returns the inventory as text: a line for each filter, function and test, with its parameters, what it does, and
// its first example. A newline in an example is shown as ↵.
func (e *Engine) Manual() string {
	var b strings.Builder
	section := func(title string, list []Entry) {
		fmt.Fprintf(&b, "# %s\n\n", title)
		for i := range list {
			entry := &list[i]
			fmt.Fprintf(&b, "  - %s: %s", entry.Signature(), entry.Summary)
			if len(entry.Examples) > 0 {
				example := entry.Examples[0]
				b.WriteString(strings.ReplaceAll("; "+example.Expression+" -> "+orNothing(example.Result), "\n", "↵"))
			}
			if entry.Needs != "" {
				fmt.Fprintf(&b, "; not supported yet, because it needs %s", entry.Needs)
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	section("Filters", e.Filters())
	section("Functions", e.Functions())
	section("Tests", e.Tests())
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// Describe returns what the inventory knows of a name, every example included: a filter, a function and a test may share it.
// The text is empty when there is none.
func (e *Engine) Describe(name string) string {
	var b strings.Builder
	describe := func(kind string, entry *Entry) {
		fmt.Fprintf(&b, "%s %s\n    %s\n", kind, entry.Signature(), entry.Summary)
		if len(entry.Aliases) > 0 {
			fmt.Fprintf(&b, "    also: %s\n", strings.Join(entry.Aliases, ", "))
		}
		if entry.Needs != "" {
			fmt.Fprintf(&b, "    not supported yet, because it needs %s\n", entry.Needs)
		}
		for _, example := range entry.Examples {
			fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(example.Expression+" -> "+orNothing(example.Result), "\n", "↵"))
		}
	}
	if f := e.registry.filters[name]; f != nil {
		describe("filter", &f.Entry)
	}
	if f := e.registry.functions[name]; f != nil {
		describe("function", &f.Entry)
	}
	if t := e.registry.tests[name]; t != nil {
		describe("test", &t.Entry)
	}
	return b.String()
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
