// Package discord registers the group of tasks that send messages to Discord.
package discord
