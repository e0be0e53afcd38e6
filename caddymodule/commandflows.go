package caddymodule

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/caddyserver/caddy/v2"
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// origin says which configuration the commands go by: the one that they take their flows from when no files are given.
type origin struct {
	config, adapter string
	raw             []byte // the configuration in JSON, once it was read; nil: there is none
}

func (o *origin) addFlags(c *cobra.Command) {
	c.Flags().StringVarP(&o.config, "config", "c", "", "configuration to go by (default: ./Caddyfile)")
	c.Flags().StringVarP(&o.adapter, "adapter", "a", "", "name of the configuration's adapter")
}

// commandFlows are the flows that a command is about.
type commandFlows struct {
	catalog *engine.Catalog  // of these flows
	sources int              // places that hold a flow, with or without errors
	set     *flow.Set        // the flows without errors
	found   flow.Diagnostics // about all of them
	urls    []engine.URL     // of the flows that a site serves
	baseURL string           // of the configuration; empty: none
	secrets *engine.Secrets  // of the configuration; nil: those of the environment
	strict  bool             // of the configuration
	config  []byte           // in JSON; nil: there is none
	given   bool             // they are in files that the command was given, and not those of the configuration
}

// load returns the flows in files and folders, or, when there are none, of the configuration.
func (o *origin) load(paths []string) (*commandFlows, error) {
	var flows *commandFlows
	var err error
	if len(paths) > 0 {
		flows, err = o.loadPaths(paths)
	} else {
		flows, err = o.loadConfig()
	}
	if err != nil {
		return nil, err
	}
	if flows.sources == 0 {
		return nil, errNoFlow
	}
	flows.config, flows.given = o.raw, len(paths) > 0
	return flows, nil
}

// loadPaths returns the flows in files and folders. The configuration counts for the options of groups of tasks alone.
func (o *origin) loadPaths(paths []string) (*commandFlows, error) {
	var sources []*flow.Source
	for _, path := range paths {
		// What cannot be looked at is read as a file, and the finding says why it cannot.
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			sources = append(sources, flow.ReadFile(path))
			continue
		}
		inFolder, err := flow.ReadDir(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, inFolder...)
	}
	catalog, unread, err := o.loadCatalog()
	if err != nil {
		return nil, err
	}
	flows := &commandFlows{catalog: catalog, sources: len(sources)}
	flows.set, flows.found = catalog.Load(sources)
	if unread != nil {
		flows.found = append(flows.found, unread)
	}
	forbidden, err := forbiddenHeaders(flows.set, nil, nil)
	if err != nil {
		return nil, err
	}
	flows.found = append(flows.found, forbidden...)
	flows.urls = engine.URLs(flows.set, engine.SiteOptions{Environ: os.Environ()})
	return flows, nil
}

func (o *origin) loadConfig() (*commandFlows, error) {
	app, handlers, err := o.readConfig()
	switch {
	case err != nil:
		return nil, err
	case app == nil:
		return nil, fmt.Errorf("%w: neither flow files nor --config are given, and there is no ./Caddyfile", errNoFlow)
	}
	return loadConfigured(app, handlers)
}

// readConfig returns the parts of the configuration that are about flows; nil: none is named, and there is no ./Caddyfile.
func (o *origin) readConfig() (*App, []*Handler, error) {
	// What Caddy logs about the file is no part of a command's output; it is buffered, and never printed.
	caddy.BufferedLog()
	config, _, _, err := caddycmd.LoadConfig(o.config, o.adapter)
	if err != nil || len(config) == 0 {
		return nil, nil, err
	}
	o.raw = config
	return findConfigs(config)
}

// loadCatalog returns the catalog that a server with the configuration would have. Without --config, a ./Caddyfile that cannot be
// read is a warning, since it need not be that of the server.
func (o *origin) loadCatalog() (catalog *engine.Catalog, unread *flow.Diagnostic, err error) {
	app, _, err := o.readConfig()
	if err == nil && app != nil {
		catalog, err = commandCatalog(app)
	}
	if catalog != nil || err != nil && o.config != "" {
		return catalog, nil, err
	}
	if err != nil {
		unread = &flow.Diagnostic{
			Severity: flow.SeverityWarning, Pos: flow.Position{Source: &flow.Source{Name: "Caddyfile"}},
			Message: "groups of tasks have no options here: " + err.Error(),
		}
	}
	catalog, err = commandCatalog(&App{AllowCommands: new(AllowCommands)})
	return catalog, unread, err
}

