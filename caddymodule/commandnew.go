package caddymodule

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/caddy-kestra/kestra-webhook/engine"
	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

func newCommand() *cobra.Command {
	var dir, namespace, id string
	c := &cobra.Command{
		Use:   "new <sender> [--dir <folder>] [--namespace <namespace>] [--id <id>]",
		Short: "Writes a flow for a sender's webhooks, with cases, to start from",
		Long: `
Writes a flow for the webhooks of a service that ` + "`caddy kestra senders`" + ` lists: with
its trigger, its signature, a condition on the event and a first task; and beside
it cases for ` + "`caddy kestra test`" + `. Prints a new random key, as the command that
sets it in the environment of the server, and what else is to be set there. The
key is in no file. Files that exist are not overwritten.`,
		Args: cobra.ExactArgs(1),
		RunE: runE(func(c *cobra.Command, args []string) error {
			sender := engine.SenderByName(args[0])
			if sender == nil {
				return unknownSender(args[0])
			}
			if id == "" {
				id = sender.Name
			}
			public, private := "", ""
			if sender.SignsByKey() {
				var err error
				if private, public, err = engine.NewKeyPair(sender.Signature.Algorithm); err != nil {
					return err
				}
			}
			starter, err := sender.Starter(namespace, id, public, private)
			if err != nil {
				return err
			}
			if _, found := engine.Core().Load([]*flow.Source{flow.NewSource("the new flow", []byte(starter.Flow))}); found.Err() != nil {
				return found.Err() // of a namespace or an id that cannot be
			}
			name := filepath.Join(dir, id)
			if err := writeNew(name+".yml", starter.Flow); err != nil {
				return err
			}
			if err := writeNew(name+".test.yml", starter.Cases); err != nil {
				return errors.Join(err, os.Remove(name+".yml"))
			}
			w := c.OutOrStdout()
			fmt.Fprintf(w, "%s.yml, and its cases in %s.test.yml, are there. Set in the environment of the server:\n\n", name, name)
			fmt.Fprintf(w, "    export SECRET_%s=%s\n", starter.Key, base64.StdEncoding.EncodeToString([]byte(rand.Text())))
			for _, secret := range starter.Asked {
				fmt.Fprintf(w, "    export SECRET_%s=$(printf %%s '…' | base64)   # %s: %s\n", secret.Name, sender.Title, secret.Called)
			}
			_, err = io.WriteString(w, nextSteps(dir, namespace+"/"+id, starter.Event))
			return err
		}),
	}
	c.Flags().StringVarP(&dir, "dir", "d", ".", "folder of the files, which must be there")
	c.Flags().StringVarP(&namespace, "namespace", "n", "company.team", "namespace of the flow")
	c.Flags().StringVar(&id, "id", "", "id of the flow, and the name of its files (default: that of the sender)")
	return c
}

func nextSteps(dir, name, event string) string {
	send := "caddy kestra send " + name
	if event != "" {
		send += " --event " + shellQuote(event)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nThen\n\n    caddy kestra test %s\n    caddy kestra urls --show-keys   # what to enter there\n    %s   # a signed sample, to a server that runs\n", shellQuote(dir), send)
	return b.String()
}

// writeNew writes a file that is not there yet.
func writeNew(name, text string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a flow, without secrets
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and is not overwritten", name)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, text)
	return errors.Join(err, file.Close())
}

// unknownSender is the error of a name that no sender has.
func unknownSender(name string) error {
	all := engine.Senders()
	known := make([]string, len(all))
	for i, s := range all {
		known[i] = s.Name
	}
	return fmt.Errorf("there is no sender %q; there are %s", name, strings.Join(known, ", "))
}
