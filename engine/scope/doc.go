// Package scope builds the variables of expressions. They are a function of a plan, the state of an execution, a task run and
// an environment: the same for a first run, for one that was loaded, and for a test.
//
// They come in layers, and each is looked up, or made, when an expression reads it:
//
//	flow, vars, envs, globals, kestra             [Flow]: of the flow and its environment, the same for all executions
//	trigger, labels, inputs, execution            [Request], while conditions decide, and [Execution]
//	outputs, tasks, taskrun, task, error          [Execution.At]: as they stand when an expression begins to be evaluated
//
// What an expression holds does not change under it: outputs and tasks are snapshots, taken in constant time, of an index
// that only grows.
package scope
