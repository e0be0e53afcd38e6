// Package senders is what is known of the services that call webhooks: how they sign, where they put the id and the name of an
// event, what they ask before they send anything, how long they wait, and who sends again. It is a table, one row a sender, to be held
// against the documentation that each row names; what a row means is done in package webhook.
package senders
