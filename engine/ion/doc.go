// Package ion reads and writes the text form of Ion, the format in which Kestra keeps rows in files.
//
// [Text] writes a value and [Read] reads values, as far as Kestra writes them: timestamps and texts with the annotation of a date stay
// text, of which [ReadMarked] tells; blobs, clobs, S-expressions and other annotations are refused. Both are charged.
package ion
