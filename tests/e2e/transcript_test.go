package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caddy-kestra/kestra-webhook/tests/e2e/harness"
)

// TestReadmeTranscript does what the README's part "Seeing what runs" shows: its configuration and flow, the commands in their order,
// and what each prints. Ids, times and durations are other ones each time; an id that was printed means the new one from there on.
func TestReadmeTranscript(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n### Seeing what runs\n")
	section, _, ok := strings.Cut(section, "\n### ")
	if !ok {
		t.Fatal("README.md has no such part")
	}
	caddyfile := fenced(t, section, "caddyfile")
	global := part(t, caddyfile, "{", "}")
	s := harness.Start(t, harness.Config{
		Global: global,
		Sites:  strings.ReplaceAll(strings.TrimPrefix(caddyfile, "{\n"+global+"\n}\n"), ":8080", ":{$HTTP_PORT}"),
		Files:  map[string]string{"flows/order.yml": fenced(t, section, "yaml")},
	})
	r := transcript{server: s, ids: map[string]string{}}
	var got strings.Builder
	same := true
	for _, c := range shownCommands(fenced(t, section, "console")) {
		output := r.run(t, c.command)
		same = r.compare(c.output, output) && same
		fmt.Fprintf(&got, "$ %s\n%s", c.command, output)
	}
	if !same || got.Len() == 0 {
		t.Errorf("README.md shows something else than what happened:\n%s", &got)
	}
}

// fenced returns the one block of a language in a text.
func fenced(t *testing.T, text, language string) string {
	t.Helper()
	blocks := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of %s, want 1:\n%s", len(blocks), language, text)
	}
	return blocks[0][1]
}

// shownCommand is a command and what it prints.
type shownCommand struct{ command, output string }

func shownCommands(block string) (shown []shownCommand) {
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			shown = append(shown, shownCommand{command: strings.TrimSpace(command)})
			continue
		}
		shown[len(shown)-1].output += line
	}
	return shown
}

// transcript runs commands as somebody would in a shell.
type transcript struct {
	server *harness.Server
	ids    map[string]string // those that the README shows, and what they are here
}

var (
	shownID = regexp.MustCompile(`\b[0-9A-Za-z]{19,22}\b`)
	// shownAnew are words that are other ones each time.
	shownAnew = regexp.MustCompile(`^(\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d(\.\d{3})?|\d[\dhms.]*(s|ms|µs))$`)
	// shownCurl is the one form of curl that is known here.
	shownCurl = regexp.MustCompile(`^curl -s -o /dev/null -w '%\{http_code\} ' 'http://localhost:8080(/[^{]*)\{([^}]*)\}'$`)
)

// run runs a command of the README when all executions have ended, and returns what it prints.
func (r *transcript) run(t *testing.T, command string) string {
	t.Helper()
	harness.Eventually(t, time.Minute, "all executions have ended", func() bool {
		return strings.Contains(admin(t, r.server, "executions?unfinished=true"), `"results":[]`)
	})
	command = shownID.ReplaceAllStringFunc(command, func(id string) string {
		if here, ok := r.ids[id]; ok {
			return here
		}
		return id
	})
	if m := shownCurl.FindStringSubmatch(command); m != nil {
		var codes strings.Builder
		for value := range strings.SplitSeq(m[2], ",") {
			fmt.Fprintf(&codes, "%d ", r.server.Fetch(t, "GET", m[1]+value, "").Status)
		}
		return codes.String() + "\n"
	}
	shell := exec.Command("sh", "-c", command)
	like := r.server.Command()
	shell.Dir, shell.Env = like.Dir, like.Env
	shell.Env = append(shell.Env, "PATH="+filepath.Dir(like.Path)+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", command, err)
	}
	return string(out)
}

// compare reports whether an output is as it is shown, word by word, and notes what ids are here.
func (r *transcript) compare(shown, got string) bool {
	want, lines := strings.Split(strings.TrimSpace(shown), "\n"), strings.Split(strings.TrimSpace(got), "\n")
	if len(want) != len(lines) {
		return false
	}
	same := true
	for i := range want {
		words, here := strings.Fields(want[i]), strings.Fields(lines[i])
		if len(words) != len(here) {
			return false
		}
		for k, word := range words {
			switch {
			case word == here[k], shownAnew.MatchString(word) && shownAnew.MatchString(here[k]):
			case shownID.MatchString(word) && shownID.MatchString(here[k]) && r.ids[word] == "":
				r.ids[word] = here[k]
			default:
				same = same && r.ids[word] == here[k]
			}
		}
	}
	return same
}