// loadSecrets returns the secrets of the configuration, if one is named; else those of the environment.
func (o *origin) loadSecrets() (*engine.Secrets, error) {
	if o.config == "" {
		return engine.ReadSecrets(nil, os.Environ(), nil)
	}
	app, _, err := o.readConfig()
	if err != nil || app == nil {
		return nil, err
	}
	return commandSecrets(app)
}

// findConfigs returns the app's configuration and those of all handlers, wherever they stand.
func findConfigs(config []byte) (*App, []*Handler, error) {
	var tree any
	if err := json.Unmarshal(config, &tree); err != nil {
		return nil, nil, fmt.Errorf("configuration: %w", err)
	}
	var root struct {
		Apps struct {
			Kestra App `json:"kestra"`
		} `json:"apps"`
	}
	if err := json.Unmarshal(config, &root); err != nil {
		return nil, nil, fmt.Errorf("configuration: %w", err)
	}
	handlers, err := findHandlers(tree, nil)
	return &root.Apps.Kestra, handlers, err
}

// findHandlers adds the handlers below a JSON value, in the order of lists and of the names of members.
func findHandlers(node any, found []*Handler) ([]*Handler, error) {
	var err error
	switch node := node.(type) {
	case []any:
		for _, element := range node {
			if found, err = findHandlers(element, found); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		if node["handler"] == directive {
			h, err := decodeHandler(node)
			if err != nil {
				return nil, err
			}
			return append(found, h), nil
		}
		for _, name := range slices.Sorted(maps.Keys(node)) {
			if found, err = findHandlers(node[name], found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

func decodeHandler(node map[string]any) (*Handler, error) {
	text, err := json.Marshal(node)
	if err != nil {
		return nil, err
	}
	h := new(Handler)
	if err := json.Unmarshal(text, h); err != nil {
		return nil, fmt.Errorf("handler %s: %w", directive, err)
	}
	return h, nil
}

// loadConfigured loads what a server with this configuration would serve.
func loadConfigured(app *App, handlers []*Handler) (*commandFlows, error) {
	shared, err := readFlowDirs(app.FlowDirs)
	if err != nil {
		return nil, err
	}
	shared = append(shared, app.inlineSources()...)
	all := slices.Clone(shared)
	served := make([]map[string]bool, len(handlers)) // names of each site's sources
	for i, h := range handlers {
		own, err := readFlowDirs(h.FlowDirs)
		if err != nil {
			return nil, err
		}
		all = append(all, own...)
		served[i] = sourceNames(shared, own)
	}
	baseURL, err := parseBaseURL(caddy.NewReplacer().ReplaceKnown(app.BaseURL, ""))
	if err != nil {
		return nil, err
	}
	secrets, err := commandSecrets(app)
	if err != nil {
		return nil, err
	}
	catalog, err := commandCatalog(app)
	if err != nil {
		return nil, err
	}
	flows := &commandFlows{catalog: catalog, sources: len(all), baseURL: baseURL, secrets: secrets, strict: app.Strict}
	flows.set, flows.found = catalog.Load(all)
	forbidden, err := forbiddenHeaders(flows.set, handlers, served)
	if err != nil {
		return nil, err
	}
	flows.found = append(flows.found, forbidden...)
	flows.urls = engine.URLs(flows.set.Filter(func(f *flow.Flow) bool {
		for i, h := range handlers {
			if served[i][f.Source.Name] && engine.Serves(h.Namespaces, f.Namespace) {
				return true
			}
		}
		return false
	}), engine.SiteOptions{Environ: os.Environ(), Secrets: secrets, BaseURL: baseURL})
	return flows, nil
}

// readFlowDirs returns the sources in folders as a configuration names them.
func readFlowDirs(dirs []string) ([]*flow.Source, error) {
	placed, err := placeFlowDirs(dirs)
	if err != nil {
		return nil, err
	}
	var all []*flow.Source
	for _, dir := range placed {
		sources, err := flow.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		all = append(all, sources...)
	}
	return all, nil
}

func sourceNames(lists ...[]*flow.Source) map[string]bool {
	names := make(map[string]bool)
	for _, list := range lists {
		for _, source := range list {
			names[source.Name] = true
		}
	}
	return names
}

// base returns the URL to put before paths: the given one, else the configuration's, else the fallback.
func (f *commandFlows) base(given, fallback string) (string, error) {
	base, err := parseBaseURL(given)
	if err != nil {
		return "", errors.New("--base must be as in https://example.com")
	}
	return cmp.Or(base, f.baseURL, fallback), nil
}

// reportErrors prints the errors of flows that did not load, and returns how many there are as an error.
func (f *commandFlows) reportErrors(w io.Writer) error {
	found := f.found.Errors()
	for _, d := range found {
		printFinding(w, "error", d)
	}
	return countErrors(len(found))
}
