// Package language holds benchmarks of package engine/pebble beside other expression languages and template engines for Go,
// on expressions that mean the same in each. It is a module of its own, so that their libraries are not ours.
//
//	go test -bench . [-benchtime 300ms] [-count 3]
//
// runs them in turn, over several rounds, and ends with a Markdown table of medians and of ratios to ours. Figures of one
// table can be compared, those of two runs cannot. To profile one rival, use for example
// -bench Condition/Equal/pebble -cpuprofile cpu.out. Each rival is called in the way that costs it least, and a test checks
// first that all give the same result.
//
// Rivals: expr-lang/expr (expressions without templates; with the machine that its documentation tells to reuse),
// flosch/pongo2 and nikolalohinski/gonja (templates alone, so a condition is a rendered text), and encoding/json, as it
// decodes into any and as it validates.
package language
