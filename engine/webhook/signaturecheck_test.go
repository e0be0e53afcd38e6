package webhook

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestSignatureInBodyTakesMemory has the tree of a body that is read for its signature be taken from the account, and tells a lack of
// memory from a signature that is wrong.
func TestSignatureInBodyTakesMemory(t *testing.T) {
	set, found := loadFlows(t, webhookFlow("f", "key: abc\nsender: mailgun\nsecret: s"))
	if len(found) > 0 {
		t.Fatal(found)
	}
	index, _ := NewIndex(set, keyScope)
	endpoint := index.Match(Target{"company.team", "f", "abc"})
	if endpoint == nil {
		t.Fatal("there is no trigger")
	}
	body := `{"signature":{"token":"t","timestamp":1,"signature":"00"},"event-data":[` + strings.Repeat("1,", 1000) + `1]}`
	receive := func(limit int64) (*ledger, error) {
		r := post(body)
		endpoint.Demand(r, "", time.Now())
		l := &ledger{limit: limit}
		_, err := Receive(r, 1<<20, l)
		return l, err
	}
	l, err := receive(1 << 20)
	if _, wrong := errors.AsType[SignatureError](err); !wrong || l.most < treeSize(body) {
		t.Errorf("%v after %d bytes were taken, and the tree has %d", err, l.most, treeSize(body))
	}
	_, err = receive(1 << 10)
	if _, wrong := errors.AsType[SignatureError](err); wrong || !errors.Is(err, errLedger) {
		t.Errorf("without memory: %v", err)
	}
}
