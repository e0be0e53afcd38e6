package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// line is one case and what it did, round by round.
type line struct {
	target  *target
	beside  *line // what it is compared with; nil: nothing
	samples []sample
}

// driveAll drives all cases in turn, round by round.
func driveAll(ctx context.Context, lines []*line, o options, progress io.Writer) error {
	for round := range o.rounds {
		fmt.Fprintf(progress, "round %d of %d\n", round+1, o.rounds)
		for _, l := range lines {
			s, err := drive(ctx, l.target, o)
			if err != nil {
				return err
			}
			l.samples = append(l.samples, s)
		}
	}
	return nil
}

// median returns the median of a figure over the rounds.
func (l *line) median(figure func(sample) float64) float64 {
	figures := make([]float64, len(l.samples))
	for i, s := range l.samples {
		figures[i] = figure(s)
	}
	return median(figures)
}

// ratio returns the median over the rounds of a figure divided by that of what the line is compared with.
func (l *line) ratio(figure func(sample) float64) float64 {
	ratios := make([]float64, len(l.samples))
	for i, s := range l.samples {
		ratios[i] = figure(s) / figure(l.beside.samples[i])
	}
	return median(ratios)
}

func median(figures []float64) float64 {
	slices.Sort(figures)
	n := len(figures)
	return (figures[(n-1)/2] + figures[n/2]) / 2
}

func rate(s sample) float64 { return s.rate }
func cpu(s sample) float64  { return float64(s.cpu) }
func p50(s sample) float64  { return float64(s.p50) }
func p99(s sample) float64  { return float64(s.p99) }

// casesTable returns the first table in Markdown.
func casesTable(lines []*line) string {
	var b strings.Builder
	b.WriteString("| | requests/s | of `respond` | server's processor time per request | of `respond` | p50 | p99 |\n" +
		"|---|---:|---:|---:|---:|---:|---:|\n")
	for _, l := range lines {
		rates, times := "", ""
		if l.beside != nil {
			rates, times = fmt.Sprintf("%.2f", l.ratio(rate)), fmt.Sprintf("%.2f", l.ratio(cpu))
		}
		fmt.Fprintf(&b, "| %s | %.0f | %s | %s | %s | %s | %s |\n", l.target.name, l.median(rate), rates,
			micros(l.median(cpu)), times, micros(l.median(p50)), micros(l.median(p99)))
	}
	return b.String()
}

// micros prints a time, given in nanoseconds.
func micros(ns float64) string {
	if ns >= 10*float64(time.Millisecond) {
		return fmt.Sprintf("%.1f ms", ns/1e6)
	}
	return fmt.Sprintf("%.1f µs", ns/1e3)
}
