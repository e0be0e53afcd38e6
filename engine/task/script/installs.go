package script

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// A script that begins with plain commands such as `pip install pandas` or `npm install left-pad` has them done once for all runs with the
// same ones: what they install is kept by a sum over their words and over the files of the run that these name. Plain is what installs the
// same every time, as far as can be told: no version is asked to be the newest, no variable, no pipe, no folder but the one of the run.

// installer is a program that installs packages.
type installer struct {
	command *regexp.Regexp  // before the arguments
	flags   []string        // options that stand alone
	options map[string]kind // with a value
	files   []string        // of the directory that it reads besides, if they are there
}

// kind is what the value of an option is.
type kind int

const (
	textValue   kind = iota
	folderValue      // or the URL of a page
	fileValue        // with one requirement a line
)

var pip = &installer{
	command: regexp.MustCompile(`^(?:pip3?|python3? -m pip) install `),
	flags: []string{
		"-q", "--quiet", "-qq", "--no-cache-dir", "--no-deps", "--no-index", "--pre", "--prefer-binary", "--no-input", "--no-color",
		"--", "--disable-pip-version-check", "--break-system-packages", "--no-build-isolation",
	},
	options: map[string]kind{
		"-r": fileValue, "--requirement": fileValue, "-c": fileValue, "--constraint": fileValue, "-f": folderValue, "--find-links": folderValue, "-i": textValue, "--index-url": textValue,
		"--extra-index-url": textValue, "--trusted-host": textValue, "--timeout": textValue, "--retries": textValue, "--root-user-action": textValue, "--only-binary": textValue,
		"--no-binary": textValue,
	},
}

var npm = &installer{
	command: regexp.MustCompile(`^npm (?:install|i|ci|add)(?: |$)`),
	flags: []string{
		"-s", "--silent", "-q", "--quiet", "--no-audit", "--no-fund", "--no-progress", "--no-save", "--save", "-S", "--save-dev", "-D", "--production",
		"--legacy-peer-deps", "--prefer-offline", "--offline", "--ignore-scripts", "-y", "--yes", "--install-links", "--no-package-lock",
	},
	options: map[string]kind{"--omit": textValue, "--include": textValue, "--loglevel": textValue, "--registry": textValue},
	files:   []string{"package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"},
}

// installation is the arguments of a command that installs packages, from the name of what it does on.
type installation []string

var (
	// word is one of a plain command. Signs that a shell replaces are in none.
	word = regexp.MustCompile(`^(?:[\w@%+=:,./\[\]-][\w@%+=:,./\[\]~^-]*|'[^'\n]*'|"[^"$` + "`" + `\\\n]*")+`)

	quiet = regexp.MustCompile(`\s*(?:[12&]?>\s*/dev/null|2>&1)`)

	// others find commands that install packages.
	others = regexp.MustCompile(`\bpip[0-9.]*\s+install\b|\b(?:npm\s+(?:i|ci|install|add)|yarn|pnpm|bun)\b`)
)

// words returns those of a plain command.
func words(line string) (all []string, ok bool) {
	rest := strings.TrimSpace(quiet.ReplaceAllString(line, ""))
	for rest != "" {
		one := word.FindString(rest)
		if one == "" {
			return nil, false
		}
		rest = rest[len(one):]
		if after := strings.TrimLeft(rest, " \t"); after == rest && rest != "" {
			return nil, false
		} else {
			rest = after
		}
		all = append(all, strings.NewReplacer("'", "", `"`, "").Replace(one))
	}
	return all, len(all) > 0
}

// takeInstalls takes the plain commands that install packages from the beginning of others, and remembers them. The rest is the text that
// follows: if it installs more, all is done in each run anew.
func (s *setting) takeInstalls(f *folders, before []string, rest string) []string {
	if !s.cached || !s.failFast || !isShell(s.program[0]) {
		return before
	}
	lines := strings.Split(strings.Join(before, "\n"), "\n")
	all := map[*installer][]installation{}
	var taken int
	for _, line := range lines {
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			by, one := plainInstall(f, line)
			if by == nil {
				break
			}
			all[by] = append(all[by], one)
		}
		taken++
	}
	left := lines[taken:]
	if len(all) == 0 || others.MatchString(strings.Join(left, "\n")+"\n"+rest) || len(all[npm]) > 0 && !f.mayLink() {
		return before
	}
	s.installs = all
	return left
}

// isShell reports whether a program is a shell that separates words as others do.
func isShell(program string) bool {
	return slices.Contains([]string{"sh", "bash", "dash", "ash", "ksh", "zsh"}, path.Base(program))
}

