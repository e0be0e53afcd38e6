// Package search says which executions and flows are looked for, by the filters of Kestra's API. It reads no store and knows no HTTP.
package search
