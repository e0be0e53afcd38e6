// Package conformance compares this engine with a running Kestra 1.3.25: the answers to recorded requests, and the facts
// of the expression language.
//
//	testdata/NN-topic.json   recorded requests, answers and final executions
//	testdata/faults.tsv      inputs of other people that once came out wrong, by kind
//	testdata/types.tsv       the types of Kestra's core: kind, name, and other names
//	testdata/rules/*.txt     rules of how flows run, each with a flow that shows it
//	testdata/facts/*.tsv     expressions with what Kestra made of them; errors are a Java class and what it names
//	                         jq-chosen.tsv and jq-random.tsv are programs of jq, those of the latter made by jqGenerator
//	divergences.tsv          every difference that is meant, with its reason; nothing else may differ
//
// The requests go through a real HTTP server, and once more to the built program, with the flows of all topics. Of the former status, content type, body, the execution that came of it and its log are compared.
// Those to the API of executions (16-api) are answered by package caddymodule/api alone.
// Ids, dates, durations, random names of files and the order of members and of headers are no differences. Flows that ask
// other servers ask one of the test, which answers as the recorded one did. While you work at a few cases:
//
//	go test ./tests/conformance -run RecordedRequests -v -args -cases '23-kv-files/Split*'
//
// The facts are evaluated in the variables of a webhook execution (testdata/facts/contexts.json) and are equal as text,
// or as JSON when both are JSON objects or lists. An error is equal when its class stands for Kestra's: syntax for
// ParserException, missing for AttributeNotFoundException, unknown and evaluation for any other of Pebble's, limit for
// OutOfMemoryError, runtime for the Java exceptions that escape; and when it names what Kestra's names. Left out are
// facts with operands of Java types that no request can make, and those that ask for the Java class of a value.
//
// The answers to jq-chosen.tsv and jq-random.tsv were measured with Kestra's own classes and jackson-jq 1.6.0; the error TIMEOUT
// means that there was no answer within 5 seconds. Kestra drops members that are null from the result of a program, so they
// are dropped from our results too before the comparison. Random programs are made anew by
//
//	go test ./tests/conformance -run JQPrograms -args -jq-programs FILE
//
// # The cases of rules
//
// Each begins with "=== " and the rule, in words that need no other document. Lines with "> " say what is done, and when: call the
// webhook, with a body of its own if there is one; kill the execution that was called last; resume it, with inputs. Without such a line
// the webhook is called once, with [ruleBody]. Then come the flows, with "---" between them; id, namespace and trigger are
// added to those that have none. After the dashes stands what is found when they are loaded, and what became of each execution, those
// that began by themselves last: its states and those of its task runs, with the time since the beginning of the case where it has
// passed (no time really does: see testing/synctest), the states of attempts where they are not that of the task run alone, and
// outputs. Of the log there is WARN and ERROR. -update writes what follows the dashes.
//
// # The columns of faults.tsv
//
//	kind     of faultKinds; a kind has all that goes wrong for one reason
//	place    `expression`, or the place in a flow at which the text stands: see (fault).flow
//	text     as the facts, with escapes
//	given    to an expression its variables, in JSON; to a flow a request (method, headers, an empty line, body), or nothing
//	wanted   the text, or `error: ` and the message; of a flow that is loaded what is found, or `loads`; of a request the
//	         status and the body, or the lines of the log, each after `log: `
//	Kestra   the result, or the status, where Kestra has another one; then divergences.tsv has a row
//
// Every row failed before its kind was mended.
//
// # The columns of divergences.tsv
//
//	case     topic/case, as in 04-body/1E400, or file/expression, as in operators/{{ 1 + 1 }}, with the name of the
//	         context after it in parentheses unless it is facts; of jq, jq/input | program; of the packages in
//	         ../differential, differential/set/question and javaregex/kind; before it binary/ for what
//	         the program alone does, by HTTP or by its commands; of those of engine/condition, condition/class
//	         properties and condition/holidays country/part; of faults.tsv, faults/kind/text for expressions
//	         and faults/kind/given for others
//	kestra   what differs, a colon and a blank, and what Kestra has
//	ours     what this engine has
//	why      why a user wants ours
//
// In the first three columns a * matches any text. What differs is `result` for facts; for requests it is `status`, `message`
// (of an error), `error members`, `content type`, `text` (a body that is no JSON object), the path of a member of the
// body, or of the final execution after `execution.`, or `log of` a task; of an execution that a task has started, all that after
// `child of` the task. A row that covers no difference any more is an error too.
package conformance
