// Package signature signs texts and compares signatures, for the functions hmac and constantTimeEquals that expressions and
// conditions in CEL have alike.
package signature
