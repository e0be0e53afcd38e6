// Package value holds the JSON-like values that flows compute with: null, booleans, exact integers, doubles, decimals,
// strings, lists, ordered maps and date-times.
//
// A [Value] is immutable, small and passed by value; goroutines may share it. Maps keep the order in which their members
// were first set, which is the order of the document for JSON, and may hold members that are computed when they are
// first read.
//
// What the package decides:
//
//   - JSON to values and back: [DecodeJSON], [ScanJSON], [AppendJSON].
//   - Text: [AppendText] is what a template prints, [AppendJavaText] what its string operators use; and texts as Java
//     measures, compares and decodes them: [UTF16Length], [CompareUTF16], [DecodeUTF8].
//   - The operators of the language on values: [Equal], [Compare], [Truth], [Contains], [In], [Add], [Sub], [Mul], [Div],
//     [Rem], [Neg], [List.Plus], [List.Minus]; and [Set], which finds equal values among many.
//
// Where Kestra's answer is an accident of Java the package mends it: integers are exact at every size, numbers are equal
// by value whatever their kinds, null members stay, and nothing changes in place.
package value
