package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The flows of 22-http ask a small server, whose source in Python is in that file (helper); upstream answers as it does. A few
// of 15-executions ask Kestra itself.
const (
	recordedUpstream = "127.0.0.1:28090"
	recordedKestra   = "127.0.0.1:28080"
)

// asksKestra are the texts in which Kestra's own address stands for a server that is asked, and not for the webhook's.
var asksKestra = []string{recordedKestra + "/ping", recordedKestra + "/api/v1/main/executions/webhook/no/", "from '/" + recordedKestra}

// startUpstream starts the server and returns what puts its address in place of the recorded ones.
func startUpstream(t *testing.T) *strings.Replacer {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(answerUpstream))
	t.Cleanup(s.Close)
	address := s.Listener.Addr().String()
	pairs := []string{recordedUpstream, address, "connectTimeout: PT1S", "connectTimeout: PT30S"} // on a busy machine a second is short
	for _, text := range asksKestra {
		pairs = append(pairs, text, strings.Replace(text, recordedKestra, address, 1))
	}
	return strings.NewReplacer(pairs...)
}

// asksUpstream reports whether a flow sends requests to other servers. Such a flow runs by the real clock: in a bubble of
// testing/synctest an open connection would keep time from passing.
func asksUpstream(flow string) bool {
	return strings.Contains(flow, ".http.") || strings.Contains(flow, "{{ http(")
}

// runsCommands reports whether a flow runs processes, whose time does not stand still.
func runsCommands(flow string) bool { return strings.Contains(flow, ".scripts.") }

// upstreamAnswer is an answer of the server; its status is 200 if none is given.
type upstreamAnswer struct {
	status                int
	contentType           string // "" for none
	body                  string
	location, disposition string // headers
}

// upstreamTypes are the answers below /type.
var upstreamTypes = map[string]upstreamAnswer{
	"json":    {contentType: "application/json", body: `{"z":1,"a":[1,null,2.50],"n":null}`},
	"binary":  {contentType: "application/octet-stream", body: everyFifthByte()},
	"image":   {contentType: "image/png", body: "\x89PNG\r\n\x1a\n\x00\xff"},
	"none":    {body: "no type"},
	"csv":     {contentType: "text/csv", body: "a,b\n1,2\n"},
	"problem": {contentType: "application/problem+json", body: `{"t":1}`},
}

func everyFifthByte() string {
	var b []byte
	for i := 0; i < 256; i += 5 {
		b = append(b, byte(i))
	}
	return string(b)
}

// upstreamFiles are the headers Content-Disposition below /file.
var upstreamFiles = map[string]string{
	"disp": `attachment; filename="report one.csv"`,
	"path": `attachment; filename="../../etc/x.txt"`,
	"star": "attachment; filename*=UTF-8''na%C3%AFve.txt",
}

const upstreamEvents = "id: 1\nevent: m\ndata: {\"a\":1}\n\ndata: two\n\n: comment\n\ndata: l1\ndata: l2\n\n"

func answerUpstream(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	path := strings.Split(strings.Trim(r.URL.Path, "/")+"//", "/")
	a := upstreamAnswerTo(r, path, string(body))
	header := w.Header()
	if path[0] != "ping" && path[0] != "api" {
		header.Set("Server", "BaseHTTP/0.6 Python/3.11.7")
	}
	header["Content-Type"] = nil
	for name, text := range map[string]string{"Content-Type": a.contentType, "Location": a.location, "Content-Disposition": a.disposition} {
		if text != "" {
			header.Set(name, text)
		}
	}
	length := len(a.body)
	if path[0] == "short" {
		length = 100
	}
	header.Set("Content-Length", strconv.Itoa(length))
	status := cmp.Or(a.status, http.StatusOK)
	if status == http.StatusNoContent || status == http.StatusNotModified {
		answerWithoutBody(w, status)
		return
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, a.body) // an answer that may have no body, or to a client that is gone
}

// answerWithoutBody sends an answer with the header Content-Length, which net/http leaves out where there can be no body.
func answerWithoutBody(w http.ResponseWriter, status int) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, http.StatusText(status), time.Now().UTC().Format(http.TimeFormat))
	_ = w.Header().Write(conn)
	_, _ = io.WriteString(conn, "\r\n")
}

