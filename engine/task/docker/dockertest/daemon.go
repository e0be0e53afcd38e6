package dockertest

import (
	"embed"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

//go:embed answers/*.json
var answers embed.FS

// Image is what a container of an image does.
type Image struct {
	Missing bool   // the daemon has it only when it was pulled
	Pull    string // the name of an answer to pulling it; empty: pull

	Stdout, Stderr string // what a container prints; {{path}} is what a file in it has
	Exit           int
	OOM            bool              // it was killed since memory was short
	Writes         map[string]string // files that it writes, by their paths; one without text is removed
	Blocks         bool              // it goes on until it is killed
	Lost           bool              // the connection is lost while it prints
	Start          string            // the name of an answer to starting it; empty: it starts
	Stop           string            // the name of an answer to asking it to end; empty: it ends
	Made           func()            // called when it is made, before that is answered; nil: nothing is
}

// Daemon is a stand-in for a Docker daemon.
type Daemon struct {
	Host string // of it, as the option `docker` has it

	mu         sync.Mutex
	images     map[string]*Image
	builds     map[string]string // the answers to builds, by the first name of the image
	containers map[string]*made
	all        []*made
	requests   []Request
	began      chan struct{}
}

// Container is one that was made.
type Container struct {
	ID      string
	Request map[string]any    // to make it
	Files   map[string]string // in it, by their paths, of which folders end with a slash; links have their targets after an arrow
	Started bool
	Removed bool
	Killed  bool
}

// made is a container, and what it does.
type made struct {
	Container

	image  *Image
	prints [2]string
	begun  chan struct{} // closed when it has
	ended  chan struct{} // likewise
	once   sync.Once
}

// Request is one that the daemon was sent.
type Request struct {
	Method, Path, Query string
	Auth                string            // what the header with credentials has, decoded
	Files               map[string]string // of an archive
}

// New starts a daemon on loopback, which ends with the test. It has images by their names.
func New(t testing.TB, images map[string]*Image) *Daemon {
	t.Helper()
	d := Start(images)
	s := httptest.NewServer(d)
	t.Cleanup(s.Close)
	d.Host = "tcp://" + strings.TrimPrefix(s.URL, "http://")
	t.Cleanup(d.endAll)
	return d
}

// Start returns a daemon that serves nothing yet: it is an [http.Handler].
func Start(images map[string]*Image) *Daemon {
	return &Daemon{images: images, builds: map[string]string{}, containers: map[string]*made{}, began: make(chan struct{}, 100)}
}

func (d *Daemon) endAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.all {
		c.end()
	}
}

// Builds says which answer the build of an image gets.
func (d *Daemon) Builds(image, answer string) { d.builds[image] = answer }

// Began is sent to when a container has begun.
func (d *Daemon) Began() <-chan struct{} { return d.began }

// Containers returns those that were made, in their order, as they are now.
func (d *Daemon) Containers() []Container {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Container, len(d.all))
	for i, c := range d.all {
		all[i] = c.Container
		all[i].Files = maps.Clone(c.Files)
	}
	return all
}

// Requests returns those that came since it was last asked for, but for those that look at something.
func (d *Daemon) Requests() []Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.requests
	d.requests = nil
	return all
}

func (c *made) end() { c.once.Do(func() { close(c.ended) }) }

// reply answers with what is recorded under a name; words are put in, each after its place.
func reply(w http.ResponseWriter, name string, words ...string) {
	raw, err := answers.ReadFile("answers/" + name + ".json")
	var a struct {
		Status int
		Body   string
		JSON   json.RawMessage
		Lines  []json.RawMessage
	}
	if err == nil {
		err = json.Unmarshal([]byte(strings.NewReplacer(words...).Replace(string(raw))), &a)
	}
	if err != nil {
		panic(err) // a fault of the test
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	if a.JSON != nil {
		a.Lines = append(a.Lines, a.JSON)
	}
	for _, line := range a.Lines {
		_, _ = w.Write(append(line, '\n')) // who has gone hears nothing
	}
	_, _ = io.WriteString(w, a.Body)
}
