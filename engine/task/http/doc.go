// Package http has Kestra's tasks that send requests to other servers.
package http
