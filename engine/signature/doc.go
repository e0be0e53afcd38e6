// Package signature makes signatures and checks them.
//
// [HMAC] and [Equal] are for the functions that expressions and conditions in CEL have alike. The rest checks the signatures that
// senders put on their webhooks, and makes such signatures: a [Scheme] says in plain data how a sender signs; [Scheme.Compile] makes
// a [Form] of it, and [Form.With] a [Verifier] that has the secrets. A [Check] is one request on its way: the body passes it while it
// is read, so that a large one is read once.
package signature
