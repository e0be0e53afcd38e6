package caddymodule

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/size"
)

// option is the name of the global option.
const option = "kestra"

func init() {
	httpcaddyfile.RegisterGlobalOption(option, parseOption)
	// Not RegisterHandlerDirective: that takes a first argument that begins with a slash for a path matcher.
	httpcaddyfile.RegisterDirective(directive, parseDirective)
	// After what guards a site (basic_auth, forward_auth, request_body), and before templates, which would evaluate a
	// text/plain answer made of request data, and before all that answers catch-all.
	// The one that is registered last comes first.
	httpcaddyfile.RegisterHandlerDirective(apiDirective, parseAPIDirective)
	httpcaddyfile.RegisterDirectiveOrder(apiDirective, httpcaddyfile.After, "encode")
	httpcaddyfile.RegisterDirectiveOrder(directive, httpcaddyfile.After, "encode")
}

func parseOption(d *caddyfile.Dispenser, existing any) (any, error) {
	if existing != nil {
		d.Next()
		return nil, d.Err("kestra is configured twice: write one kestra block")
	}
	a := new(App)
	if err := a.UnmarshalCaddyfile(d); err != nil {
		return nil, err
	}
	return httpcaddyfile.App{Name: option, Value: caddyconfig.JSON(a, nil)}, nil
}

// UnmarshalCaddyfile reads the global option. Its syntax:
//
//	kestra {
//		flows    <dir>...
//		flow     <<FLOW
//			...
//			FLOW
//		secrets  env
//		secrets  dir <path>
//		tasks    <group> {
//			<option>...
//		}
//		watch    off|<interval>
//		store    memory
//		store    sqlite [<path>] {
//			lock_timeout <duration>
//		}
//		retention {
//			age   <duration>|off [<state>...]
//			count <n> [<state>...]
//			size  <size>|off
//		}
//		strict
//		base_url <url>
//		workers  <n>
//		capacity <n>
//		max_pending <n>
//
//		memory_limit    <size>
//		evaluation_wait <duration>
//		flow_share      <percent>
//
//		drain_timeout <duration>
//
//		files               <dir>
//		files_limit         <size>
//		files_per_execution <size>
//
//		deny_private
//		keep_credentials
//
//		allow_commands {
//			run_as       <user>
//			memory       <size>
//			cpu          <duration>
//			max_parallel <n>
//			environments <size>
//		}
//		docker     <host> {
//			allow privileged|host_network|devices|volumes...
//			tls   <ca file> <certificate file> <key file>
//		}
//		containers require|prefer|process
//
//		upstream <url> {
//			header        <name> <value>
//			basic_auth    <user> <password>
//			tls {
//				ca          <file>...
//				certificate <file> <key file>
//				server_name <name>
//				insecure_skip_verify
//			}
//			timeout       <duration>
//			hand_on_retry <duration>
//		}
//	}
//
// Options flows, flow, secrets and tasks may be repeated. Relative folders are taken from the folder of the Caddyfile.
func (a *App) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // consume the option's name
	if d.NextArg() {
		return d.Errf("kestra takes no argument: write `kestra {`, and `flows %s` in the block", d.Val())
	}
	return parseOptions(d, []string{"flows", "flow", "secrets", "tasks"}, func(name string) error {
		switch name {
		case "secrets":
			return a.parseSecrets(d)
		case "flows":
			dirs, err := parseDirs(d)
			if err != nil {
				return err
			}
			a.FlowDirs = append(a.FlowDirs, dirs...)
		case "flow":
			source := d.File() + ":" + strconv.Itoa(d.Line())
			var text string
			if !d.AllArgs(&text) {
				return d.Err("flow takes the text of one flow: write `flow <<FLOW`, the YAML on the next lines, and FLOW on a line of its own")
			}
			a.InlineFlows = append(a.InlineFlows, InlineFlow{Source: source, YAML: text})
		case "tasks":
			return a.parseTasks(d)
		case "upstream":
			a.Upstream = new(Upstream)
			return a.Upstream.UnmarshalCaddyfile(d)
		case "store":
			if err := a.parseStore(d); err != nil {
				return err
			}
		case "retention":
			a.Retention = new(Retention)
			if err := a.Retention.UnmarshalCaddyfile(d); err != nil {
				return err
			}
		case "strict":
			if d.NextArg() {
				return d.Err("strict takes no argument")
			}
			a.Strict = true
		case "watch":
			if !d.AllArgs(&a.Watch) {
				return d.ArgErr()
			}
			if _, err := parseWatch(a.Watch); err != nil || a.Watch == "" {
				return d.Err("watch takes `off`, or how often to look for changes that the system does not tell, at least 100ms: write `watch 2s`")
			}
		case "base_url":
			if !d.AllArgs(&a.BaseURL) {
				return d.ArgErr()
			}
		case "workers":
			if err := parseCount(d, &a.Workers); err != nil {
				return err
			}
		case "capacity":
			if err := parseCount(d, &a.Capacity); err != nil {
				return err
			}
		case "max_pending":
			if err := parseCount(d, &a.MaxPending); err != nil {
				return err
			}
		case "memory_limit":
			if err := parseBytes(d, &a.MemoryLimit); err != nil {
				return err
			}
		case "evaluation_wait":
			if err := parseTime(d, &a.EvaluationWait); err != nil {
				return err
			}
		case "drain_timeout":
			if err := parseTime(d, &a.DrainTimeout); err != nil {
				return err
			}
		case "flow_share":
			if err := parseCount(d, &a.FlowShare); err != nil {
				return err
			}
		case "keep_credentials":
			if d.NextArg() {
				return d.Err("keep_credentials takes no argument")
			}
			a.KeepCredentials = true
		case "deny_private":
			if d.NextArg() {
				return d.Err("deny_private takes no argument")
			}
			a.DenyPrivate = true
		case "allow_commands":
			a.AllowCommands = new(AllowCommands)
			return a.AllowCommands.UnmarshalCaddyfile(d)
		case "docker":
			return a.parseDocker(d)
		case "containers":
			return a.parseContainers(d)
		case "files":
			if !d.AllArgs(&a.Files) || a.Files == "" {
				return d.Err("files takes one folder: write `files ./files`")
			}
			a.Files = resolveDirs(d, []string{a.Files})[0]
		case "files_limit":
			if err := parseBytes(d, &a.FilesLimit); err != nil {
				return err
			}
		case "files_per_execution":
			if err := parseBytes(d, &a.FilesPerExecution); err != nil {
				return err
			}
		default:
			return d.Errf("unrecognized option %q of kestra: there are flows, flow, secrets, tasks, watch, store, retention, strict, base_url, workers, capacity, max_pending, "+
				"memory_limit, evaluation_wait, flow_share, drain_timeout, files, files_limit, files_per_execution, deny_private, keep_credentials, allow_commands, docker, containers and upstream", name)
		}
		return nil
	})
}

