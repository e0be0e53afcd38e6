// Package flowtest runs cases for flows, as files beside them say: a request to a webhook, and what is expected of its answer, of its
// execution and of the requests that the flow sends to other servers. docs/testing.md describes the files.
//
// A [Case] has an engine with a store in memory for itself, and a world of its own: secrets, variables, answers of other servers, and a
// clock. That stands still while anything is at work, and goes at once to where something is due, so that a flow that sleeps for a day is
// tested as fast as one that does not, and every wait, retry and timeout comes in the order in which it would come. Nothing is connected to.
package flowtest
