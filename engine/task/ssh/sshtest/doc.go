// Package sshtest has a server of SSH on loopback, for tests of what connects to one.
package sshtest
