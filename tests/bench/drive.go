package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// sample is what one case did in one round.
type sample struct {
	rate     float64       // answers per second
	cpu      time.Duration // of the server's process, per answer
	p50, p99 time.Duration
}

// drive measures one case in one round: it connects the clients, warms up, and measures.
func drive(ctx context.Context, t *target, o options) (sample, error) {
	s, err := driveClients(ctx, t, o)
	if ctx.Err() != nil {
		err = ctx.Err() // ctx closed the connections, and their errors only say so
	}
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", t.name, err)
	}
	return s, nil
}

func driveClients(ctx context.Context, t *target, o options) (sample, error) {
	clients, err := dialAll(ctx, t.address, o.clients)
	if err != nil {
		return sample{}, err
	}
	defer hangUp(clients)
	defer context.AfterFunc(ctx, func() { hangUp(clients) })()
	if _, err := during(ctx, clients, &t.request, o.warmUp()); err != nil {
		return sample{}, err
	}
	cpu, err := t.cpu(ctx)
	if err != nil {
		return sample{}, err
	}
	begin := time.Now()
	latencies, err := during(ctx, clients, &t.request, o.time)
	if err != nil {
		return sample{}, err
	}
	elapsed := time.Since(begin)
	after, err := t.cpu(ctx)
	if err != nil {
		return sample{}, err
	}
	n := len(latencies)
	slices.Sort(latencies)
	return sample{
		rate: float64(n) / elapsed.Seconds(),
		cpu:  (after - cpu) / time.Duration(n),
		p50:  latencies[n/2],
		p99:  latencies[n*99/100],
	}, nil
}

// dialAll connects clients, each of which begins with another text of a request.
func dialAll(ctx context.Context, address string, n int) ([]*client, error) {
	clients := make([]*client, 0, n)
	for i := range n {
		c, err := dial(ctx, address)
		if err != nil {
			hangUp(clients)
			return nil, err
		}
		c.sent = i
		clients = append(clients, c)
	}
	return clients, nil
}

func hangUp(clients []*client) {
	for _, c := range clients {
		c.conn.Close()
	}
}

// during has all clients send requests for some time, each at least one, and returns how long each answer took. The first
// error ends it.
func during(ctx context.Context, clients []*client, q *request, d time.Duration) ([]time.Duration, error) {
	end := time.Now().Add(d)
	group, ctx := errgroup.WithContext(ctx)
	latencies := make([][]time.Duration, len(clients))
	for i, c := range clients {
		group.Go(func() error {
			if err := c.conn.SetDeadline(end.Add(answerLimit)); err != nil {
				return err
			}
			begin := time.Now()
			for {
				if err := c.do(q); err != nil {
					return err
				}
				now := time.Now()
				latencies[i] = append(latencies[i], now.Sub(begin))
				begin = now
				if !now.Before(end) || ctx.Err() != nil {
					return ctx.Err()
				}
			}
		})
	}
	err := group.Wait()
	return slices.Concat(latencies...), err
}
