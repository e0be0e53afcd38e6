package language

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// payloads are bodies of the shapes that webhooks carry.
var payloads = []struct {
	name string
	data []byte
}{
	{"Small", []byte(`{"hello":"world","n":1}`)},
	{"Push", push()},
	{"PushIndented", indented(push())},
	{"Numbers", numbers()},
}

// push is made like a push event of a source forge, 12 KB: commits, and an object with very many URLs.
func push() []byte {
	var b bytes.Buffer
	b.WriteString(`{"ref":"refs/heads/main","forced":false,"base_ref":null,"commits":[`)
	for i := range 6 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%040x","distinct":true,"message":"Mend the \"thing\"\n\nGrüße","timestamp":"2026-11-23T10:00:00Z",`, i)
		fmt.Fprintf(&b, `"author":{"name":"Octo Cat","email":"octo@example.com"},"added":["a/b.go","a/c.go"],"removed":[]}`)
	}
	b.WriteString(`],"repository":{"id":35129377,"private":false`)
	for i := range 100 {
		fmt.Fprintf(&b, `,"member_%d_url":"https://api.example.com/repos/octo/hello-world/member/%d{/sha}"`, i, i)
	}
	b.WriteString(`,"size":1024,"score":1.5}}`)
	return b.Bytes()
}

func numbers() []byte {
	var b bytes.Buffer
	b.WriteString(`{"points":[[0,0.5]`)
	for i := range 500 {
		fmt.Fprintf(&b, `,[%d,%d.%d]`, i*7919, i, i*31)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func indented(data []byte) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		panic(err)
	}
	return b.Bytes()
}
