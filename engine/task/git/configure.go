package git

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-git/v5/plumbing/format/config"

	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// settings are the names of sections and settings of git.
var settings = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// configure writes settings that the task names into the configuration of a clone; what is null or empty is taken away.
func configure(git billy.Filesystem, wanted *value.Map) error {
	if wanted.Len() == 0 {
		return nil
	}
	const file = "config"
	from, err := git.Open(file)
	if err != nil {
		return err
	}
	c := config.New()
	err = config.NewDecoder(from).Decode(c)
	_ = from.Close()
	if err != nil {
		return err
	}
	for key, v := range wanted.All() {
		section, rest, ok := strings.Cut(key, ".")
		subsection, name := config.NoSubsection, rest
		if dot := strings.LastIndexByte(rest, '.'); dot >= 0 {
			subsection, name = rest[:dot], rest[dot+1:]
		}
		text := value.Text(v)
		if !ok || !settings.MatchString(section) || !settings.MatchString(name) || strings.ContainsAny(subsection+text, "\n\x00") {
			return fmt.Errorf("gitConfig has %q, which is no setting of git: it must be as in user.name", key)
		}
		section = strings.ToLower(section)
		switch {
		case !v.IsNull() && strings.TrimSpace(text) != "":
			c.SetOption(section, subsection, name, text)
		case subsection == config.NoSubsection:
			c.Section(section).RemoveOption(name)
		default:
			c.Section(section).Subsection(subsection).RemoveOption(name)
		}
	}
	to, err := git.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := config.NewEncoder(to).Encode(c); err != nil {
		_ = to.Close()
		return err
	}
	return to.Close()
}
