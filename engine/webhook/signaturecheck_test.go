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
	for _, test := range []struct {
		limit int64
		want  error
	}{{1 << 20, SignatureError{}}, {1 << 10, errLedger}} {
		r := post(body)
		endpoint.Demand(r, "", time.Now())
		l := ledger{limit: test.limit}
		_, err := Receive(r, 1<<20, &l)
		if _, wrong := errors.AsType[SignatureError](err); wrong != (test.want != errLedger) || test.want == errLedger && !errors.Is(err, errLedger) {
			t.Errorf("with %d bytes: %v, want %T", test.limit, err, test.want)
		}
		if test.want != errLedger && l.most < treeSize(body) {
			t.Errorf("%d bytes were taken, and the tree has %d", l.most, treeSize(body))
		}
	}
}
