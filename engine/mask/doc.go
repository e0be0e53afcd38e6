// Package mask makes texts fit for a log: what must stay secret is replaced, in the clear and in the encodings that texts
// carry it in, and what is left is one line of bounded length.
package mask
