// Package javatime prints and reads dates as java.time of JDK 25 does: the patterns of DateTimeFormatter and its named
// formats, the zones of ZoneId, the units of ChronoUnit, and the names that dates have in a locale.
//
// [Formats] compiles and keeps patterns and locales. A pattern is a list of items that both print and read; what was read is
// resolved to a date by Java's rules. Reading and printing are charged, and no text of a failure shows a value.
//
// # The table of locales
//
// locales.tsv has the names and patterns of Unicode CLDR 47 as JDK 25 carries them; its header says what the rows mean. It
// is printed by testdata/Locales.java:
//
//	cd testdata && java Locales.java > ../locales.tsv
//
// testdata/java.tsv is what JDK 25 makes of patterns, texts, zones and units, by `java Facts.java`; rows of the kind number
// belong to package javaformat and lie there.
package javatime
