package signature

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestSNS checks messages of Amazon SNS, and such with one thing changed.
func TestSNS(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const topic = "arn:aws:sns:us-east-2:123456789012:MyTopic"
	const address = "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem"
	down := errors.New("the server does not answer")
	tests := []struct {
		name    string
		version string
		typ     string
		subject string
		change  func(m map[string]string)
		topics  string
		late    time.Duration
		fetch   error
		want    error
	}{
		{name: "version 1"},
		{name: "version 2", version: "2"},
		{name: "with a subject", subject: "Hi"},
		{name: "a subscription", typ: "SubscriptionConfirmation"},
		{name: "its end", typ: "UnsubscribeConfirmation", version: "2"},
		{name: "one of two topics", topics: topic + "Too " + topic},
		{name: "another topic", topics: topic + "Too", want: ErrWrong},
		{name: "another topic in the message", change: func(m map[string]string) { m["TopicArn"] = topic + "Too" }, topics: topic + "Too", want: ErrWrong},
		{name: "another text", change: func(m map[string]string) { m["Message"] += "." }, want: ErrWrong},
		{name: "another subject", change: func(m map[string]string) { m["Subject"] = "Ho" }, want: ErrWrong},
		{name: "another type", change: func(m map[string]string) { m["Type"] = "SubscriptionConfirmation" }, want: ErrWrong},
		{name: "the other version", change: func(m map[string]string) { m["SignatureVersion"] = "2" }, want: ErrWrong},
		{name: "version 3", change: func(m map[string]string) { m["SignatureVersion"] = "3" }, want: ErrMalformed},
		{name: "no signature", change: func(m map[string]string) { delete(m, "Signature") }, want: ErrMissing},
		{name: "no Base64", change: func(m map[string]string) { m["Signature"] = "!" }, want: ErrMalformed},
		{name: "no time", change: func(m map[string]string) { delete(m, "Timestamp") }, want: ErrMissing},
		{name: "too late", late: time.Hour + time.Second, want: ErrTime},
		{name: "in time", late: time.Hour},
		{name: "another server", change: func(m map[string]string) { m["SigningCertURL"] = "https://example.com/SimpleNotificationService-0.pem" }, want: ErrMalformed},
		{name: "a certificate that cannot be had", fetch: down, want: down},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := map[string]string{
				"Type": orElse(test.typ, "Notification"), "MessageId": "165545c9", "TopicArn": topic, "Message": "Hello\nüber", "Timestamp": "2026-11-29T19:00:00.123Z",
				"SignatureVersion": orElse(test.version, "1"), "SigningCertURL": address,
			}
			names := []string{"Message", "MessageId", "Timestamp", "TopicArn", "Type"}
			if test.subject != "" {
				m["Subject"], names = test.subject, []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
			}
			if test.typ != "" {
				m["Token"], m["SubscribeURL"], names = "t", "https://x", []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
			}
			signed := ""
			for _, name := range names {
				signed += name + "\n" + m[name] + "\n"
			}
			hashed, first, second := crypto.SHA1, sha1.Sum([]byte(signed)), sha256.Sum256([]byte(signed))
			sum := first[:]
			if test.version == "2" {
				hashed, sum = crypto.SHA256, second[:]
			}
			signature, err := rsa.SignPKCS1v15(rand.Reader, key, hashed, sum)
			if err != nil {
				t.Fatal(err)
			}
			m["Signature"] = base64.StdEncoding.EncodeToString(signature)
			if test.change != nil {
				test.change(m)
			}
			body, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			form, err := Scheme{Algorithm: SNS, Tolerance: time.Hour}.Compile()
			if err != nil {
				t.Fatal(err)
			}
			v, err := form.With(strings.Fields(orElse(test.topics, topic))...)
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			c := v.Begin(&Message{Member: memberOf(t, body), Certificate: func(from string) (*x509.Certificate, error) {
				if asked++; from != address {
					t.Errorf("%s is asked", from)
				}
				return &x509.Certificate{PublicKey: &key.PublicKey}, test.fetch
			}})
			_, _ = c.Write(body)
			err = c.End(nil, time.Date(2026, 11, 29, 19, 0, 0, 123e6, time.UTC).Add(test.late))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if refused := strings.HasPrefix(test.name, "another topic") && test.change == nil || test.name == "another server"; refused && asked > 0 {
				t.Error("a certificate is fetched for a message that is not wanted")
			}
		})
	}
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// TestSNSCertificate says from where certificates come.
func TestSNSCertificate(t *testing.T) {
	for address, want := range map[string]bool{
		"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem":     true,
		"https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem": true,
		"http://sns.us-east-1.amazonaws.com/SimpleNotificationService-7ff5.pem":                                  false,
		"https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-7ff5.pem":                            false,
		"https://sns.us-east-1.amazonaws.com.example.com/SimpleNotificationService-7ff5.pem":                     false,
		"https://sns.us-east-1.amazonaws.com@example.com/SimpleNotificationService-7ff5.pem":                     false,
		"https://u@sns.us-east-1.amazonaws.com/SimpleNotificationService-7ff5.pem":                               false,
		"https://sns.us.east.amazonaws.com/SimpleNotificationService-7ff5.pem":                                   false,
		"https://bucket.s3.amazonaws.com/SimpleNotificationService-7ff5.pem":                                     false,
		"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&x=SimpleNotificationService-7ff5.pem":   false,
		"https://sns.us-east-1.amazonaws.com/other/SimpleNotificationService-7ff5.pem":                           false,
		"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-7ff5.pem?x=1":                             false,
		"": false,
	} {
		if err := SNSCertificate(address); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	form, err := Scheme{Algorithm: SNS}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"", "MyTopic", "arn:aws:sqs:us-east-2:123456789012:MyQueue"} {
		if _, err := form.With(secret); err == nil {
			t.Errorf("%q is taken for a topic", secret)
		}
	}
	if _, err := form.SignBody(&Message{}, []byte("{}"), "arn:aws:sns:us-east-2:1:t", time.Now()); err == nil {
		t.Error("it is signed here")
	}
	if _, err := (Scheme{Algorithm: SNS, Header: "X"}).Compile(); err == nil {
		t.Error("a header is taken that has no effect")
	}
}
