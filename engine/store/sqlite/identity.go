package sqlite

import "crypto/rand"

// secretBytes is how long the secret of a store is.
const secretBytes = 32

// identify reads what a store has for ever, and makes its secret when it has none yet. SQLite promises nobody that nobody guesses what its
// random numbers are, so it is not made by those.
func (w *writer) identify() error {
	s := w.store
	if _, err := w.row("SELECT id, secret FROM identity", nil, &s.id, &s.secret); err != nil || len(s.secret) > 0 {
		return err
	}
	s.secret = make([]byte, secretBytes)
	rand.Read(s.secret) // never fails
	_, err := w.exec("UPDATE identity SET secret = ?", s.secret)
	return err
}

// ID returns the id of the store, which it has for ever, by which what belongs to it outside of the file is known. A copy of the file
// has the same one.
func (s *Store) ID() string { return s.id }

// Secret implements [execution.Store]. A copy of the file has the same one.
func (s *Store) Secret() []byte { return s.secret }
