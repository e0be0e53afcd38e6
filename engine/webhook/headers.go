package webhook

import (
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// headers returns the request's headers as expressions see them: names in Go's canonical spelling, sorted, looked up
// without regard to case, each with the list of its values. Host and Transfer-Encoding, which net/http takes out, are
// put back; every cookie is an entry of its own, whichever way the protocol version packed them. Keys are replaced in the
// values, because executions and answers carry them: the key of this request, and any key in a webhook URL such as the
// Referer's.
func (r *Request) headers() *value.Map {
	view := &headerView{request: r}
	return view.drawn.From(view)
}

// headerView makes single headers for expressions that look at one or two of many, and then all of them.
type headerView struct {
	request *Request
	drawn   value.Drawn
	looked  atomic.Int32 // how often single headers were made
	once    sync.Once
	all     *value.Map
}

// fewLooks is how many headers are made one by one. Later looks find them made, so that a loop does not make one again and again.
const fewLooks = 4

// Get implements [value.Source].
func (v *headerView) Get(name string) (value.Value, bool) {
	if v.looked.Load() < fewLooks {
		if texts := v.request.headerTexts(textproto.CanonicalMIMEHeaderKey(name)); texts != nil {
			v.looked.Add(1)
			return value.Strings(v.request.redacted(make([]string, 0, len(texts)), texts, v.request.hides(name))), true
		}
	}
	return v.Map().Get(name)
}

// Has implements [value.Source].
func (v *headerView) Has(name string) bool {
	return v.request.headerTexts(textproto.CanonicalMIMEHeaderKey(name)) != nil || v.Map().Has(name)
}

// Map implements [value.Source].
func (v *headerView) Map() *value.Map {
	v.once.Do(func() {
		lists, texts := v.request.headerLists(nil, nil)
		v.all = value.NewFoldMap(len(lists))
		for _, list := range lists {
			v.all.Set(list.name, value.Strings(texts[list.begin:list.end:list.end]))
		}
	})
	return v.all
}

// headerList is a header, and which of all values are its own. It does not hold them, so that their memory may be that of the
// caller's stack.
type headerList struct {
	name       string
	begin, end int
}

// headerLists appends all headers to lists, sorted by name, and their values, as expressions see them, to texts. Both are empty,
// and may have room.
func (r *Request) headerLists(lists []headerList, texts []string) ([]headerList, []string) {
	lists = slices.Grow(lists, len(r.Header)+2)
	count := 2
	for name, texts := range r.Header {
		if name != hostName && name != transferName {
			lists = append(lists, headerList{name: name})
			count += len(texts)
		}
	}
	if r.Host != "" {
		lists = append(lists, headerList{name: hostName})
	}
	if len(r.TransferEncoding) > 0 {
		lists = append(lists, headerList{name: transferName})
	}
	slices.SortFunc(lists, func(a, b headerList) int { return strings.Compare(a.name, b.name) })
	texts = slices.Grow(texts, count) // of all lists, one after the other
	for i := range lists {
		lists[i].begin = len(texts)
		if lists[i].name == hostName { // without a list for one text
			texts = append(texts, r.redact(r.Host))
		} else {
			texts = r.redacted(texts, r.headerTexts(lists[i].name), r.hides(lists[i].name))
		}
		lists[i].end = len(texts)
	}
	return lists, texts
}

// redacted appends header values as text, without keys, or [Hidden] for each.
func (r *Request) redacted(to, texts []string, hidden bool) []string {
	for _, text := range texts {
		if hidden {
			text = Hidden
		} else {
			text = r.redact(text)
		}
		to = append(to, text)
	}
	return to
}

// redact returns a header value as text, without keys.
func (r *Request) redact(text string) string {
	return redactKey(RedactURL(headerText(text)), r.Target.Key)
}

// The headers that net/http takes out of a request's.
const (
	hostName     = "Host"
	transferName = "Transfer-Encoding"
)

// headerTexts returns the values of the header with a name in its canonical spelling; nil if there is none.
func (r *Request) headerTexts(name string) []string {
	switch name {
	case hostName:
		if r.Host == "" {
			return nil
		}
		return []string{r.Host}
	case transferName:
		return r.TransferEncoding
	case "Cookie":
		return splitCookies(r.Header[name])
	default:
		return r.Header[name]
	}
}

// sizeHeaders returns how many bytes the JSON text of headers takes.
func sizeHeaders(lists []headerList, texts []string) int64 {
	size := int64(1 + max(1, len(lists))) // braces and commas
	for _, list := range lists {
		size += value.SizeQuoted(list.name) + int64(len(":[")+max(1, list.end-list.begin))
		for _, text := range texts[list.begin:list.end] {
			size += value.SizeQuoted(text)
		}
	}
	return size
}

// appendHeaders appends the JSON text of headers.
func appendHeaders(dst []byte, lists []headerList, texts []string) []byte {
	dst = append(dst, '{')
	for i, list := range lists {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(value.AppendQuoted(dst, list.name), ":["...)
		for j, text := range texts[list.begin:list.end] {
			if j > 0 {
				dst = append(dst, ',')
			}
			dst = value.AppendQuoted(dst, text)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func splitCookies(lines []string) []string {
	var cookies []string
	for _, line := range lines {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	return cookies
}

// headerText returns the bytes of a header value as text: UTF-8 if they are valid UTF-8, else Latin-1.
func headerText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
