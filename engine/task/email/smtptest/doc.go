// Package smtptest starts a server that takes mail, and shows mails as text, for the tests of tasks that send some.
package smtptest
