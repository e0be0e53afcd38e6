// Package email has the tasks that send mail by SMTP.
package email
