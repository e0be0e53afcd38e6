// Package jq runs programs of jq under a budget, in the dialect of jackson-jq, which Kestra has.
//
// The syntax is gojq's; the evaluation is our own. gojq itself gives objects in the order of their keys, knows functions
// that Kestra does not, and cannot be stopped inside of a function: setpath([500000000]; 1) alone takes 8 GB. Here objects
// keep their order, integers stay exact, and a program is charged like any other part of a template.
//
// [Programs] compiles a program into filters, each of which passes its outputs on one by one, so that `first(f)` takes no
// more of f than it needs. A failing output of what follows comes back as the error of the call that passed it on. Regular
// expressions are Oniguruma's; they are translated to Java's and run by package javaregex.
package jq
