// Package webhook is the webhook trigger: its URL, key, request, conditions and answers. It contains no HTTP server.
//
// A request comes in as a [Request], whose [Target] an [Index] resolves to a [Trigger] in one step. [Receive] then
// reads the body into a [Delivery], which makes the variables that conditions and tasks see; [Trigger.Unmet] decides, and
// the functions of answer.go shape what is sent back. Package engine joins them with the execution of the flow.
package webhook
