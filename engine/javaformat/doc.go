// Package javaformat writes numbers and texts as Java's DecimalFormat and String.format do, in English.
//
// [NumberFormats] writes numbers by patterns such as #,##0.00, and [Format] fills in a text with %s, %05d and the like.
// [Upper] and [Lower] change case, and [HashText] is the hash code of a String. What they make is charged.
//
// testdata/java.tsv is what JDK 25 makes of patterns and numbers: the rows of the kind number that
// engine/javatime/testdata/Facts.java prints.
package javaformat