// plainInstall returns what a plain command installs, and by which program; nil: it is none.
func plainInstall(f *folders, line string) (*installer, installation) {
	all, ok := words(strings.ReplaceAll(line, f.work.Path+"/", "./"))
	if !ok || strings.Contains(line, "kestra://") { // a copy of a file has a name of its own in each run
		return nil, nil
	}
	text := strings.Join(all, " ")
	for _, by := range []*installer{pip, npm} {
		if command := by.command.FindString(text + " "); command != "" {
			of := len(strings.Fields(command))
			one := installation(all[of-1:])
			if !by.sum(sha256.New(), f.work, one) {
				return nil, nil
			}
			return by, one
		}
	}
	return nil, nil
}

// sum adds to a sum what decides what is installed: the words, and what the files have that they name. It returns false when it cannot tell.
func (by *installer) sum(to hash.Hash, dir *task.Directory, words installation) bool {
	fmt.Fprintf(to, "%q\n", words)
	for _, name := range by.files {
		if _, err := dir.Lstat(name); err == nil && !by.sumFile(to, dir, name) {
			return false
		}
	}
	rest := words[1:]
	for len(rest) > 0 {
		one := rest[0]
		rest = rest[1:]
		if !strings.HasPrefix(one, "-") {
			if !by.sumPackage(to, dir, one) {
				return false
			}
			continue
		}
		name, text, joined := strings.Cut(one, "=")
		if slices.Contains(by.flags, one) {
			continue
		}
		what, ok := by.options[name]
		if ok && !joined {
			if ok = len(rest) > 0; ok {
				text, rest = rest[0], rest[1:]
			}
		}
		switch {
		case !ok:
			return false
		case what == fileValue && !by.sumFile(to, dir, text), what == folderValue && !strings.Contains(text, "://") && !sumTree(to, dir, text):
			return false
		}
	}
	return true
}

var (
	// local finds packages that are files or folders.
	local = regexp.MustCompile(`^(?:file:)?\.{0,2}/|^file:|\.(?:whl|zip|tar\.gz|tgz|tar)$`)

	// named finds packages that have a name in a register, with a version maybe.
	named = regexp.MustCompile(`^@?[\w.-]+(?:/[\w.-]+)?(?:\[[\w.,-]*\])?(?:[@=<>~^! ].*)?$`)
)

// sumPackage adds what a package is.
func (by *installer) sumPackage(to hash.Hash, dir *task.Directory, text string) bool {
	switch {
	case local.MatchString(text) && !strings.Contains(text, "://"):
		return sumTree(to, dir, strings.TrimPrefix(text, "file:"))
	case strings.Contains(text, "://") || strings.Contains(text, ":") || strings.Contains(text, "/") && text[0] != '@':
		return false // of a repository, which changes
	default:
		return text != "." && text != ".." && named.MatchString(text)
	}
}

// mostText is how many bytes a file may have that is read for what it names.
const mostText = 1 << 20

// sumFile adds what a file has that names packages.
func (by *installer) sumFile(to hash.Hash, dir *task.Directory, name string) bool {
	text, ok := readText(dir, name)
	if !ok {
		return false
	}
	fmt.Fprintf(to, "%q %q\n", path.Clean(name), text)
	if by == npm {
		return path.Base(name) != "package.json" || sumManifest(to, dir, text)
	}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '-' || strings.HasSuffix(line, `\`) || local.MatchString(line) || !by.sumPackage(to, dir, line) {
			return false
		}
	}
	return true
}

// readText reads a file of the directory that has little text.
func readText(dir *task.Directory, name string) (string, bool) {
	info, err := dir.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostText {
		return "", false
	}
	text, err := dir.ReadFile(name)
	return string(text), err == nil
}

// sumTree adds a file of the directory, or a folder and all that is in it. The directory itself has files of the run.
func sumTree(to hash.Hash, dir *task.Directory, name string) bool {
	if name = path.Clean(name); name == "." {
		return false
	}
	err := fs.WalkDir(dir.FS(), name, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			fmt.Fprintf(to, "%q\n", file)
			return nil
		case !entry.Type().IsRegular():
			return fs.ErrInvalid
		}
		f, err := dir.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		own := sha256.New()
		_, err = io.Copy(own, f)
		fmt.Fprintf(to, "%q %x\n", file, own.Sum(nil))
		return err
	})
	return err == nil
}

// key returns the name of what is kept. The environment has what the programs are told by it.
func (by *installer) key(dir *task.Directory, kind, program string, all []installation, env *value.Map) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q\n", program)
	for _, words := range all {
		by.sum(sum, dir, words) // what cannot be told counts by its words
	}
	var told []string
	for name, v := range env.All() {
		if upper := strings.ToUpper(name); strings.HasPrefix(upper, "PIP_") || strings.HasPrefix(upper, "NPM_CONFIG_") {
			told = append(told, fmt.Sprintf("%q %q", name, value.Text(v)))
		}
	}
	slices.Sort(told)
	fmt.Fprintln(sum, told)
	return kind + "-" + hex.EncodeToString(sum.Sum(nil)[:16])
}
