package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // version 1 of Amazon's signatures is made with it, and a topic may be set to version 2
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// The members of a message of Amazon SNS that are signed, in order; each has its name and its text on lines of their own. A message without
// a subject has none there.
var (
	snsNotification = []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	snsSubscription = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
)

var (
	snsHost = regexp.MustCompile(`^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?$`)
	snsPath = regexp.MustCompile(`^/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem$`)
)

// SNSCertificate says why an address cannot be that of a certificate of Amazon SNS; nil: it can. Whoever writes a message chooses the
// address, so nothing is asked of any other server.
func SNSCertificate(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !snsHost.MatchString(u.Host) || !snsPath.MatchString(u.Path) {
		return fmt.Errorf("the address of the certificate, SigningCertURL of the body, %w: it is none of Amazon SNS", ErrMalformed)
	}
	return nil
}

// snsTopic says why a text cannot be the ARN of a topic.
func snsTopic(text string) error {
	if parts := strings.Split(text, ":"); len(parts) != 6 || parts[0] != "arn" || parts[2] != "sns" {
		return errors.New("the secret must be the ARN of a topic, as in arn:aws:sns:us-east-2:123456789012:MyTopic")
	}
	return nil
}

// checkSNS checks the signature of a message of Amazon SNS.
func (c *Check) checkSNS() error {
	topic, right := sha256.Sum256([]byte(c.message.Member("TopicArn"))), 0
	for i := range c.verifier.secrets {
		right |= subtle.ConstantTimeCompare(topic[:], c.verifier.secrets[i].plain[:])
	}
	if right == 0 {
		return fmt.Errorf("TopicArn of the body %w", ErrWrong)
	}
	names := snsNotification
	if c.message.Member("Type") != "Notification" {
		names = snsSubscription
	}
	var signed strings.Builder
	for _, name := range names {
		if text := c.message.Member(name); text != "" || name != "Subject" {
			signed.WriteString(name + "\n" + text + "\n")
		}
	}
	address := c.message.Member("SigningCertURL")
	if err := SNSCertificate(address); err != nil {
		return err
	}
	var (
		hashed crypto.Hash
		sum    []byte
	)
	switch c.message.Member("SignatureVersion") {
	case "1":
		hash := sha1.Sum([]byte(signed.String())) //nolint:gosec // see above
		hashed, sum = crypto.SHA1, hash[:]
	case "2":
		hash := sha256.Sum256([]byte(signed.String()))
		hashed, sum = crypto.SHA256, hash[:]
	default:
		return fmt.Errorf("SignatureVersion of the body %w: it is neither 1 nor 2", ErrMalformed)
	}
	certificate, err := c.message.Certificate(address)
	if err != nil {
		return err
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || rsa.VerifyPKCS1v15(key, hashed, sum, c.signatures[0]) != nil {
		return fmt.Errorf("%s %w", c.verifier.form.scheme.place(), ErrWrong)
	}
	return nil
}
