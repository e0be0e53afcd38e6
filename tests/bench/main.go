package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	rounds  int
	time    time.Duration // of one case in one round
	clients int
	body    int // bytes
	flows   int
}

// warmUp is how long a case is driven before it is measured.
func (o options) warmUp() time.Duration { return o.time / 10 }

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var seconds float64
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 5, "how many times all cases are driven in turn")
	flags.Float64Var(&seconds, "seconds", 3, "how long a case is driven in each round")
	flags.IntVar(&o.clients, "clients", 64, "connections")
	flags.IntVar(&o.body, "body", 1024, "`bytes` of each request's body")
	flags.IntVar(&o.flows, "flows", 10_000, "flows that are loaded beside 10")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	o.time = time.Duration(seconds * float64(time.Second))
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("argument %s: there are only flags", flags.Arg(0))
	case o.rounds < 1 || o.rounds > 1000:
		return options{}, fmt.Errorf("-rounds %d is not from 1 to 1,000", o.rounds)
	case !(seconds >= 0.01 && seconds <= 3600):
		return options{}, fmt.Errorf("-seconds %v is not from 0.01 to 3,600", seconds)
	case o.clients < 1 || o.clients > 10_000:
		return options{}, fmt.Errorf("-clients %d is not from 1 to 10,000", o.clients)
	case o.body < minBody || o.body > 9<<20:
		return options{}, fmt.Errorf("-body %d is not from %d to %d", o.body, minBody, 9<<20)
	case o.flows < fewFlows || o.flows > 1_000_000:
		return options{}, fmt.Errorf("-flows %d is not from %d to 1,000,000", o.flows, fewFlows)
	}
	return o, nil
}

// run measures, and writes the tables to stdout and its progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s, %s/%s, %d processors; rounds %d, %s each, clients %d, body %d bytes\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.rounds, o.time, o.clients, o.body)
	for _, measure := range []func(context.Context, testing.TB, options, io.Writer) (string, error){measureCases, measureFlows} {
		var table string
		err := within(func(tb testing.TB) (err error) {
			table, err = measure(ctx, tb, o, stderr)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(stdout, table)
	}
	return nil
}
