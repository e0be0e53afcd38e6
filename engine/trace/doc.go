// Package trace makes the OpenTelemetry spans of executions and tasks. It is the only one of the engine that imports OpenTelemetry,
// and of that the API alone: what makes and exports spans comes with the requests, as the span that the server has begun for one.
// Without such a span nothing is done, and nothing is kept.
//
// An execution keeps the span in which it was created as a text, the `traceparent` of W3C. So all its spans are below that one, in one
// trace: also those after it was out of memory, after the process was started anew, and those of the executions that it starts.
// A span is of one process and ends with its work, so an execution has one for each time that it is under way: until it ends, is
// parked, or the process ends.
package trace
