package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// errGone is why nothing is written while the files are not where they were: SQLite would write on into what nobody finds.
var errGone = errors.New("the file was moved or removed: put it back, or stop the server and start it again")

// presence knows the files of a store that is open.
type presence struct {
	names [2]string
	files [2]fs.FileInfo
}

// present returns the files of a store, which must be there: the database, and the log of what was written.
func present(path string) (presence, error) {
	p := presence{names: [2]string{path, path + walSuffix}}
	for i, name := range p.names {
		info, err := os.Stat(name)
		if err != nil {
			return presence{}, err
		}
		p.files[i] = info
	}
	return p, nil
}

// check returns [errGone] unless the files are where they were.
func (p *presence) check() error {
	for i, name := range p.names {
		if info, err := os.Stat(name); err != nil || !os.SameFile(info, p.files[i]) {
			return fmt.Errorf("%s: %w", name, errGone)
		}
	}
	return nil
}
