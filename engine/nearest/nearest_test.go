package nearest

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	tests := []struct{ name, want string }{
		{"mesage", "message"},
		{"messages", "message"},
		{"MESSAGE", "message"},
		{"emssage", "message"},
		{"leve", "level"},
		{"zzz", ""},
		{"", ""},
		{"m", ""},
		{strings.Repeat("message", 100), ""},
	}
	for _, tt := range tests {
		if got := Name(tt.name, []string{"level", "message"}); got != tt.want {
			t.Errorf("Name(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"upper", "uper", 1}, {"upper", "uppre", 1}, {"upper", "lower", 3}, {"ab", "ba", 1}, {"abc", "cab", 2},
	} {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
