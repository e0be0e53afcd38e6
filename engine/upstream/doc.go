// Package upstream sends requests on to a Kestra behind this server: those of flows that are handed on.
package upstream
