package signature

import (
	"testing"
	"time"
)

// TestSchemes refuses what cannot be checked, or would protect from nothing.
func TestSchemes(t *testing.T) {
	tests := []struct {
		want string // "": it can be
		Scheme
	}{
		{"", Scheme{Header: "X-Signature"}},
		{"", Scheme{Header: "X-Signature", Payload: "{method}{url}{body}"}},
		{"", Scheme{Header: "X-Signature", Separator: ",", Versions: []string{"v1"}, TimestampItem: "t", Payload: "{timestamp}.{body}"}},
		{"header is missing: the name of the header that has the signature", Scheme{}},
		{"header is no name of a header", Scheme{Header: "X Signature"}},
		{"timestampHeader is no name of a header", Scheme{Header: "X", TimestampHeader: "a:b"}},
		{"algorithm must be one of SHA1, SHA256, SHA512, ED25519, ECDSA_P256, PLAIN", Scheme{Header: "X", Algorithm: "MD5"}},
		{"algorithm PLAIN compares the header with the secret: payload, encoding, separator, timestampHeader, timestampMember and idHeader have no meaning", Scheme{Header: "X", Algorithm: Plain, Payload: "{body}"}},
		{"encoding must be one of hex, base64, base64url", Scheme{Header: "X", Encoding: "text"}},
		{"secretEncoding must be one of text, hex, base64, base64url", Scheme{Header: "X", SecretEncoding: "utf8"}},
		{"tolerance must not be negative", Scheme{Header: "X", Tolerance: -time.Second}},
		{"tolerance has no effect without timestampHeader, timestampItem or timestampMember", Scheme{Header: "X", Tolerance: time.Second}},
		{"payload may have {body}, {timestamp}, {id}, {url}, {decodedUrl}, {method}, {params} in it, and no other brace", Scheme{Header: "X", Payload: "{body"}},
		{"payload may have {body}, {timestamp}, {id}, {url}, {decodedUrl}, {method}, {params} in it, and no other brace", Scheme{Header: "X", Payload: "{{ body }}"}},
		{"payload has {body} twice", Scheme{Header: "X", Payload: "{body}{body}"}},
		{"payload has {timestamp}, so timestampHeader or timestampItem must say where it is", Scheme{Header: "X", Payload: "{timestamp}{body}"}},
		{"payload must have {timestamp}: one that is not signed protects from nothing", Scheme{Header: "X", TimestampHeader: "T"}},
		{"payload must have {body} or {params}: a signature without the body says nothing of it", Scheme{Header: "X", Payload: "{url}"}},
		{"timestampItem and timestampHeader: there can be one of them", Scheme{Header: "X", TimestampHeader: "T", TimestampItem: "t", Separator: ",", Versions: []string{"v1"}, Payload: "{timestamp}{body}"}},
		{"idHeader is for {id} in payload, which is not there", Scheme{Header: "X", IDHeader: "I"}},
		{"payload has {id}, so idHeader must say where it is", Scheme{Header: "X", Payload: "{id}{body}"}},
		{"", Scheme{Header: "X", TimestampMember: "t"}},
		{"", Scheme{Header: "X", TimestampMember: "a.t", Algorithm: ECDSA, Tolerance: time.Hour}},
		{"", Scheme{SignatureMember: "s", TimestampMember: "t", IDMember: "i", Payload: "{timestamp}{id}", Bodiless: true}},
		{"algorithm PLAIN compares the header with the secret: payload, encoding, separator, timestampHeader, timestampMember and idHeader have no meaning", Scheme{Header: "X", Algorithm: Plain, TimestampMember: "t"}},
		{"timestampMember and timestampHeader or timestampItem: there can be one of them", Scheme{Header: "X", TimestampMember: "t", TimestampHeader: "T", Payload: "{timestamp}{body}"}},
		{"timestampMember is signed as part of {body}, and not as {timestamp}", Scheme{Header: "X", TimestampMember: "t", Payload: "{timestamp}{body}"}},
		{"timestampMember cannot stand beside ED25519", Scheme{Header: "X", TimestampMember: "t", Algorithm: Ed25519}},
		{"payload must have {timestamp}: one that is not signed protects from nothing", Scheme{Header: "X", TimestampMember: "t", Payload: "{params}"}},
		{"header cannot be chosen: the signature is in the body", Scheme{Header: "X", SignatureMember: "s", Payload: "{body}"}},
		{"payload must have {id}, which i of the body is", Scheme{SignatureMember: "s", TimestampMember: "t", IDMember: "i", Payload: "{timestamp}", Bodiless: true}},
		{"algorithm of Amazon SNS leaves nothing to choose but tolerance and secrets", Scheme{Algorithm: SNS, Payload: "{body}"}},
		{"versions are members of a list, which needs separator", Scheme{Header: "X", Versions: []string{"v1"}}},
		{"timestampItem is a member of a list, which needs separator", Scheme{Header: "X", TimestampItem: "t", Payload: "{timestamp}{body}"}},
		{"separator needs versions: the names of the members that are signatures, as in [v1]", Scheme{Header: "X", Separator: ","}},
		{"separator must be one character, and not =", Scheme{Header: "X", Separator: "=", Versions: []string{"v1"}}},
		{"prefix cannot stand beside separator", Scheme{Header: "X", Prefix: "a", Separator: ",", Versions: []string{"v1"}}},
	}
	for _, test := range tests {
		got := ""
		if _, err := test.Compile(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%+v\n got %q\nwant %q", test.Scheme, got, test.want)
		}
	}
}

// TestDefaults writes out what a scheme leaves unsaid.
func TestDefaults(t *testing.T) {
	form, err := Scheme{Header: "x-signature", TimestampHeader: "x-time", Payload: "{timestamp}{body}"}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	s := form.Scheme()
	if s.Header != "X-Signature" || s.Algorithm != SHA256 || s.Encoding != Hex || s.Tolerance != 5*time.Minute || s.SecretEncoding != Text {
		t.Errorf("got %+v", s)
	}
}

// TestSecrets refuses secrets that cannot be such, without a word of them.
func TestSecrets(t *testing.T) {
	for _, test := range []struct {
		encoding     Encoding
		secret, want string
	}{
		{Text, "", "the secret is empty"},
		{Text, "whsec_", "the secret is empty"},
		{Base64, "whsec_not base64!", "the secret is not valid base64"},
		{Hex, "xyz", "the secret is not valid hex"},
		{Base64, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""},
		{Base64URL, "_-8", ""},
	} {
		form, err := Scheme{Header: "X", SecretEncoding: test.encoding, SecretPrefix: "whsec_"}.Compile()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if _, err := form.With(test.secret); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.secret, got, test.want)
		}
	}
	form, _ := Scheme{Header: "X"}.Compile()
	if _, err := form.With(); err == nil {
		t.Error("no secret at all is taken")
	}
}
