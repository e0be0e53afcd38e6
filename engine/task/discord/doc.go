// Package discord has the tasks that send messages to Discord.
package discord
