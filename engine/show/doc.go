// Package show makes of executions what operators see: JSON in the shape of Kestra's API, without secrets. It reads no store and
// knows no HTTP.
package show
