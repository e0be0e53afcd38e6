// Package expressions compares the language with Kestra's own classes on generated questions: random formats of dates and
// numbers, random texts of YAML and JSON, and every filter and function over a stock of values.
//
// The questions come from a generator with a fixed seed. The answers of Kestra 1.3.25 (Pebble 4.1.2, JDK 25) are in testdata,
// one a line in the order of the questions. Two answers are equal if their texts or their JSON are equal, or if both are
// errors. Every other one must be covered by a row of ../../conformance/divergences.tsv whose case begins with differential/.
//
// With -oracle PROGRAM the questions go to a program that reads lines of JSON as {"template":…,"context":{…}} and answers
// {"out":…} or {"error":…}, and its answers are written to testdata.
package expressions
