// Xcaddybuild builds Caddy with this module as a user does, with xcaddy, from xcaddy.json and the checkout it stands in:
//
//	go run ./tests/xcaddybuild [-o caddy] [-with <module>=<folder>]
//
// The xcaddy that it runs is the one that tests/tools pins. The built binary must list exactly the modules that xcaddy.json
// promises; with another Go module, as that in tests/e2e/thirdparty, those and some of that one.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	output := flag.String("o", "caddy", "where to put the binary")
	with := flag.String("with", "", "another module to build in, as module=folder")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: go run ./tests/xcaddybuild [-o caddy] [-with <module>=<folder>]")
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *output, *with)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "xcaddybuild:", err)
		os.Exit(1)
	}
}

// run builds the binary from the checkout that the working directory is in, and looks at what it lists.
func run(ctx context.Context, output, with string) error {
	root, err := checkout(ctx)
	if err != nil {
		return err
	}
	r, err := readRecipe(root)
	if err != nil {
		return err
	}
	if output, err = filepath.Abs(output); err != nil {
		return err
	}
	if with != "" {
		if err := r.add(with); err != nil {
			return err
		}
	}
	if err := build(ctx, root, r, output); err != nil {
		return err
	}
	listing, err := exec.CommandContext(ctx, output, "list-modules", "--skip-standard").Output()
	if err != nil {
		return fmt.Errorf("%s list-modules: %w", output, err)
	}
	got, err := listed(string(listing))
	if err != nil {
		return err
	}
	promised, others := r.promised(got)
	if !slices.Equal(promised, r.Caddy.Modules) || (with == "") != (len(others) == 0) {
		return fmt.Errorf("the binary has the modules %q, xcaddy.json promises %q", got, r.Caddy.Modules)
	}
	fmt.Println("built", output, "with", strings.Join(got, ", "))
	return nil
}

// checkout returns the root of the module that the working directory is in.
func checkout(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	mod := string(bytes.TrimSpace(out))
	if filepath.Base(mod) != "go.mod" {
		return "", fmt.Errorf("not inside a checkout of the module")
	}
	return filepath.Dir(mod), nil
}

// build runs xcaddy.
//
// xcaddy asks the module proxy for the versions of every path it is given. Those of this checkout are on no proxy, and one
// that answers with another status than 404 or 410 ends the build. So everything that is needed is downloaded and checked
// against go.sum and the checksum database before, and xcaddy builds from the module cache alone.
func build(ctx context.Context, root string, r *recipe, output string) error {
	work, err := os.MkdirTemp("", "xcaddybuild")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	xcaddy := filepath.Join(work, "xcaddy.exe") // the ending is needed on Windows and harmless elsewhere
	if err := command(ctx, filepath.Join(root, "tests", "tools"), nil,
		"go", "build", "-o", xcaddy, "github.com/caddyserver/xcaddy/cmd/xcaddy"); err != nil {
		return err
	}
	if err := download(ctx, root, work, r.CaddyVersion); err != nil {
		return err
	}
	args := append(r.checkoutArguments(root), "--output", output)
	fmt.Println("xcaddy", strings.Join(args, " "))
	return command(ctx, root, []string{"GOPROXY=off", "GOSUMDB=off"}, xcaddy, args...)
}

// download fills the module cache with the modules that the checkout requires, and with those that Caddy alone requires:
// xcaddy first resolves Caddy without the checkout, which needs other versions of some modules.
func download(ctx context.Context, root, work, caddyVersion string) error {
	if err := command(ctx, root, nil, "go", "mod", "download"); err != nil {
		return err
	}
	alone := filepath.Join(work, "caddy")
	if err := os.Mkdir(alone, 0o700); err != nil {
		return err
	}
	const caddy = "github.com/caddyserver/caddy/v2"
	if err := command(ctx, alone, nil, "go", "mod", "init", "caddy"); err != nil {
		return err
	}
	return command(ctx, alone, nil, "go", "get", caddy+"/cmd@"+caddyVersion, caddy+"/modules/standard@"+caddyVersion)
}

// command runs a program in a folder, its output going to ours.
func command(ctx context.Context, folder string, env []string, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), env...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return nil
}
