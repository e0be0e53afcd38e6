// Package javaregex runs regular expressions of java.util.regex with a bound on their work.
//
// A pattern is read as Java 25 reads it, and patterns that Java refuses are refused, with the position. The resulting tree is
// printed for one of two engines. Go's regexp runs every pattern that it can express: its time grows with the length of the
// text times the size of the program, and every character is charged in steps, the same for the same input on every machine.
// Other patterns, with look-around, back references and possessive parts, run on regexp2. So does a pattern with $, (?m) or
// \b on a text on which it means something else in Go, such as one that ends in a line break.
//
// The time of regexp2 cannot be predicted, so its searches are limited in processor time, not in wall-clock time. A search
// that a busy machine delays is tried again with more wall-clock time, and the last failure is [ErrBusy], not [ErrLimit].
//
// Classes and properties are sets of characters before an engine sees them, and case is folded into them. Characters that
// are newer than the tables of package unicode count as not assigned. \G, \b{g}, (?c) and some look-behinds are refused.
//
// A [Cache] is what evaluations use: it keeps compiled patterns, takes what they cost from a meter, and turns errors into
// faults.
package javaregex
