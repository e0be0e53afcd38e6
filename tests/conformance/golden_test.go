package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// topic is one file of recorded requests.
type topic struct {
	Topic string            `json:"topic"`
	Flows map[string]string `json:"flows"` // YAML by id
	Cases []recorded        `json:"cases"`
}

// recorded is one request with Kestra's answer.
type recorded struct {
	Name      string          `json:"name"`
	Flow      string          `json:"flow"`
	Request   request         `json:"request"`
	Response  response        `json:"response"`
	Execution json.RawMessage `json:"execution"` // as it ended; may be absent
	Logs      []recordedLine  `json:"logs"`      // of the execution; may be absent
	Related   []struct {
		Execution json.RawMessage `json:"execution"`
	} `json:"related"` // executions that this one has started; may be absent
	Actions []action        `json:"actions"` // what was done to the execution afterwards, before it ended; may be absent
	Resume  json.RawMessage `json:"resume"`  // likewise, of a Pause; see actions

	ExecutionAfterActions json.RawMessage `json:"executionAfterActions"`
	LogsAfterActions      []recordedLine  `json:"logsAfterActions"`
	ExecutionAfterResume  json.RawMessage `json:"executionAfterResume"`
	LogsAfterResume       []recordedLine  `json:"logsAfterResume"`

	printsClass  bool // its flow runs without [printClassName]
	runsCommands bool
}

type request struct {
	Method     string      `json:"method"`
	Target     string      `json:"target"`
	Headers    [][2]string `json:"headers"`
	Body       string      `json:"body"`
	BodyBase64 string      `json:"bodyBase64"`
	Described  string      `json:"bodyDescription"` // in place of a large body
	Raw        string      `json:"raw"`             // the whole request, where it is no ordinary one
}

type response struct {
	Status     int         `json:"status"`
	Headers    [][2]string `json:"headers"`
	Body       string      `json:"body"`
	BodyLength int         `json:"bodyLength"` // in place of a long body, or of what is cut off it
	Connection string      `json:"connection"` // why there is no answer
}

// loadTopics returns the topics, after replacements in them.
func loadTopics(t *testing.T, replace *strings.Replacer) []topic {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded requests: %v", err)
	}
	topics := make([]topic, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(replace.Replace(string(text))), &topics[i]); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return topics
}

// bytes returns the request as it goes over the wire.
func (r request) bytes(t *testing.T) []byte {
	t.Helper()
	if r.Raw != "" {
		return []byte(r.Raw)
	}
	body := []byte(r.Body)
	if r.BodyBase64 != "" {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.BodyBase64); err != nil {
			t.Fatal(err)
		}
	}
	if r.Described != "" {
		body = described(t, r.Described)
	}
	var b bytes.Buffer
	b.WriteString(r.Method + " " + r.Target + " HTTP/1.1\r\n")
	for _, header := range r.Headers {
		b.WriteString(header[0] + ": ")
		b.Write(latin1(header[1]))
		b.WriteString("\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// latin1 returns the bytes of a header value, which was recorded with a character for each byte.
func latin1(text string) []byte {
	var b []byte
	for _, r := range text {
		if r > 0xff {
			return []byte(text)
		}
		b = append(b, byte(r))
	}
	return b
}

func (r response) header(name string) string {
	for _, header := range r.Headers {
		if strings.EqualFold(header[0], name) {
			return header[1]
		}
	}
	return ""
}

// described returns a body that was recorded in words.
func described(t *testing.T, words string) []byte {
	t.Helper()
	var times int
	var before, after string
	if n, _ := fmt.Sscanf(words, "%d times x", &times); n == 0 {
		const many = "<6 MiB of x>"
		if !strings.Contains(words, many) {
			t.Fatalf("a body is described as %q", words)
		}
		before, after, _ = strings.Cut(words, many)
		times = 6 << 20
	}
	return []byte(before + strings.Repeat("x", times) + after)
}