// upstreamAnswerTo returns the answer to a request, whose path has at least three parts.
func upstreamAnswerTo(r *http.Request, path []string, body string) upstreamAnswer {
	const plain, asJSON = "text/plain", "application/json"
	if r.Method != strings.ToUpper(r.Method) {
		text := strings.ReplaceAll(pythonRefusal, "METHOD", r.Method)
		return upstreamAnswer{status: http.StatusNotImplemented, contentType: "text/html;charset=utf-8", body: text}
	}
	switch path[0] {
	case "echo":
		return upstreamAnswer{contentType: asJSON, body: echo(r, body)}
	case "status":
		return statusAnswer(path[1], path[2])
	case "redirect":
		status, _ := strconv.Atoi(path[1])
		return upstreamAnswer{status: status, contentType: plain, body: "moved", location: "/echo?from=" + path[1]}
	case "type":
		return upstreamTypes[path[1]]
	case "slow":
		seconds, _ := strconv.ParseFloat(path[1], 64)
		<-time.After(time.Duration(seconds * float64(time.Second)))
		return upstreamAnswer{contentType: plain, body: "slow"}
	case "short":
		return upstreamAnswer{body: "few"}
	case "file":
		return upstreamAnswer{contentType: "text/csv", body: "file body", disposition: upstreamFiles[path[1]]}
	case "empty":
		return upstreamAnswer{}
	case "sse":
		return upstreamAnswer{contentType: "text/event-stream", body: upstreamEvents}
	case "ping": // of Kestra, as api
		return upstreamAnswer{contentType: asJSON, body: "pong"}
	case "api":
		return upstreamAnswer{status: http.StatusNotFound, contentType: asJSON, body: strings.ReplaceAll(kestraNotFound, "PATH", r.URL.Path)}
	default:
		return upstreamAnswer{status: http.StatusNotFound, contentType: plain, body: "no such path"}
	}
}

// statusAnswer answers with a status, and with a body of a kind: json, empty, or a text.
func statusAnswer(status, kind string) upstreamAnswer {
	code, _ := strconv.Atoi(status)
	switch {
	case kind == "empty" || code == http.StatusNoContent || code == http.StatusNotModified:
		return upstreamAnswer{status: code}
	case kind == "json":
		return upstreamAnswer{status: code, contentType: "application/json", body: `{"error":"e` + status + `"}`}
	default:
		return upstreamAnswer{status: code, contentType: "text/plain", body: "status " + status}
	}
}

const pythonRefusal = `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 501</p>
        <p>Message: Unsupported method ('METHOD').</p>
        <p>Error code explanation: 501 - Server does not support this operation.</p>
    </body>
</html>
`

const kestraNotFound = `{"message":"Not Found: Flow not found","logref":null,"path":null,"_links":{"self":{"href":"PATH","templated":false,` +
	`"profile":null,"deprecation":null,"title":null,"hreflang":null,"type":null,"name":null}},"_embedded":{}}`

// echoed is what the server tells about a request.
type echoed struct {
	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
}

var (
	boundary         = regexp.MustCompile(`httpclient_boundary_[\w-]+|--[\w-]{20,}`)
	boundaryInHeader = regexp.MustCompile(`boundary=.*`)
)

func echo(r *http.Request, body string) string {
	told := echoed{Method: r.Method, Target: r.RequestURI, Headers: [][2]string{{"Host", r.Host}}}
	for name, values := range r.Header {
		for _, text := range values {
			told.Headers = append(told.Headers, [2]string{name, boundaryInHeader.ReplaceAllString(text, "boundary=BOUNDARY")})
		}
	}
	told.Body = boundary.ReplaceAllString(string([]rune(body)), "BOUNDARY")
	text, err := json.Marshal(told)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return string(text)
}

// normaliseEcho gives the headers that a request was sent with as members, so that they are compared by name in any order, and
// leaves out what says how a client uses its connections. The length of the answer depends on them.
func normaliseEcho(outputs map[string]any) {
	body, _ := outputs["body"].(string)
	var told echoed
	if err := json.Unmarshal([]byte(body), &told); err != nil || told.Headers == nil {
		return
	}
	headers := map[string]any{}
	for _, h := range told.Headers {
		if h[0] != "Connection" {
			headers[h[0]] = append(list(headers[h[0]]), h[1])
		}
	}
	outputs["body"] = map[string]any{"method": told.Method, "target": told.Target, "headers": headers, "body": told.Body}
	if answered, ok := outputs["headers"].(map[string]any); ok {
		delete(answered, "content-length")
	}
}
