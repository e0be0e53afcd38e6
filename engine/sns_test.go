package engine

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// topic is the topic of Amazon SNS in these tests.
const topic = "arn:aws:sns:us-east-2:123456789012:MyTopic"

// amazon is a stand-in of Amazon: its key, and its certificate in PEM.
var amazon = sync.OnceValues(func() (*rsa.PrivateKey, string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
})

// amazonServer answers with the certificate, or not at all.
type amazonServer struct{ down bool }

func (s amazonServer) Send(_ context.Context, r *task.HTTPRequest) (*task.HTTPResponse, error) {
	if s.down || r.URL.Host != "sns.us-east-2.amazonaws.com" {
		return nil, errors.New("nobody answers")
	}
	_, certificate := amazon()
	return &task.HTTPResponse{Code: http.StatusOK, Body: io.NopCloser(strings.NewReader(certificate))}, nil
}

// amazonMessage signs a message as Amazon SNS does, whose certificate the engine then gets from a stand-in.
func amazonMessage(t testing.TB, e *Engine, body string) []byte {
	t.Helper()
	key, _ := amazon()
	e.services.HTTP = amazonServer{}
	var m map[string]string
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	m["TopicArn"], m["Timestamp"], m["SignatureVersion"] = topic, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "2"
	m["SigningCertURL"] = "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-0123.pem"
	names := []string{"Message", "MessageId", "Timestamp", "TopicArn", "Type"}
	if m["Token"] != "" {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	signed := ""
	for _, name := range names {
		signed += name + "\n" + m[name] + "\n"
	}
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	m["Signature"] = base64.StdEncoding.EncodeToString(signature)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestSNSWithoutCertificate lets the sender come again when the certificate cannot be had, and asks for it once when it can.
func TestSNSWithoutCertificate(t *testing.T) {
	e := openEngine(t)
	site, sign := senderSite(t, e, senders.ByName("sns"), "")
	send := func(down bool, change func([]byte) []byte) webhook.Response {
		r := newRequest("f", "")
		sign(r, `{"Type":"Notification","MessageId":"1","Message":"Hello"}`)
		e.services.HTTP = amazonServer{down}
		if change != nil {
			body, err := r.ReadBody(1<<20, nil)
			if err != nil {
				t.Fatal(err)
			}
			setBody(r, change(body))
		}
		return sendRequest(site, r)
	}
	if got := send(true, nil); got.Status != http.StatusServiceUnavailable || got.RetryAfter == 0 || got.ExecutionID != "" {
		t.Errorf("without a certificate: %d %s", got.Status, got.Body)
	}
	replace := func(old, with string) func([]byte) []byte {
		return func(body []byte) []byte { return []byte(strings.Replace(string(body), old, with, 1)) }
	}
	if got := send(false, replace("Hello", "hello")); got.Status != http.StatusUnauthorized {
		t.Errorf("another message: %d %s", got.Status, got.Body)
	}
	if got := send(false, replace(`"Message":"Hello"`, `"Message":"Hello","Message":"twice"`)); got.Status != http.StatusUnauthorized {
		t.Errorf("two messages: %d %s", got.Status, got.Body)
	}
	if got := send(true, nil); got.Status != http.StatusOK {
		t.Errorf("with the certificate that is kept: %d %s", got.Status, got.Body)
	}
}
