package webhook

import (
	"errors"
	"io"
)

// errAccount is what a refusal of an [Account] is, to be told from an error of a reader.
var errAccount = errors.New("refused by the account")

// accountError is the refusal of an account.
type accountError struct{ error }

// Unwrap returns the account's error.
func (e accountError) Unwrap() error { return e.error }

// Is reports whether target is errAccount.
func (accountError) Is(target error) bool { return target == errAccount }

// firstRead is how much room a text gets before its first byte is there: what a client declares is not yet sent.
const firstRead = 4 << 10

// ReadAll reads r to its end, at most limit bytes: one more is [TooLarge]. It takes the memory before it is allocated, twice
// as much each time and, once half of what is expected has come, all of that. The result takes its capacity; after an error
// nothing is taken.
func ReadAll(r io.Reader, expected, limit int64, account Account) ([]byte, error) {
	var text []byte
	grow := func() error {
		size := max(firstRead, 2*int64(cap(text)))
		if expected > 0 && size >= expected/2 && int64(cap(text)) <= expected {
			size = expected + 1 // for the read that finds the end
		}
		size = min(size, max(limit+1, firstRead))
		if err := account.Take(size); err != nil {
			return accountError{err}
		}
		grown := make([]byte, len(text), size)
		copy(grown, text)
		account.Give(int64(cap(text)))
		text = grown
		return nil
	}
	for {
		if len(text) == cap(text) {
			if err := grow(); err != nil {
				account.Give(int64(cap(text)))
				return nil, err
			}
		}
		n, err := r.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if int64(len(text)) > limit {
			err = TooLarge(limit)
		}
		switch {
		case errors.Is(err, io.EOF):
			return text, nil
		case err != nil:
			account.Give(int64(cap(text)))
			return nil, err
		}
	}
}
