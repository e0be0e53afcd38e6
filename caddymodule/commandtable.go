package caddymodule

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// Tables are for people: times are local, values are cut, and nothing in them moves the cursor or colors the screen, whatever a
// request brought. Programs get JSON.

// table prints rows of cells in columns.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer, headings ...string) table {
	t := table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	if len(headings) > 0 {
		fmt.Fprintln(t.w, strings.Join(headings, "\t"))
	}
	return t
}

// row adds cells. An empty one is shown as a dash, so that every row has as many words as another.
func (t table) row(cells ...string) {
	for i, c := range cells {
		if c == "" {
			cells[i] = "-"
		}
	}
	fmt.Fprintln(t.w, strings.Join(cells, "\t"))
}

func (t table) flush() error { return t.w.Flush() }

// cellWidth is how many characters of a value a table shows.
const cellWidth = 60

// cut returns what a table shows of a text.
func cut(text string, width int) string {
	runes := []rune(printable(text))
	if len(runes) <= width {
		return string(runes)
	}
	return strings.TrimRight(string(runes[:width-1]), " ") + "…"
}

// printable writes characters that terminals act on as Go escapes them, newlines and tabs too.
func printable(text string) string {
	if strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unprintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// The forms of times in tables: in lists, and where order counts.
const (
	listTime  = "2006-01-02 15:04:05"
	exactTime = "2006-01-02 15:04:05.000"
)

// localTime returns a time as clocks here show it; nothing for the zero time.
func localTime(at time.Time, form string) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(form)
}

// lasted returns how long something took, to three digits or so; nothing when it has not begun or ended.
func lasted(start, end time.Time) string {
	if start.IsZero() || end.IsZero() {
		return ""
	}
	d := end.Sub(start)
	unit := time.Microsecond
	switch {
	case d >= time.Minute:
		unit = time.Second
	case d >= time.Second:
		unit = 10 * time.Millisecond
	case d >= time.Millisecond:
		unit = time.Millisecond
	}
	return d.Round(unit).String()
}

// binarySize returns a number of bytes as in 12.3 MiB.
func binarySize(n int64) string {
	const step = 1024
	if n < step {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, units := float64(n)/step, "KMGT"
	for f >= step && len(units) > 1 {
		f, units = f/step, units[1:]
	}
	return fmt.Sprintf("%.1f %ciB", f, units[0])
}
