// Package yaml reads and writes YAML as Kestra does: the nodes of a text with their places, and the values that they say.
//
// It is the one place that knows the YAML library. Flow files and the function yaml() share it, so that a text means the
// same in both: plain scalars are those of YAML 1.1, except that dates and times of day stay text ([Scalar]).
//
// [Text] writes a value as Kestra does, within the budget of an evaluation.
//
// The library knows less than Kestra's: [Parse] mends the texts that it refuses and Kestra reads.
package yaml
