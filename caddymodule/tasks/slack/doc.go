// Package slack registers the group of tasks that send messages to Slack.
package slack
