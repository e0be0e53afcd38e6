// Package email registers the group of tasks that send mail.
package email
