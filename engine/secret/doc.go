// Package secret reads the secrets that flows may use, from the places that a configuration names: the environment, as in Kestra,
// and folders with a file for each secret, as Docker, Kubernetes and systemd make them.
package secret
