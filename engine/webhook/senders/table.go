package senders

import "slices"

// table has the senders by name.
var table = slices.Concat(aToG, hToR, sToZ)

// ownHeader says how to know a sender that signs nothing, but can send a header with a secret.
func ownHeader(where string) string {
	return "The key of the URL is all that tells a request of this sender from another. A second secret can go with " + where + ", and is then asked for by " +
		"`signature: {header: Authorization, prefix: \"Bearer \", algorithm: PLAIN, secret: \"{{ secret('X') }}\"}`."
}
