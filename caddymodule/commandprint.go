package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

const (
	// localBase is where Caddyfile.example listens.
	localBase = "http://localhost:8080"
	// maskedKey stands for a key that is not to be shown; it says nothing of its length.
	maskedKey = "********"
)

// printFinding prints a finding as compilers do: place, kind, and what it is.
func printFinding(w io.Writer, kind string, d *flow.Diagnostic) {
	var parts []string
	for _, part := range []string{d.Pos.String(), kind, d.Path, d.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	fmt.Fprintln(w, strings.Join(parts, ": "))
}

func countErrors(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%s found", count(n, "error"))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printURLs prints a line for each URL. Those of the triggers in off are marked.
func printURLs(w io.Writer, urls []engine.URL, off map[triggerName]bool, base string, showKeys bool) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "METHOD\tURL\tFLOW\tTRIGGER")
	for _, u := range urls {
		shown := shownTrigger(u)
		if off[triggerName{u.Namespace, u.FlowID, u.TriggerID}] {
			shown += " (switched off)"
		}
		fmt.Fprintf(table, "%s\t%s\t%s/%s\t%s\n",
			strings.Join(u.Methods, ","), base+shownPath(u, showKeys), u.Namespace, u.FlowID, shown)
	}
	return table.Flush()
}

// shownPath returns the URL's path with what may be shown of the key.
func shownPath(u engine.URL, showKeys bool) string {
	switch {
	case u.Key != "" && showKeys:
		return u.Path(u.Key)
	case u.Key != "":
		return u.Path("") + maskedKey
	case len(u.Needs) > 0:
		return u.Path("") + "(" + needs(u) + ")"
	default:
		return u.Path("") + "(no key)"
	}
}

// needs says which environment variables the key lacks.
func needs(u engine.URL) string { return "needs " + strings.Join(u.Needs, ", ") }

// shownTrigger returns the trigger's id with what keeps it from getting requests.
func shownTrigger(u engine.URL) string {
	text := u.TriggerID
	if u.Disabled {
		text += " (disabled)"
	}
	if u.Finding != nil && (u.Key != "" || len(u.Needs) == 0) {
		text += " (key: " + u.Finding.Message + ")"
	}
	return text
}

// printCurl prints a command for each webhook of the flow that is named as in namespace/flow.
func printCurl(w io.Writer, flows *commandFlows, name, base, data string) error {
	var urls []engine.URL
	for _, u := range flows.urls {
		if u.Namespace+"/"+u.FlowID == name {
			urls = append(urls, u)
		}
	}
	switch namespace, id, complete := strings.Cut(name, "/"); {
	case len(urls) > 0:
	case flows.set.Flow(namespace, id) != nil:
		return fmt.Errorf("flow %s has no webhook that a site serves", name)
	case !complete:
		return fmt.Errorf("%w: write <namespace>/<flow>, %q is none; %s", errNoFlow, name, withWebhook(flows.urls))
	default:
		return fmt.Errorf("%w: %s is not among those that load; %s", errNoFlow, name, withWebhook(flows.urls))
	}
	namespace, id, _ := strings.Cut(name, "/")
	base, err := flows.site(base, flows.set.Flow(namespace, id))
	if err != nil {
		return err
	}
	arguments, err := curlData(data)
	if err != nil {
		return err
	}
	var unusable []error
	for _, u := range urls {
		switch {
		case u.Key == "" && len(u.Needs) > 0:
			unusable = append(unusable, fmt.Errorf("trigger %s: key %s", u.TriggerID, needs(u)))
			continue
		case u.Key == "":
			unusable = append(unusable, fmt.Errorf("trigger %s: key %s", u.TriggerID, u.Finding.Message))
			continue
		case len(urls) > 1:
			fmt.Fprintf(w, "# %s\n", shownTrigger(u))
		}
		fmt.Fprintf(w, "curl -X POST%s %s\n", arguments, shellQuote(base+u.Path(u.Key)))
	}
	return errors.Join(unusable...)
}

// withWebhook names the flows of URLs.
func withWebhook(urls []engine.URL) string {
	var names []string
	for _, u := range urls {
		names = append(names, u.Namespace+"/"+u.FlowID)
	}
	if names = slices.Compact(names); len(names) == 0 {
		return "no flow has a webhook"
	}
	return "with a webhook there are " + strings.Join(names, ", ")
}

// curlData returns the arguments for a body, with a blank before each. A body that is JSON is declared so; curl would say
// that it is a form.
func curlData(data string) (string, error) {
	if data == "" {
		return "", nil
	}
	text := []byte(data)
	if file, ok := strings.CutPrefix(data, "@"); ok {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return "", fmt.Errorf("--data: %w", err)
		}
	}
	contentType := "text/plain"
	if json.Valid(text) {
		contentType = "application/json"
	}
	return " -H 'Content-Type: " + contentType + "' --data-binary " + shellQuote(data), nil
}

// shellQuote quotes a text for POSIX shells, if it needs it.
func shellQuote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
