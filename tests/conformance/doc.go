// Package conformance sends the requests that were recorded with their answers at a running Kestra 1.3.25 to the engine,
// through a real HTTP server, and compares status, content type, body and the execution that came of it.
//
//	testdata/NN-topic.json   the recorded requests, answers and final executions
//	divergences.tsv          every difference that is meant, with its reason; nothing else may differ
//
// Ids, dates, durations and the order of members are no differences. A flow that uses what is not supported yet cannot
// be compared; the test prints how many there are.
//
// # The columns of divergences.tsv
//
//	case     topic/case, as in 04-body/1E400
//	kestra   what differs, a colon and a blank, and what Kestra has
//	ours     what this engine has
//	why      why a user wants ours
//
// In the first three a * stands for any text. What differs is `status`, `message` (of an error), `error members`,
// `content type`, `text` (a body that is no JSON object), or the path of a member of the body, or of the final execution
// behind `execution.`. A row that covers no difference any more is an error too.
package conformance
