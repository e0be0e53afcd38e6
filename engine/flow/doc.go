// Package flow reads flow definitions: YAML to a compiled model whose every part knows its place in the file.
//
// A [Catalog] says which component types exist. [Load] checks sources against it, compiles every expression, and
// returns an immutable [Set] of the flows without errors together with all findings of all files at once. The package
// runs nothing: what a component does is what [Spec.Compile] returned for it. Of an execution it knows what it begins with,
// its inputs ([ResolveInputs]), and the types of its outputs ([Output.Convert]).
package flow
