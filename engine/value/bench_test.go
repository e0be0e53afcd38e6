package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

// payloads are bodies of the shapes that webhooks carry.
var payloads = []struct {
	name string
	data []byte
}{
	{"small", []byte(`{"hello":"world","n":1}`)},
	{"push", pushPayload()},
	{"push-indented", indented(pushPayload())},
	{"numbers", numberPayload()},
}

// pushPayload is made like GitHub's push event: long objects of URLs inside each other.
func pushPayload() []byte {
	var b bytes.Buffer
	object := func(name string, members int) {
		fmt.Fprintf(&b, `"%s":{"id":%d,"private":false,"description":null`, name, 1000000+members)
		for i := range members {
			fmt.Fprintf(&b, `,"member_%d_url":"https://api.example.com/repos/octo/hello/%s/%d{/id}"`, i, name, i)
		}
		b.WriteByte('}')
	}
	b.WriteString(`{"ref":"refs/heads/main","before":"0123456789abcdef0123456789abcdef01234567","commits":[`)
	for i := range 5 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%040x","message":"Mend the \"thing\"\n\nSüß","timestamp":"2026-11-23T10:00:00Z","added":["a.go","b.go"],`, i)
		object("author", 3)
		b.WriteByte('}')
	}
	b.WriteString(`],`)
	object("repository", 80)
	b.WriteByte(',')
	object("sender", 18)
	b.WriteByte('}')
	return b.Bytes()
}

func numberPayload() []byte {
	var b bytes.Buffer
	b.WriteString(`{"points":[`)
	for i := range 500 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `[%d,%d.%d]`, i*7919, i, i*31)
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

func BenchmarkDecodeJSON(b *testing.B) {
	for _, p := range payloads {
		b.Run(p.name+"/value", func(b *testing.B) {
			b.SetBytes(int64(len(p.data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodeJSON(p.data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(p.name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(p.data)))
			b.ReportAllocs()
			for b.Loop() {
				var v any
				if err := json.Unmarshal(p.data, &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScanJSON(b *testing.B) {
	for _, p := range payloads {
		b.Run(p.name+"/value", func(b *testing.B) {
			b.SetBytes(int64(len(p.data)))
			for b.Loop() {
				if _, err := ScanJSON(p.data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(p.name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(p.data)))
			for b.Loop() {
				if !json.Valid(p.data) {
					b.Fatal("no JSON")
				}
			}
		})
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, p := range payloads {
		b.Run(p.name+"/value", func(b *testing.B) {
			v, err := DecodeJSON(p.data)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, 2*len(p.data))
			b.ReportAllocs()
			for b.Loop() {
				buf = AppendJSON(buf[:0], v)
			}
		})
		b.Run(p.name+"/encoding-json", func(b *testing.B) {
			var v any
			if err := json.Unmarshal(p.data, &v); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMapGet(b *testing.B) {
	for _, members := range []int{4, 80} {
		m := NewMap(members)
		for i := range members {
			m.Set(fmt.Sprint("member_", i, "_url"), Int(int64(i)))
		}
		key := fmt.Sprint("member_", members/2, "_url")
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := m.Get(key); !ok {
					b.Fatal("key is missing")
				}
			}
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, tt := range []struct {
		name string
		x, y Value
	}{{"integers", Int(1), Int(2)}, {"doubles", Float(1.5), Float(2)}, {"mixed", Int(1), Float(2)}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Add(tt.x, tt.y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
