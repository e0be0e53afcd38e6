package caddymodule

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// testReports write the results of test cases, by the formats of `caddy kestra test`.
var testReports = map[string]func(w io.Writer, results []*testResult, verbose bool) error{
	"text": printTests,
	"json": func(w io.Writer, results []*testResult, _ bool) error { return printJSON(w, testsJSON(results)) },
	"junit": func(w io.Writer, results []*testResult, _ bool) error {
		if _, err := io.WriteString(w, xml.Header); err != nil {
			return err
		}
		e := xml.NewEncoder(w)
		e.Indent("", "  ")
		if err := e.Encode(testsXML(results)); err != nil {
			return err
		}
		_, err := io.WriteString(w, "\n")
		return err
	},
}

// reportJSON is what `test --format json` prints: the command's help describes it. Members may be added to it, and none is taken away.
type reportJSON struct {
	Cases   int              `json:"cases"`
	Failed  int              `json:"failed"`
	Results []testResultJSON `json:"results"`
}

type testResultJSON struct {
	File     string            `json:"file"`
	Line     int               `json:"line"`
	Name     string            `json:"name"`
	Failures []testFailureJSON `json:"failures,omitempty"`
}

type testFailureJSON struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Diff    string `json:"diff,omitempty"`
}

func testsJSON(results []*testResult) reportJSON {
	out := reportJSON{Cases: len(results), Failed: failed(results), Results: []testResultJSON{}}
	for _, r := range results {
		one := testResultJSON{File: r.file.Source.Name, Line: r.of.Pos.Line, Name: r.of.Name}
		for _, f := range r.failures {
			one.Failures = append(one.Failures, testFailureJSON{f.Pos.Line, f.Pos.Column, f.Path, f.Message, f.Diff})
		}
		out.Results = append(out.Results, one)
	}
	return out
}

// The elements of the XML that JUnit made common.
type (
	suitesXML struct {
		XMLName  xml.Name    `xml:"testsuites"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Suites   []*suiteXML `xml:"testsuite"`
	}
	suiteXML struct {
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Cases    []caseXML `xml:"testcase"`
	}
	caseXML struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"` // seconds
		Failure *failureXML `xml:"failure"`
	}
	failureXML struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func testsXML(results []*testResult) *suitesXML {
	out := &suitesXML{Tests: len(results), Failures: failed(results)}
	var suite *suiteXML
	for _, r := range results {
		if name := r.file.Source.Name; suite == nil || suite.Name != name {
			suite = &suiteXML{Name: name}
			out.Suites = append(out.Suites, suite)
		}
		one := caseXML{Name: r.of.Name, Class: suite.Name, Time: strconv.FormatFloat(r.took.Seconds(), 'f', 3, 64)}
		suite.Tests++
		if len(r.failures) > 0 {
			suite.Failures++
			var b strings.Builder
			for _, f := range r.failures {
				b.WriteString(describeFailure(f, ""))
			}
			one.Failure = &failureXML{r.failures[0].Message, b.String()}
		}
		suite.Cases = append(suite.Cases, one)
	}
	return out
}
