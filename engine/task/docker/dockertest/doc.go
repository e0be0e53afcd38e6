// Package dockertest has a stand-in for a Docker daemon, for tests: what it answers was written after the reference of Docker's Engine API,
// and its containers do as they are told beforehand, since it runs nothing.
package dockertest
