// Package javaregex runs regular expressions of java.util.regex with a bound on their work.
//
// A pattern is read as Java 25 reads it, and what Java refuses is refused, with the position. The tree that comes of it is
// printed for one of two engines. Go's regexp runs all that it can express: its time grows with the text times the size of
// the program, and every character is charged in steps, the same for the same input on every machine. The rest, with
// look-around, back references and possessive parts, runs on regexp2. So does a pattern with $, (?m) or \b on a text where
// Go would mean something else by it, such as one that ends in a line break.
//
// The time of regexp2 cannot be foretold, so what counts there is the time that the processor worked on it, never that of
// the clock on the wall: a search that a busy machine delays is tried again with more patience, and in the end it is
// [ErrBusy], not [ErrLimit].
//
// Classes and properties are sets of characters before an engine sees them, and case is folded into them. Characters that
// are newer than the tables of package unicode count as not assigned. \G, \b{g}, (?c) and some look-behinds are refused.
//
// A [Cache] is what evaluations use: it keeps compiled patterns, takes what they cost from a meter, and turns errors into
// faults.
package javaregex