// parseOptions calls read for each option of a block. Those that are not repeatable may be given once, and none has a block.
func parseOptions(d *caddyfile.Dispenser, repeatable []string, read func(name string) error) error {
	seen := make(map[string]bool)
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		name := d.Val()
		if seen[name] && !slices.Contains(repeatable, name) {
			return d.Errf("%s is given twice", name)
		}
		seen[name] = true
		if err := read(name); err != nil {
			return err
		}
		if d.NextBlock(d.Nesting()) {
			return d.Errf("%s takes no block", name)
		}
	}
	return nil
}

func (a *App) parseStore(d *caddyfile.Dispenser) error {
	if !d.NextArg() {
		return d.Err("store takes a name: write `store sqlite`, or `store memory`")
	}
	name := d.Val()
	id := storeNamespace + "." + name
	if _, err := caddy.GetModule(id); err != nil {
		return d.Errf("unknown store %q: write `store sqlite`, or `store memory`", name)
	}
	store, err := caddyfile.UnmarshalModule(d, id)
	if err != nil {
		return err
	}
	a.StoreRaw = caddyconfig.JSONModuleObject(store, "store", name, nil)
	return nil
}

func parseDirs(d *caddyfile.Dispenser) ([]string, error) {
	dirs := d.RemainingArgs()
	if len(dirs) == 0 || slices.Contains(dirs, "") {
		return nil, d.Err("flows takes one or more folders: write `flows ./flows`")
	}
	return resolveDirs(d, dirs), nil
}

// resolveDirs makes folders absolute, relative ones from the folder of the file they are written in. One that begins
// with a placeholder is left for Provision, when its value is known.
func resolveDirs(d *caddyfile.Dispenser, dirs []string) []string {
	for i, dir := range dirs {
		if filepath.IsAbs(dir) || strings.HasPrefix(dir, "{") {
			continue
		}
		if absolute, err := filepath.Abs(filepath.Join(filepath.Dir(d.File()), dir)); err == nil {
			dirs[i] = absolute
		}
	}
	return dirs
}

func parseCount(d *caddyfile.Dispenser, to *int) error {
	name := d.Val()
	var text string
	if !d.AllArgs(&text) {
		return d.ArgErr()
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return d.Errf("%s takes a whole number of at least 1, not %s", name, text)
	}
	*to = n
	return nil
}

func parseBytes(d *caddyfile.Dispenser, to *int64) error {
	name := d.Val()
	var text string
	if !d.AllArgs(&text) {
		return d.ArgErr()
	}
	n, ok := size.Parse(text)
	if !ok {
		return d.Errf("%s %s is not a size between 1B and 1TiB: write it as 10MiB or 10MB", name, text)
	}
	*to = n
	return nil
}

func parseTime(d *caddyfile.Dispenser, to *caddy.Duration) error {
	name := d.Val()
	var text string
	if !d.AllArgs(&text) {
		return d.ArgErr()
	}
	duration, err := parseDuration(text)
	if err != nil {
		return d.Errf("%s %s is not a positive duration: write it as 30s, 1m30s or PT30S", name, text)
	}
	*to = caddy.Duration(duration)
	return nil
}

// parseDuration accepts Caddy's form of a duration (1d, 1m30s) and ISO-8601's (PT1M30S).
func parseDuration(text string) (time.Duration, error) {
	duration, err := caddy.ParseDuration(text)
	if err != nil {
		duration, err = flow.ParseDuration(text)
	}
	if err == nil && duration <= 0 {
		err = fmt.Errorf("duration %s is not positive", text)
	}
	return duration, err
}

// Interface guard
var _ caddyfile.Unmarshaler = (*App)(nil)
