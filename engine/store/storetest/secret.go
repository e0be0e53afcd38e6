package storetest

import (
	"bytes"
	"testing"
)

// testSecret checks that each store has a secret of its own, which it keeps.
func testSecret(t *testing.T, h Harness) {
	s, other := h.Open(t), open(t, h)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	secret := bytes.Clone(s.Secret())
	if len(secret) != 32 || bytes.Equal(secret, make([]byte, 32)) || bytes.Equal(secret, other.Secret()) {
		t.Errorf("the secret is %x, another store's %x", secret, other.Secret())
	}
	if h.Reopen != nil {
		s = h.Reopen(t, s)
		s = h.Crash(t, s)
	}
	if !bytes.Equal(secret, s.Secret()) {
		t.Errorf("the secret is %x, was %x", s.Secret(), secret)
	}
}
