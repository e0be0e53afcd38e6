// Package outbound sends requests to other servers. Connections are pooled and shared by all executions; every request has
// timeouts and limits; and there are servers that none reaches: see [Options].
package outbound
