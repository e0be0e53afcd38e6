package dockertest

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
)

var version = regexp.MustCompile(`^/v1\.\d+`)

// ServeHTTP implements [http.Handler].
func (d *Daemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.52")
	w.Header().Set("Ostype", "linux")
	at := version.ReplaceAllString(r.URL.Path, "")
	q := r.URL.Query()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		d.note(r, at)
	}
	name, action, _ := strings.Cut(strings.TrimPrefix(at, "/containers/"), "/")
	d.mu.Lock()
	c := d.containers[name]
	d.mu.Unlock()
	switch {
	case at == "/_ping":
		reply(w, "ping")
	case at == "/images/create":
		d.pull(w, q.Get("fromImage"), q.Get("tag"))
	case strings.HasPrefix(at, "/images/") && strings.HasSuffix(at, "/json"):
		d.inspect(w, strings.TrimSuffix(strings.TrimPrefix(at, "/images/"), "/json"))
	case strings.HasPrefix(at, "/images/") && strings.HasSuffix(at, "/tag"):
		d.tag(w, strings.TrimSuffix(strings.TrimPrefix(at, "/images/"), "/tag"))
	case strings.HasPrefix(at, "/images/") && strings.HasSuffix(at, "/push"):
		image := strings.TrimSuffix(strings.TrimPrefix(at, "/images/"), "/push")
		reply(w, d.answer(image, "push"), "{{image}}", image)
	case at == "/build":
		reply(w, d.answer(q.Get("t"), "build"), "{{image}}", q.Get("t"))
	case at == "/containers/create":
		d.create(w, r)
	case at == "/containers/json":
		d.list(w, q.Get("filters"))
	case c == nil:
		reply(w, "container-missing", "{{id}}", name)
	case r.Method == http.MethodDelete:
		d.remove(w, c)
	case action == "archive" && r.Method == http.MethodPut:
		w.WriteHeader(http.StatusOK) // the files were noted
	case action == "archive":
		d.archive(w, c, q.Get("path"))
	case action == "start":
		d.start(w, c)
	case action == "stop" && c.image.Stop != "":
		reply(w, c.image.Stop)
	case action == "kill" || action == "stop":
		d.mu.Lock()
		c.Killed = true
		d.mu.Unlock()
		c.end()
		w.WriteHeader(http.StatusNoContent)
	case action == "attach":
		d.attach(w, r, c)
	case action == "wait":
		d.wait(w, r, c)
	case action == "json":
		words := []string{}
		if c.image.OOM {
			words = []string{`"OOMKilled": false`, `"OOMKilled": true`}
		}
		reply(w, "container", words...)
	default:
		reply(w, "server-error")
	}
}

func (d *Daemon) answer(image, otherwise string) string {
	if name := d.builds[image]; name != "" {
		return name
	}
	return otherwise
}

// note notes a request, with the files that it brings.
func (d *Daemon) note(r *http.Request, at string) {
	n := Request{Method: r.Method, Path: at, Query: r.URL.RawQuery}
	for _, header := range []string{"X-Registry-Auth", "X-Registry-Config"} {
		if raw, err := base64.URLEncoding.DecodeString(r.Header.Get(header)); err == nil && len(raw) > 0 {
			n.Auth = string(raw)
		}
	}
	if r.Header.Get("Content-Type") == "application/x-tar" || strings.HasSuffix(at, "/archive") {
		n.Files = unpack(r.Body)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, n)
	if id, found := strings.CutSuffix(strings.TrimPrefix(at, "/containers/"), "/archive"); found {
		maps.Copy(d.containers[id].Files, n.Files)
	}
}

// unpack returns the files of an archive.
func unpack(from io.Reader) map[string]string {
	files := map[string]string{}
	for r := tar.NewReader(from); ; {
		h, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				files["error"] = err.Error()
			}
			return files
		}
		text, err := io.ReadAll(r)
		if err != nil {
			files["error"] = err.Error()
		}
		if h.Typeflag == tar.TypeSymlink {
			text = []byte("-> " + h.Linkname)
		}
		name := path.Join("/", h.Name) //nolint:gosec // it is a key of a map
		if h.Typeflag == tar.TypeDir {
			name += "/"
		}
		files[name] = string(text)
	}
}

