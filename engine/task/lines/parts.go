package lines

import (
	"bufio"
	"context"
	"fmt"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// maxParts is how many files are written at once: each is open.
const maxParts = 1000

// parts are the files that a task writes.
type parts struct {
	extension string
	complete  int // how many are
	each      func(uri string) error
	open      map[int]*part // the others, by number
}

// part is a file that is written.
type part struct {
	*bufio.Writer
	file task.NewFile
}

// partBuffer is how much is written at once to each of many files.
const partBuffer = 4 << 10

// write writes a line into the file with a number, which it makes if there is none.
func (p *parts) write(ctx context.Context, c *task.Context, n int, line []byte, separator string) error {
	f := p.open[n]
	if f == nil {
		if len(p.open) == maxParts {
			return fmt.Errorf("the file is split into more than %d files at once", maxParts)
		}
		file, err := c.Files.Create(ctx, c.Origin, task.FileName(c.Origin, n, p.extension))
		if err != nil {
			return err
		}
		f = &part{bufio.NewWriterSize(file, partBuffer), file}
		p.open[n] = f
	}
	if _, err := f.Write(line); err != nil {
		return err
	}
	_, err := f.WriteString(separator)
	return err
}

// commit completes the files with a number before n.
func (p *parts) commit(n int) error {
	for next := p.complete; next < n && p.open[next] != nil; next++ {
		f := p.open[next]
		if err := f.Flush(); err != nil {
			return err
		}
		uri, err := f.file.Commit()
		if err != nil {
			return err
		}
		p.complete++
		delete(p.open, next)
		if err := p.each(uri); err != nil {
			return err
		}
	}
	return nil
}

// close gives up the files that are not complete.
func (p *parts) close() {
	for _, f := range p.open {
		_ = f.file.Close()
	}
}
