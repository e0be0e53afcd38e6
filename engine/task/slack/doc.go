// Package slack has the tasks that send messages to Slack.
package slack
