package logline

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/caddy-kestra/kestra-webhook/engine/mask"
)

// detailed is an error that prints more for %+v, which zap uses.
type detailed struct{ error }

func (detailed) Format(s fmt.State, _ rune) { fmt.Fprint(s, "hunter22 in detail") }

func TestWrap(t *testing.T) {
	encoders := map[string]zapcore.Encoder{
		"console": zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "m", LevelKey: "l"}),
		"JSON":    zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "m", LevelKey: "l"}),
	}
	for name, encoder := range encoders {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			l := Wrap(zap.New(zapcore.NewCore(encoder, zapcore.AddSync(&out), zap.InfoLevel)), mask.New([]string{"hunter22"}))
			l = l.With(zap.String("with", "hunter22\u2028"))
			l.Info("message\nhunter22\x1b[31m\u009b", zap.String("text", "hunter22\x7f"), zap.Error(detailed{errors.New("hunter22\u202e")}),
				zap.ByteString("bytes", []byte("hunter22")), zap.Int("n", 1), zap.NamedError("none", nil))
			l.Debug("nobody wants it")
			text := out.String()
			if strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\x1b\x7f\u009b\u2028\u202e") {
				t.Errorf("is not one line of plain characters: %q", text)
			}
			if strings.Contains(text, "hunter") || strings.Count(text, "******") != 5 {
				t.Errorf("the secret is not masked: %s", text)
			}
		})
	}
}

// TestWrapChecks checks that each of several cores gets what it asks for, as when a server has two logs.
func TestWrapChecks(t *testing.T) {
	debug, debugLines := observer.New(zap.DebugLevel)
	warn, warnLines := observer.New(zap.WarnLevel)
	l := Wrap(zap.New(zapcore.NewTee(debug, warn)), nil)
	l.Debug("a")
	l.Info("b")
	l.Warn("c")
	if debugLines.Len() != 3 || warnLines.Len() != 1 {
		t.Errorf("%d and %d lines, want 3 and 1", debugLines.Len(), warnLines.Len())
	}
}

func TestFieldsAreNotChanged(t *testing.T) {
	given := []zap.Field{zap.String("a", "x"), zap.String("b", "hunter22")}
	got := Fields(mask.New([]string{"hunter22"}), given)
	if given[1].String != "hunter22" || got[1].String != "******" || got[0].String != "x" {
		t.Errorf("given are %v, got are %v", given, got)
	}
	if clean := Fields(nil, given); &clean[0] != &given[0] {
		t.Error("clean fields are copied")
	}
	if diff := cmp.Diff(0, len(Fields(nil, nil))); diff != "" {
		t.Error(diff)
	}
}
