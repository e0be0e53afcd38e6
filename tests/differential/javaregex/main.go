package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/caddy-kestra/kestra-webhook/engine/javaregex"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the random patterns")
	n := flag.Int("n", 5000, "how many")
	compare := flag.Bool("compare", false, "read answers and print the differences")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	if *compare {
		kinds := map[string]int{}
		equal, all := differences(os.Stdin, func(line, ours string) {
			kind := kindOf(line, ours)
			kinds[kind]++
			fmt.Fprintf(out, "%s: %s\n\t%s\n", kind, line, ours)
		})
		fmt.Fprintf(out, "%d of %d equal; different: %v\n", equal, all, kinds)
	} else {
		m := newMaker(*seed)
		for range *n {
			q := m.question()
			fmt.Fprintf(out, "%s\t%s\t%s\n", quote(q.pattern), quote(q.replacement), quote(q.subject))
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// differences reads lines of a question and Java's answer, and calls each for those to which package javaregex answers
// otherwise.
func differences(r io.Reader, each func(line, ours string)) (equal, all int) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), "\t", 4)
		if len(fields) < 4 {
			continue
		}
		all++
		ours := answer(question{unquote(fields[0]), unquote(fields[1]), unquote(fields[2])})
		if ours == fields[3] || fields[3] == "!" && strings.HasPrefix(ours, "! ") {
			equal++
		} else {
			each(lines.Text(), ours)
		}
	}
	return equal, all
}

// answer returns the answer of package javaregex in the form of Answers.java, but with the error after the ! of a pattern that
// is refused, and with a ? and an error for a search that fails.
func answer(q question) string {
	whole, err := javaregex.Compile(q.pattern, javaregex.Options{Whole: true})
	if err != nil {
		return "! " + err.Error()
	}
	re, err := javaregex.Compile(q.pattern, javaregex.Options{})
	if err != nil {
		return "not the same with whole texts"
	}
	var b, out strings.Builder
	err = whole.Matches(q.subject, free{}, func(javaregex.Match) (bool, error) {
		b.WriteString("=")
		return false, nil
	})
	if err != nil {
		return "? " + err.Error()
	}
	from := 0
	var failed error
	err = re.Matches(q.subject, free{}, func(m javaregex.Match) (bool, error) {
		for g := range re.NumGroups() + 1 {
			b.WriteString(map[bool]string{true: " ", false: ","}[g == 0])
			start, end, ok := m.Span(g)
			if !ok {
				b.WriteString("-")
				continue
			}
			b.WriteString(strconv.Itoa(utf8.RuneCountInString(q.subject[:start])) + ":" + strconv.Itoa(utf8.RuneCountInString(q.subject[:end])))
		}
		out.WriteString(q.subject[from:m.Start()])
		from = m.End()
		failed = errors.Join(failed, m.Expand(&out, q.replacement))
		return true, nil
	})
	if err != nil {
		return "? " + err.Error()
	}
	if failed != nil {
		return b.String() + "\t!"
	}
	return b.String() + "\t" + quote(out.String()+q.subject[from:])
}

// free is a meter that lets everything pass.
type free struct{}

func (free) Charge(int) error          { return nil }
func (free) Allocate(int) error        { return nil }
func (free) Spend(time.Duration) error { return nil }

// quote returns a text as JSON in ASCII.
func quote(s string) string {
	b := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || r > '~' && r < 0x10000:
			b = fmt.Appendf(b, `\u%04x`, r)
		case r > '~':
			r -= 0x10000
			b = fmt.Appendf(b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			b = append(b, byte(r))
		}
	}
	return string(append(b, '"'))
}

func unquote(s string) string {
	var out string
	if json.Unmarshal([]byte(s), &out) != nil {
		return s
	}
	return out
}
