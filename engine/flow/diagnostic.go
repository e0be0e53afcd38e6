package flow

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Severity tells an error, which keeps a flow from loading, from a warning.
type Severity int

// The severities.
const (
	SeverityError Severity = iota
	SeverityWarning

	// SeverityStrict is that of a warning which is an error where the configuration says `strict`: only a [Report] takes it.
	SeverityStrict
)

// Diagnostic is one finding about one place of one flow. It is an error, also when it is only a warning.
type Diagnostic struct { //nolint:errname // it is a warning as often
	Severity Severity
	Strict   bool // a warning that is an error where the configuration says `strict`
	Pos      Position
	Path     string // the member, as in tasks[0].message; may be empty
	Message  string
	kestras  bool  // it is about what Kestra has and this module has not
	Err      error // the cause, such as a *pebble.Error; may be nil. Its text may quote the file, Message quotes no property's value
}

// Error returns file:line:column, path and message.
func (d *Diagnostic) Error() string {
	parts := make([]string, 0, 3)
	for _, part := range []string{d.Pos.String(), d.Path, d.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Refuses reports whether the finding keeps the flow from loading; strict says that marked warnings do.
func (d *Diagnostic) Refuses(strict bool) bool {
	return d.Severity == SeverityError || strict && d.Strict
}

// Unwrap returns the cause.
func (d *Diagnostic) Unwrap() error { return d.Err }

// Diagnostics are findings in the order of their sources and places.
type Diagnostics []*Diagnostic

// Errors returns the findings that keep a flow from loading.
func (ds Diagnostics) Errors() Diagnostics {
	var found Diagnostics
	for _, d := range ds {
		if d.Severity == SeverityError {
			found = append(found, d)
		}
	}
	return found
}

// Err returns the errors, not the warnings, as one error with a line for each; nil when there are none.
func (ds Diagnostics) Err() error {
	found := ds.Errors()
	errs := make([]error, len(found))
	for i, d := range found {
		errs[i] = d
	}
	return errors.Join(errs...)
}

// sortByPlace orders findings of one source; equal places keep their order.
func (ds Diagnostics) sortByPlace() {
	slices.SortStableFunc(ds, func(a, b *Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
}

// withoutRepeats returns sorted findings without those that say of one place what another has said of it: a value of a default, or
// one that several aliases lead to, is read for each task that has it.
func (ds Diagnostics) withoutRepeats() Diagnostics {
	type mistake struct {
		pos           Position
		path, message string
	}
	seen := make(map[mistake]bool, len(ds))
	kept := ds[:0]
	for _, d := range ds {
		m := mistake{d.Pos, d.Path[strings.LastIndexByte(d.Path, '.')+1:], d.Message}
		m.path, _, _ = strings.Cut(m.path, "[")
		if d.Pos.Column > 0 && seen[m] {
			continue
		}
		seen[m] = true
		kept = append(kept, d)
	}
	return kept
}

// collector gathers the findings of one source.
type collector struct {
	source *Source
	found  Diagnostics
	errors int // all errors, also those left out of found
}

// maxDiagnostics bounds the findings of one source; one more says that there were more.
const maxDiagnostics = 100

func (c *collector) add(d *Diagnostic) {
	if d.Severity == SeverityError {
		c.errors++
	}
	switch {
	case len(c.found) < maxDiagnostics:
		c.found = append(c.found, d)
	case len(c.found) == maxDiagnostics:
		c.found = append(c.found, &Diagnostic{Severity: d.Severity, Pos: d.Pos, Message: "too many findings: the rest are left out"})
	case d.Severity == SeverityError:
		c.found[maxDiagnostics].Severity = SeverityError
	}
}

func (c *collector) report(severity Severity, pos Position, path, format string, args ...any) {
	c.add(&Diagnostic{Severity: severity, Pos: pos, Path: path, Message: fmt.Sprintf(format, args...)})
}

// failed reports whether there is an error among the findings.
func (c *collector) failed() bool { return c.errors > 0 }

// didYouMean returns the end of a message about an unknown name.
func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "; did you mean `" + name + "`?"
}
