// Package docker registers the group of tasks that use a Docker daemon, and lets scripts run in its containers.
package docker
