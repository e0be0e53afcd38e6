// Package ssh has the task that runs commands on another machine by SSH, and makes the connections of others that speak SSH.
package ssh
