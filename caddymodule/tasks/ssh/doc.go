// Package ssh registers the group of tasks that run commands on other machines.
package ssh
