// Package handon has the task of flows that are handed on to a Kestra behind this server.
package handon
