package webhook

import "testing"

func TestFires(t *testing.T) {
	for _, method := range []string{"GET", "POST", "PUT"} {
		if !Fires(method) {
			t.Errorf("%s does not fire", method)
		}
	}
	for _, method := range []string{"", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "CONNECT", "FOO", "get", "Post", "PUT "} {
		if Fires(method) {
			t.Errorf("%q fires", method)
		}
	}
}

func TestMethodsAreACopy(t *testing.T) {
	Methods()[0] = "FOO"
	if !Fires("GET") || Fires("FOO") {
		t.Error("a caller changed which methods fire")
	}
}
