// Package condition holds the conditions of triggers: Kestra's types, one file each, and `cel`.
//
// A condition is compiled when its flow is loaded and then asked once per request. It sees the request through an
// [Event], which all conditions of a request share: nothing of it is copied, and what no condition reads is never built.
package condition
