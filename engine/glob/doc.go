// Package glob matches paths as Java's PathMatcher does, by which flows name files.
//
//	*.txt         text files of the folder itself
//	**.txt        text files at any depth; ** crosses slashes, * and ? do not
//	{a,b}/[0-9]?  alternatives, which do not nest, and classes; [!a] is any character but a
//	\*            the character itself
//
// A pattern that begins with "regex:" is a regular expression of Java's for the whole path; "glob:" may stand before any other.
// Patterns become regular expressions, so that what they cost is charged as for those.
package glob