func (d *Daemon) image(name string) *Image {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.images[strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")]
}

func (d *Daemon) inspect(w http.ResponseWriter, name string) {
	if image := d.image(name); image == nil || image.Missing {
		reply(w, "image-missing", "{{image}}", name)
		return
	}
	reply(w, "image")
}

func (d *Daemon) tag(w http.ResponseWriter, name string) {
	if image := d.image(name); image == nil || image.Missing {
		reply(w, "image-missing", "{{image}}", name)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

func (d *Daemon) pull(w http.ResponseWriter, from, tag string) {
	name := from + ":" + tag
	image := d.image(name)
	if image == nil {
		image = d.image(from)
	}
	switch {
	case image == nil:
		reply(w, "pull-denied", "{{image}}", from)
	case image.Pull != "":
		reply(w, image.Pull, "{{image}}", name)
	default:
		d.mu.Lock()
		image.Missing = false
		d.mu.Unlock()
		reply(w, "pull", "{{image}}", name)
	}
}

func (d *Daemon) create(w http.ResponseWriter, r *http.Request) {
	var asked map[string]any
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		reply(w, "server-error")
		return
	}
	name, _ := asked["Image"].(string)
	image := d.image(name)
	if image == nil || image.Missing {
		reply(w, "image-missing", "{{image}}", name)
		return
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	c := &made{Container: Container{ID: hex.EncodeToString(raw), Request: asked, Files: map[string]string{}}, image: image, begun: make(chan struct{}), ended: make(chan struct{})}
	d.mu.Lock()
	d.containers[c.ID], d.all = c, append(d.all, c)
	d.mu.Unlock()
	if image.Made != nil {
		image.Made()
	}
	reply(w, "created", "8a4b6f0d3c1e5f7a9b2d4c6e8f0a1b3c5d7e9f1a2b4c6d8e0f2a4b6c8d0e1f3a", c.ID)
}

// list answers with the containers that have the labels which are asked for.
func (d *Daemon) list(w http.ResponseWriter, filters string) {
	var asked struct{ Label map[string]bool }
	if err := json.Unmarshal([]byte(filters), &asked); err != nil {
		reply(w, "server-error")
		return
	}
	found := []map[string]any{}
	d.mu.Lock()
	for _, c := range d.all {
		labels, _ := c.Request["Labels"].(map[string]any)
		fits := !c.Removed
		for label := range asked.Label {
			name, want, _ := strings.Cut(label, "=")
			fits = fits && labels[name] == want
		}
		if fits {
			found = append(found, map[string]any{"Id": c.ID, "Labels": labels})
		}
	}
	d.mu.Unlock()
	_ = json.NewEncoder(w).Encode(found) // who has gone hears nothing
}

func (d *Daemon) remove(w http.ResponseWriter, c *made) {
	d.mu.Lock()
	c.Removed = true
	delete(d.containers, c.ID)
	d.mu.Unlock()
	c.end()
	w.WriteHeader(http.StatusNoContent)
}

func (d *Daemon) start(w http.ResponseWriter, c *made) {
	if c.image.Start != "" {
		reply(w, c.image.Start)
		return
	}
	d.mu.Lock()
	c.Started = true
	for i, text := range []string{c.image.Stdout, c.image.Stderr} {
		for name, file := range c.Files {
			text = strings.ReplaceAll(text, "{{"+name+"}}", file)
		}
		c.prints[i] = text
	}
	for name, text := range c.image.Writes {
		if text == "" {
			delete(c.Files, name)
			continue
		}
		c.Files[name] = text
	}
	d.mu.Unlock()
	close(c.begun)
	if !c.image.Blocks {
		c.end()
	}
	d.began <- struct{}{}
	w.WriteHeader(http.StatusNoContent)
}

// attach prints what the container does once it has begun, each stream in frames of a few bytes, which are no lines.
func (d *Daemon) attach(w http.ResponseWriter, r *http.Request, c *made) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		reply(w, "server-error")
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	select {
	case <-c.begun:
	case <-c.ended:
		select {
		case <-c.begun: // it has ended at once
		default:
			return
		}
	case <-r.Context().Done():
		return
	}
	const few = 5
	for i, text := range c.prints {
		for part := range slices.Chunk([]byte(text), few) {
			frame := []byte{byte(i + 1), 0, 0, 0, 0, 0, 0, 0}
			binary.BigEndian.PutUint32(frame[4:], uint32(len(part)))
			_, _ = conn.Write(append(frame, part...)) // who has gone hears nothing
		}
	}
	if !c.image.Lost {
		<-c.ended
	}
}

func (d *Daemon) wait(w http.ResponseWriter, r *http.Request, c *made) {
	w.Header().Set("Content-Type", "application/json")
	_ = http.NewResponseController(w).Flush() // as the daemon does; who has gone hears nothing
	select {
	case <-c.ended:
	case <-r.Context().Done():
		return
	}
	if c.image.Lost {
		panic(http.ErrAbortHandler)
	}
	var out bytes.Buffer
	_ = json.NewEncoder(&out).Encode(map[string]any{"StatusCode": c.image.Exit}) // it is a number
	_, _ = w.Write(out.Bytes())
}

// archive answers with the files below a path, by names that begin with the last part of it.
func (d *Daemon) archive(w http.ResponseWriter, c *made, at string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, there := c.Files[at+"/"]; !there {
		reply(w, "path-missing", "{{path}}", at, "{{id}}", c.ID)
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("X-Docker-Container-Path-Stat", base64.StdEncoding.EncodeToString([]byte(`{"name":"`+path.Base(at)+`","size":4096,"mode":2147484159,"mtime":"2026-01-02T03:04:05Z","linkTarget":""}`)))
	out := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		below, found := strings.CutPrefix(name, at+"/")
		if !found {
			continue
		}
		text := c.Files[name]
		h := &tar.Header{Name: path.Join(path.Base(at), below), Typeflag: tar.TypeReg, Size: int64(len(text)), Mode: 0o644}
		switch target, isLink := strings.CutPrefix(text, "-> "); {
		case isLink:
			h.Typeflag, h.Linkname, h.Size, text = tar.TypeSymlink, target, 0, ""
		case strings.HasSuffix(name, "/"):
			h.Typeflag, h.Size, h.Name, h.Mode = tar.TypeDir, 0, h.Name+"/", 0o777
		}
		if target, isLink := strings.CutPrefix(text, "=> "); isLink {
			h.Typeflag, h.Linkname, h.Size, text = tar.TypeLink, path.Join(path.Base(at), target), 0, ""
		}
		_ = out.WriteHeader(h)           // who has gone hears nothing
		_, _ = io.WriteString(out, text) // likewise
	}
	_ = out.Close() // likewise
}
