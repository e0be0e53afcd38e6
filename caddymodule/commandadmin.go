package caddymodule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

// running says where a command finds the admin endpoint of a running server, by the rules of `caddy reload`.
type running struct{ address, config, adapter string }

func (r *running) addFlags(c *cobra.Command) {
	c.Flags().StringVar(&r.address, "address", "", "address of the server's admin endpoint (default: that of the configuration, else "+caddy.DefaultAdminListen+")")
	c.Flags().StringVarP(&r.config, "config", "c", "", "configuration that names the address (default: ./Caddyfile, if there is one)")
	c.Flags().StringVarP(&r.adapter, "adapter", "a", "", "name of the configuration's adapter")
}

// serverFlags stands in the usage of the commands that ask a running server.
const serverFlags = " [--address <address> | --config <file> [--adapter <name>]]"

// where returns the address of the admin endpoint.
func (r *running) where() (string, error) {
	if r.address != "" {
		return r.address, nil
	}
	// What Caddy logs about the file is no part of a command's output; it is buffered, and never printed.
	caddy.BufferedLog()
	config, file, adapter, err := caddycmd.LoadConfig(r.config, r.adapter)
	if err != nil {
		return "", fmt.Errorf("%w; with --address, no configuration is read", err)
	}
	var root struct {
		Admin caddy.AdminConfig `json:"admin"`
	}
	if len(config) > 0 {
		if err := json.Unmarshal(config, &root); err != nil {
			return "", fmt.Errorf("configuration: %w", err)
		}
	}
	if root.Admin.Disabled {
		return "", fmt.Errorf("%s has `admin off`, and this command asks the server by its admin endpoint: take that out, or let it listen on a unix socket: `admin unix//run/caddy/admin.sock`", file)
	}
	return caddycmd.DetermineAdminAPIAddress("", config, file, adapter)
}

// open sends a request to the admin endpoint and returns its answer, which the caller closes. A body, if not nil, is sent as JSON.
func (r *running) open(method, path string, query url.Values, body any) (io.ReadCloser, error) {
	address, err := r.where()
	if err != nil {
		return nil, err
	}
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(text)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	response, err := caddycmd.AdminAPIRequest(address, method, path, nil, reader)
	if err != nil {
		return nil, explain(err, address)
	}
	return response.Body, nil
}

// explain says of an error of Caddy's function, whose kind is in its text alone, what it means.
func explain(err error, address string) error {
	text := err.Error()
	if reason, ok := strings.CutPrefix(text, "performing request: "); ok {
		if _, after, ok := strings.Cut(reason, `": `); ok { // behind the method and the URL
			reason = after
		}
		return fmt.Errorf("nothing answers at %s, the server's admin endpoint: %s. Is it running? "+
			"--address or --config say where its endpoint is; with `admin off` it has none", address, reason)
	}
	answer, ok := strings.CutPrefix(text, "caddy responded with error: HTTP ")
	status, said, cut := strings.Cut(answer, ": ")
	code, bad := strconv.Atoi(status)
	if !ok || !cut || bad != nil {
		return err
	}
	var known struct {
		Error string `json:"error"`
	}
	switch {
	case json.Unmarshal([]byte(said), &known) == nil && known.Error != "":
		return errors.New(printable(known.Error))
	case code == http.StatusNotFound: // Caddy's own answer to an unknown path
		return fmt.Errorf("the server at %s knows no such request: it is a Caddy without kestra_webhook, or with an older one", address)
	default:
		return fmt.Errorf("the server answered %d: %s", code, printable(strings.TrimSpace(said)))
	}
}

// call sends a request and returns the whole answer.
func (r *running) call(method, path string, query url.Values, body any) ([]byte, error) {
	answer, err := r.open(method, path, query, body)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	return io.ReadAll(answer)
}

// get asks for a value, and decodes it into to.
func (r *running) get(path string, query url.Values, to any) ([]byte, error) {
	text, err := r.call(http.MethodGet, path, query, nil)
	if err != nil {
		return nil, err
	}
	return text, decodeAnswer(text, to)
}

// post asks for something to be done, and decodes what is said of it into to, unless that is nil.
func (r *running) post(path string, body, to any) ([]byte, error) {
	text, err := r.call(http.MethodPost, path, nil, body)
	if err != nil || to == nil {
		return nil, err
	}
	return text, decodeAnswer(text, to)
}

func decodeAnswer(text []byte, to any) error {
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	return nil
}

// page is a part of a list, and where the next one begins: 0 after the last.
type page struct {
	Results []json.RawMessage `json:"results"`
	Next    int64             `json:"next,omitempty"`
}

// maxPage is the most that the server lists at once.
const maxPage = 1000

// each calls do for the elements of a list until it returns false, asking for as many pages as it takes: from is the parameter
// that says where a page begins.
func (r *running) each(path string, query url.Values, from string, do func(json.RawMessage) (bool, error)) error {
	for {
		var p page
		if _, err := r.get(path, query, &p); err != nil {
			return err
		}
		for _, element := range p.Results {
			if more, err := do(element); err != nil || !more {
				return err
			}
		}
		if p.Next == 0 {
			return nil
		}
		query.Set(from, strconv.FormatInt(p.Next, 10))
	}
}

// executionPath returns the path of an execution, or of something of it.
func executionPath(id string, more ...string) (string, error) {
	if id == "" {
		return "", errors.New("an execution's id must not be empty")
	}
	return "/kestra/executions/" + strings.Join(append([]string{url.PathEscape(id)}, more...), "/"), nil
}

// printIndented prints JSON as the server sent it, in several lines.
func printIndented(w io.Writer, text []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(text), "", "  "); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(w)
	return err
}

func addJSONFlag(c *cobra.Command, asJSON *bool, what string) {
	c.Flags().BoolVar(asJSON, "json", false, what)
}
